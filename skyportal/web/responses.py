"""What an htmx answer can say besides its fragment."""

from django.http import HttpResponse
from django_htmx.http import trigger_client_event


def with_toast(response: HttpResponse, message: str, *, level: str = "success", undo_url: str = "") -> HttpResponse:
    """Let the page say what happened and, where `undo_url` takes a POST, offer to undo it.

    The event goes to the body, not to what was pressed: a live refresh may have taken that from the page meanwhile, and
    an event on it would be heard by nobody.
    """
    detail = {"message": message, "level": level, "undo_url": undo_url, "target": "body"}
    return trigger_client_event(response, "toast", detail)
