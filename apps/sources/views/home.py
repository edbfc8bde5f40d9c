"""The dashboard: what is new since one last looked."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.web.requests import ViewerRequest

from ..queries import dashboard, pages
from ..slots import home_panels

SPANS = {1: "day", 7: "week", 30: "month"}
MOST = 10


@login_required
@require_GET
def home(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    context = {
        "recent": pages.recent_saves(viewer),
        "groups": pages.my_groups_counted(viewer),
        "panels": sorted((panel for _, panel in home_panels.items()), key=lambda panel: panel.order),
    }
    return render(request, "sources/home.html", context)


@login_required
@require_GET
def recent(request: ViewerRequest) -> HttpResponse:
    """The table of recent saves, fetched again when one of my groups changes."""
    viewer = request.viewer
    return render(request, "sources/_recent.html", {"recent": pages.recent_saves(viewer)})


@login_required
@require_GET
def top(request: ViewerRequest) -> HttpResponse:
    """Sources that were looked at most, of those one may see."""
    given = request.GET.get("days", "")
    days = int(given) if given in map(str, SPANS) else 7
    context = {"top": dashboard.most_viewed(request.viewer, days, MOST), "days": days, "spans": SPANS.items()}
    return render(request, "sources/_top.html", context)
