"""What other archives know of an event, as a part of its page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import archives as actions
from ..queries.events import get_event


@login_required
@require_GET
def gracedb(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """Labels and log of GraceDB."""
    event = get_event(request.viewer, dateobs)
    context = {"event": event, "said": event.gracedb, "name": actions.superevent(event)}
    context["may_ask"] = request.viewer.may(actions.ACL)
    return render(request, "gcn/_gracedb.html", context)


@login_required
@require_POST
def ask(request: ViewerRequest, dateobs: str, archive: str) -> HttpResponse:
    """Have an archive asked; the page hears of the answer by itself."""
    if archive not in (actions.GRACEDB, actions.TACH):
        raise Http404
    event = get_event(request.viewer, dateobs)
    try:
        actions.ask(request.viewer, event, archive)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    if not request.htmx:
        return redirect("event", event.address)
    return with_toast(HttpResponse(status=204), "Asked; what is known there will appear here.")
