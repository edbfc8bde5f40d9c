"""Announcing an event by hand, and adding a sky map to one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.sources.queries.pages import my_groups
from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import posting
from ..forms import FIGURES, EventForm
from ..queries.events import get_event


@login_required
@require_http_methods(["GET", "POST"])
def announce(request: ViewerRequest) -> HttpResponse:
    return _form(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def add_map(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """The same form, the time being that of an event that is known."""
    return _form(request, get_event(request.viewer, dateobs))


def _form(request: ViewerRequest, event: Any) -> HttpResponse:
    viewer, status = request.viewer, 200
    given = request.POST.copy() if request.method == "POST" else None
    if event and given is not None:
        given["dateobs"] = event.exact_time.strftime("%Y-%m-%dT%H:%M:%S.%f")
    form = EventForm(my_groups(viewer), given, request.FILES or None, initial={"kind": "annuli" if event else ""})
    if given is not None:
        if form.is_valid():
            try:
                return redirect("event", posting.post_event(viewer, form.body).event.address)
            except Refusal as refusal:
                form.add_error("dateobs" if "dateobs" in refusal.message and not event else None, refusal.message)
        status = 400
    kinds: dict[str, list[str]] = {}
    for kind, fields in FIGURES.items():
        for field in fields:
            kinds.setdefault(field, []).append(kind)
    context = {
        "event": event,
        "form": form,
        "about": [form[name] for name in ("dateobs", "aliases", "tags", "group_ids")] if event is None else [],
        "parts": [(form[name], " ".join(f"of-{kind}" for kind in those)) for name, those in kinds.items()],
    }
    return render(request, "gcn/announce.html", context, status=status)
