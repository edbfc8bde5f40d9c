"""Celery's two doors into the journal."""

from celery import shared_task

from . import delivery


@shared_task(name="journal.deliver")
def deliver(delivery_id: int) -> None:
    delivery.run(delivery_id)


@shared_task(name="journal.sweep")
def sweep() -> int:
    return delivery.sweep()
