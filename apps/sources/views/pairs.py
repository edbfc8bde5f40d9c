"""Sources that are likely the same thing under two names."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import links
from ..queries import pairs


@login_required
@require_GET
def duplicates(request: ViewerRequest) -> HttpResponse:
    rows, total = pairs.pairs(request.viewer)
    return render(request, "sources/duplicates.html", {"pairs": rows, "total": total, "radius": pairs.SAME_PLACE})


@login_required
@require_POST
def link(request: ViewerRequest) -> HttpResponse:
    """Say that they are one thing; their data stay where they are, each page names the other."""
    linked = links.link_objs(request.viewer, request.POST.getlist("obj"))
    names = " and ".join(linked.objs.order_by("name").values_list("name", flat=True))
    return with_toast(HttpResponse(), f"{names} are one thing now.")
