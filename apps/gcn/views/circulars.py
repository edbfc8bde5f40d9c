"""Circulars: those of an event, and one of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.web.requests import ViewerRequest

from ..actions.archives import ACL
from ..queries import circulars as queries
from ..queries.events import get_event

ROWS = 25


@login_required
@require_GET
def of_event(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """A part of the event page: subjects, newest first."""
    event = get_event(request.viewer, dateobs)
    rows = queries.circulars_of(request.viewer, event).defer("text")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {"event": event, "page": page, "may_ask": request.viewer.may(ACL)}
    return render(request, "gcn/_circulars.html", context)


@login_required
@require_GET
def one(request: ViewerRequest, number: int) -> HttpResponse:
    """What somebody wrote; in the drawer its fragment."""
    circular = queries.get_circular(request.viewer, number)
    context = {"circular": circular, "events": queries.events_of(request.viewer, circular)}
    template = "gcn/_circular.html" if getattr(request, "htmx", False) else "gcn/circular.html"
    return render(request, template, context)
