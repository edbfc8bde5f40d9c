"""The clock's door into this app."""

from celery import shared_task

from . import actions


@shared_task(name="groups.clear_sessions")
def clear_sessions() -> None:
    actions.clear_sessions()
