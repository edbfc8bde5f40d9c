"""The clock's door into this app."""

from celery import shared_task


@shared_task(name="candidates.tidy_archive")
def tidy_archive() -> int:
    from .actions import archiving

    return archiving.tidy()
