"""Reminders on pages: what is due, what is to come, and asking for another.

Of a source in its panel, of a spectrum in its drawer; the panel lists those of spectra too, so that whatever is due can
be dealt with in one place. An app above hangs doors before the same functions (`panel`, `settled`, `deleted`).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Refusal
from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import reminders as acting
from ..queries import reminders as reading
from ..queries import shown
from ..queries.subjects import SPECTRA
from .remarks import done, dressed_reminder, fragment, reminder_of_page
from .spectra import drawer, spectrum_of
from .talk import OF_SOURCES, Talk

FIELDS = ("text", "next_reminder", "number_of_reminders", "reminder_delay")


def panel(request: ViewerRequest, talk: Talk, argument: str) -> HttpResponse:
    """What one is reminded of, and asking to be reminded."""
    row = talk.find(request.viewer, argument)
    if request.method == "GET":
        return _listed(request, talk, row)
    asked, chosen = _asked(request)
    try:
        acting.set_reminders(request.viewer, talk.key(row), asked | {"group_ids": chosen}, on=talk.on)
    except Refusal as refusal:
        return _listed(request, talk, row, **_refused(refusal, asked, chosen))
    return _done(request, talk, row, "You will be reminded.")


def _asked(request: ViewerRequest) -> tuple[dict[str, Any], list[str]]:
    return {field: request.POST.get(field, "") for field in FIELDS}, request.POST.getlist("group_ids")


def _refused(refusal: Refusal, asked: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """What the form says of a refusal, with all that was typed."""
    if refusal.status == 404:
        raise refusal
    error = refusal.message if asked["text"].strip() else "Write what to be reminded of."
    return {"reminder_error": error, "asked": asked, "asked_groups": chosen}


def _listed(request: ViewerRequest, talk: Talk, row: Any, **more: Any) -> HttpResponse:
    viewer = request.viewer
    context = {
        "talk": talk,
        "obj": row,
        "topic": talk.topic(row),
        "address": talk.address(row, "reminders"),
        "reminders": _reminders(viewer, talk, row),
        "may_remind": viewer.may(acting.ACL),
        "groups": shown.my_groups(viewer),
        **more,
    }
    return fragment(request, "reminders", context)


def _reminders(viewer: Viewer, talk: Talk, row: Any) -> list[dict[str, Any]]:
    if talk is OF_SOURCES:
        return [reminder_of_page(viewer, one) for one in reading.of_page(viewer, row)]
    return [
        dressed_reminder(viewer, one)
        | {f"{name}_url": talk.address(row, f"reminder-{name}", one["id"]) for name in ("done", "delete")}
        for one in reading.of(viewer, talk.key(row), on=talk.on)
    ]


def _done(request: ViewerRequest, talk: Talk, row: Any, message: str) -> HttpResponse:
    if not request.htmx:
        return redirect(talk.doors, *talk.words(row))
    return with_toast(_listed(request, talk, row), message)


def settled(request: ViewerRequest, talk: Talk, argument: str, reminder_id: int) -> HttpResponse:
    """It is done: no longer due."""
    row = talk.find(request.viewer, argument)
    acting.settle(request.viewer, reminder_id, talk.key(row), on=talk.on)
    return _done(request, talk, row, "Done.")


def deleted(request: ViewerRequest, talk: Talk, argument: str, reminder_id: int) -> HttpResponse:
    row = talk.find(request.viewer, argument)
    acting.delete_reminder(request.viewer, reminder_id, talk.key(row), on=talk.on)
    return _done(request, talk, row, "Reminder deleted.")


@login_required
@require_http_methods(["GET", "POST"])
def reminders(request: ViewerRequest, name: str) -> HttpResponse:
    return panel(request, OF_SOURCES, name)


@login_required
@require_POST
def settle(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    return settled(request, OF_SOURCES, name, reminder_id)


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    return deleted(request, OF_SOURCES, name, reminder_id)


# ---- of a spectrum


@login_required
@require_POST
def set_of_spectrum(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Be reminded of a spectrum."""
    spectrum_of(request.viewer, name, spectrum_id)
    asked, chosen = _asked(request)
    try:
        acting.set_reminders(request.viewer, str(spectrum_id), asked | {"group_ids": chosen}, on=SPECTRA)
    except Refusal as refusal:
        return drawer(request, name, spectrum_id, **_refused(refusal, asked, chosen))
    return done(request, name, drawer(request, name, spectrum_id), "You will be reminded.")


def _there(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Where the button was: in the panel, or else in the spectrum's drawer."""
    if request.htmx and request.htmx.target == "reminders":
        return _listed(request, OF_SOURCES, OF_SOURCES.find(request.viewer, name))
    return drawer(request, name, spectrum_id)


@login_required
@require_POST
def settle_of_spectrum(request: ViewerRequest, name: str, spectrum_id: int, reminder_id: int) -> HttpResponse:
    spectrum_of(request.viewer, name, spectrum_id)
    acting.settle(request.viewer, reminder_id, str(spectrum_id), on=SPECTRA)
    return done(request, name, _there(request, name, spectrum_id), "Done.")


@login_required
@require_POST
def delete_of_spectrum(request: ViewerRequest, name: str, spectrum_id: int, reminder_id: int) -> HttpResponse:
    spectrum_of(request.viewer, name, spectrum_id)
    acting.delete_reminder(request.viewer, reminder_id, str(spectrum_id), on=SPECTRA)
    return done(request, name, _there(request, name, spectrum_id), "Reminder deleted.")
