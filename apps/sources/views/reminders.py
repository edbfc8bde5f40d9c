"""Reminders on pages: what is due, what is to come, and asking for another; of a source in its panel, of a spectrum in
its drawer. The panel lists those of spectra too, so that whatever is due can be dealt with in one place."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import reminders as acting
from ..queries import reminders as reading
from ..queries import shown
from ..queries.objs import get_obj
from ..queries.subjects import SPECTRA
from .remarks import done, dressed_reminder, fragment
from .spectra import drawer, spectrum_of

FIELDS = ("text", "next_reminder", "number_of_reminders", "reminder_delay")


@login_required
@require_http_methods(["GET", "POST"])
def reminders(request: ViewerRequest, name: str) -> HttpResponse:
    if request.method == "GET":
        return _panel(request, name)
    asked, chosen = _asked(request)
    try:
        acting.set_reminders(request.viewer, name, asked | {"group_ids": chosen})
    except Refusal as refusal:
        return _panel(request, name, **_refused(refusal, asked, chosen))
    return done(request, name, _panel(request, name), "You will be reminded.")


def _asked(request: ViewerRequest) -> tuple[dict[str, Any], list[str]]:
    return {field: request.POST.get(field, "") for field in FIELDS}, request.POST.getlist("group_ids")


def _refused(refusal: Refusal, asked: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """What the form says of a refusal, with all that was typed."""
    if refusal.status == 404:
        raise refusal
    error = refusal.message if asked["text"].strip() else "Write what to be reminded of."
    return {"reminder_error": error, "asked": asked, "asked_groups": chosen}


def _panel(request: ViewerRequest, name: str, **more: Any) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    context = {
        "obj": obj,
        "reminders": [dressed_reminder(viewer, row) for row in reading.of_page(viewer, obj)],
        "may_remind": viewer.may(acting.ACL),
        "groups": shown.my_groups(viewer),
        **more,
    }
    return fragment(request, "reminders", context)


@login_required
@require_POST
def settle(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    """It is done: no longer due."""
    acting.settle(request.viewer, reminder_id, name)
    return done(request, name, _panel(request, name), "Done.")


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    acting.delete_reminder(request.viewer, reminder_id, name)
    return done(request, name, _panel(request, name), "Reminder deleted.")


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
    in_panel = request.htmx and request.htmx.target == "reminders"
    return _panel(request, name) if in_panel else drawer(request, name, spectrum_id)


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
