"""Summaries and reports of an event: the panel that asks for them, and a page for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.sources.queries.pages import my_groups
from skyportal.access.errors import Refusal
from skyportal.astro.skymaps.credible import LEVELS
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import asking
from ..actions import texts as actions
from ..queries import counterparts
from ..queries import localizations as maps
from ..queries import texts as queries
from ..queries.events import get_event
from ..texts import subject_and_body

FORM = "https://gcn.nasa.gov/circulars/new"
LONGEST_ADDRESS = 30_000
"""Letters of an address that browsers and servers still take."""
FLAGS = {
    "showSources": "Sources", "showGalaxies": "Galaxies", "showObservations": "Observations",
    "photometryInWindow": "Photometry of the window only", "noText": "Tables only",
}  # fmt: skip
LISTED = 50


@login_required
@require_GET
def panel(request: ViewerRequest, dateobs: str) -> HttpResponse:
    return render(request, "gcn/_texts.html", _panel(request, get_event(request.viewer, dateobs)))


def _panel(request: ViewerRequest, event: Any) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "event": event,
        "summaries": list(queries.summaries(viewer, event).defer("text")[:LISTED]),
        "reports": list(queries.reports(viewer, event).defer("data")[:LISTED]),
        "groups": my_groups(viewer),
        "maps": list(maps.localizations(viewer).filter(event=event)),
        "levels": [f"{level:g}" for level in LEVELS],
        "flags": FLAGS,
        "suggested": ", ".join(counterparts.confirmed(viewer, event)),
        "until": event.dateobs + timedelta(days=asking.DAYS),
    }


@login_required
@require_POST
def ask(request: ViewerRequest, dateobs: str, what: str) -> HttpResponse:
    """Have a summary or a report written with what the form says."""
    viewer = request.viewer
    event = get_event(viewer, dateobs)
    _known(what, "summary", "report")
    said: dict[str, Any] = {key: value for key, value in request.POST.items() if value and key not in FLAGS}
    said |= {key: key in request.POST for key in FLAGS}
    try:
        if what == "report":
            said["reportName"] = said.get("title") or f"{event}"
            asking.ask_report(viewer, event, said)
        else:
            asking.ask_summary(viewer, event, said)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    answer = render(request, "gcn/_texts.html", _panel(request, event))
    return with_toast(answer, "It is being written; it opens from the list when it is done.")


@login_required
@require_http_methods(["GET", "POST"])
def summary(request: ViewerRequest, dateobs: str, summary_id: int) -> HttpResponse:
    """A summary: to read, to change, and to send on."""
    viewer = request.viewer
    event = get_event(viewer, dateobs)
    row, error = queries.get_summary(viewer, event, summary_id), ""
    if request.method == "POST":
        said = request.POST.get("body", "").replace("\r\n", "\n")
        try:
            actions.change_summary(viewer, row, body=said, title=request.POST.get("title"))
            return redirect("event-summary", event.address, row.pk)
        except Refusal as refusal:
            error = refusal.message
            row.text, row.title = said, request.POST.get("title") or row.title
    subject, body = subject_and_body(row.text)
    address = f"{FORM}?{urlencode({'subject': subject or row.title, 'body': body})}"
    context = {
        **_about(event, row, "summary"), "error": error, "versions": queries.versions(row), "form": FORM,
        "address": address if len(address) <= LONGEST_ADDRESS else "",
    }  # fmt: skip
    return render(request, "gcn/summary.html", context, status=400 if error else 200)


@login_required
@require_GET
def report(request: ViewerRequest, dateobs: str, report_id: int) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    row = queries.get_report(request.viewer, event, report_id)
    return render(request, "gcn/report.html", _about(event, row, "report") | {"data": row.data})


def _about(event: Any, row: Any, what: str) -> dict[str, Any]:
    """What the pages of both have in common."""
    name = row.name if what == "report" else row.title
    return {
        "event": event, "row": row, "what": what, "name": name,
        "here": reverse(f"event-{what}", args=[event.address, row.pk]),
    }  # fmt: skip


@login_required
@require_POST
def publish(request: ViewerRequest, dateobs: str, report_id: int, deed: str) -> HttpResponse:
    """Show a report to anybody, or no longer."""

    def change(viewer: Any, row: Any) -> None:
        actions.change_report(viewer, row, {"published": deed == "publish"})

    event = get_event(request.viewer, dateobs)
    row = queries.get_report(request.viewer, event, report_id)
    _known(deed, "publish", "withdraw")
    return _done(request, row, change, "event-report", event.address, row.pk)


@login_required
@require_POST
def delete(request: ViewerRequest, dateobs: str, what: str, text_id: int) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    _known(what, "summary", "report")
    find = queries.get_report if what == "report" else queries.get_summary
    return _done(request, find(request.viewer, event, text_id), actions.delete, "event", event.address)


def _known(word: str, *words: str) -> None:
    if word not in words:
        raise Http404


def _done(request: ViewerRequest, row: Any, act: Callable[[Any, Any], None], *there: Any) -> HttpResponse:
    try:
        act(request.viewer, row)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return redirect(*there)
