"""What an htmx answer can say besides its fragment."""

from django.http import HttpResponse
from django_htmx.http import trigger_client_event


def with_toast(response: HttpResponse, message: str, *, level: str = "success", undo_url: str = "") -> HttpResponse:
    """Let the page say what happened and, where `undo_url` takes a POST, offer to undo it."""
    return trigger_client_event(response, "toast", {"message": message, "level": level, "undo_url": undo_url})
