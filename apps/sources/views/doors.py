"""Doors before what is said of a thing that an app above knows: comments and reminders, for its list of doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from skyportal.web.requests import ViewerRequest

from ..queries import comments as said
from . import attachments, reminders, talk
from .talk import Talk


def doors(of: Talk, there: str) -> list[URLPattern]:
    """``there``: the address of the thing's page, such as ``event/<str:dateobs>``, with one argument."""
    both, reading, writing = ["GET", "POST"], ["GET"], ["POST"]
    one, reminder = f"{there}/comments/<int:comment_id>", f"{there}/reminders/<int:reminder_id>"
    return [
        path(f"{there}/comments", _door(of, talk.comments, both), name=f"{of.doors}-comments"),
        path(one, _door(of, talk.comment, both), name=f"{of.doors}-comment"),
        path(f"{one}/delete", _door(of, talk.delete, writing), name=f"{of.doors}-comment-delete"),
        path(f"{one}/attachment", _door(of, _attachment, reading), name=of.attachment),
        path(f"{one}/attachment.png", _door(of, _picture, reading)),
        path(f"{there}/put-back/<str:receipt>", _door(of, talk.put_back, writing), name=f"{of.doors}-put-back"),
        path(f"{there}/reminders", _door(of, reminders.panel, both), name=f"{of.doors}-reminders"),
        path(f"{reminder}/done", _door(of, reminders.settled, writing), name=f"{of.doors}-reminder-done"),
        path(f"{reminder}/delete", _door(of, reminders.deleted, writing), name=f"{of.doors}-reminder-delete"),
    ]


def _door(of: Talk, act: Callable[..., HttpResponse], verbs: list[str]) -> Callable[..., HttpResponse]:
    """The arguments of an address are in its order: the thing, then what hangs on it."""

    @login_required
    @require_http_methods(verbs)
    def door(request: ViewerRequest, **address: Any) -> HttpResponse:
        return act(request, of, *address.values())

    return door


def _file(request: ViewerRequest, of: Talk, argument: str, comment_id: int) -> tuple[Any, str, bytes]:
    row = of.find(request.viewer, argument)
    return row, *said.attachment(request.viewer, comment_id, of.key(row), on=of.on)


def _attachment(request: ViewerRequest, of: Talk, argument: str, comment_id: int) -> HttpResponse:
    """The fragment that shows what is attached, or says why it cannot be shown."""
    row, file, body = _file(request, of, argument, comment_id)
    here = reverse(of.attachment, args=[of.argument(row), comment_id])
    return attachments.shown(request, file, body, here, of.file_address(row, comment_id))


def _picture(request: ViewerRequest, of: Talk, argument: str, comment_id: int) -> HttpResponse:
    """A FITS image as a PNG."""
    return attachments.picture(request, _file(request, of, argument, comment_id)[2])
