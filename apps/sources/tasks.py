"""The clock's door into this app."""

from celery import shared_task

from .actions import reminders, sweeping


@shared_task(name="sources.sweep_files")
def sweep_files() -> int:
    return sweeping.sweep().files


@shared_task(name="sources.remind")
def remind() -> int:
    return reminders.remind()
