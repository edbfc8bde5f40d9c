"""Sources that are likely the same thing under two names."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import links
from ..queries import pairs


def _found(request: ViewerRequest) -> dict[str, Any]:
    rows, total = pairs.pairs(request.viewer)
    return {"pairs": rows, "total": total, "radius": pairs.SAME_PLACE}


@login_required
@require_GET
def duplicates(request: ViewerRequest) -> HttpResponse:
    return render(request, "sources/duplicates.html", _found(request))


def _again(request: ViewerRequest, said: str, undo: str = "") -> HttpResponse:
    """The pairs that are left, which find their place also when an undo asked for them."""
    answer = render(request, "sources/_duplicates.html", _found(request) | {"in_its_place": True})
    return with_toast(answer, said, undo_url=undo)


@login_required
@require_POST
def link(request: ViewerRequest) -> HttpResponse:
    """Say that they are one thing; their data stay where they are, each page names the other."""
    linked = links.link_objs(request.viewer, request.POST.getlist("obj"))
    names = " and ".join(linked.objs.order_by("name").values_list("name", flat=True))
    return _again(request, f"{names} are one thing now.", reverse("duplicates-part", args=[linked.pk]))


@login_required
@require_POST
def part(request: ViewerRequest, super_obj_id: int) -> HttpResponse:
    """They are two things after all."""
    names = links.take_back(request.viewer, super_obj_id)
    return _again(request, f"{' and '.join(names)} are two things again.")
