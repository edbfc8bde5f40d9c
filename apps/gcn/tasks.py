"""The clock's door into this app."""

from celery import shared_task


@shared_task(name="gcn.take_up_notices")
def take_up_notices() -> int:
    from .actions import receiving

    return receiving.take_up()
