"""What is said of an event, as a part of its page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.sources.queries import comments as said
from apps.sources.views import attachments, talk
from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest

from ..queries.events import get_event
from ..queries.subjects import EVENTS


def _topic(event: Any) -> str:
    return f"event:{event.address}"


OF_EVENTS = talk.Talk(
    EVENTS, "event", "event-comment-attachment", get_event, lambda event: event.address, lambda event: str(event.pk),
    _topic, "event", has_heading=False,
)  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: ViewerRequest, dateobs: str) -> HttpResponse:
    return talk.comments(request, OF_EVENTS, dateobs)


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: ViewerRequest, dateobs: str, comment_id: int) -> HttpResponse:
    """One comment in a form, and changing it."""
    return talk.comment(request, OF_EVENTS, dateobs, comment_id)


@login_required
@require_POST
def delete(request: ViewerRequest, dateobs: str, comment_id: int) -> HttpResponse:
    return talk.delete(request, OF_EVENTS, dateobs, comment_id)


@login_required
@require_POST
def put_back(request: ViewerRequest, dateobs: str, receipt: str) -> HttpResponse:
    return talk.put_back(request, OF_EVENTS, dateobs, receipt)


def _file(viewer: Viewer, dateobs: str, comment_id: int) -> tuple[Any, str, bytes]:
    event = get_event(viewer, dateobs)
    return event, *said.attachment(viewer, comment_id, str(event.pk), on=EVENTS)


@login_required
@require_GET
def attachment(request: ViewerRequest, dateobs: str, comment_id: int) -> HttpResponse:
    """The fragment that shows what is attached, or says why it cannot be shown."""
    event, file, body = _file(request.viewer, dateobs, comment_id)
    here = reverse(OF_EVENTS.attachment, args=[event.address, comment_id])
    return attachments.shown(request, file, body, here, OF_EVENTS.file_address(event, comment_id))


@login_required
@require_GET
def picture(request: ViewerRequest, dateobs: str, comment_id: int) -> HttpResponse:
    """A FITS image as a PNG."""
    return attachments.picture(request, _file(request.viewer, dateobs, comment_id)[2])
