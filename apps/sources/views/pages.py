"""The source page, and the quick search."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.astro import sky
from skyportal.web.requests import ViewerRequest

from ..queries import pages, thumbnails
from ..queries.objs import get_obj
from ..slots import Panel, obj_panels
from .photometry import light_curve


@login_required
@require_GET
def source(request: ViewerRequest, name: str) -> HttpResponse:
    """The page of one obj: its head at once, each panel from its own address."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    context = {
        "head": pages.header(viewer, obj),
        "obj": obj,
        "cutouts": cutouts(thumbnails.by_obj(viewer, [obj.pk])[obj.pk]),
        "panels": _panels(),
        **light_curve(request, obj),
    }
    return render(request, "sources/source.html", context)


def _panels() -> dict[str, list[tuple[str, Panel]]]:
    """Key and panel, by column, each column in order."""
    ordered = sorted(obj_panels.items(), key=lambda item: item[1].order)
    return {side: [item for item in ordered if item[1].side == side] for side in ("main", "side")}


def cutouts(pictures: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The three pictures of the newest alert, then whatever surveys gave; the three keep their places when absent."""
    urls = {picture["type"]: picture["public_url"] or "" for picture in pictures}
    three = [{"kind": kind, "url": urls.pop(kind, "")} for kind in ("new", "ref", "sub")]
    return three + [{"kind": kind, "url": url} for kind, url in urls.items() if url]


@login_required
@require_GET
def search(request: ViewerRequest) -> JsonResponse:
    """What the quick search finds: objs by name or place."""
    viewer, text = request.viewer, request.GET.get("q", "").strip()[:200].replace("\x00", "")
    if not text:
        return JsonResponse({"results": []})
    position = sky.parse_position(text)
    if position is None:
        return JsonResponse({"results": [_named(found) for found in pages.find(viewer, text)]})
    ra, dec = position
    results = [_close(found) for found in pages.near(viewer, ra, dec, 60.0)]
    around = {
        "kind": "position",
        "label": " ".join(sky.sexagesimal(ra, dec)),
        "detail": f"{len(results)} within 1′ · all sources within 10′",
        "url": f"{reverse('sources')}?ra={ra:.6f}&dec={dec:.6f}&radius={10 / 60:.6f}",
    }
    return JsonResponse({"results": [*results, around]})


def _named(found: dict[str, Any]) -> dict[str, str]:
    detail = [found["tns_name"] or "", "" if found["redshift"] is None else f"z = {found['redshift']:.4g}"]
    return {
        "kind": "source",
        "label": found["name"],
        "detail": " · ".join(part for part in detail if part),
        "url": reverse("source", args=[found["name"]]),
    }


def _close(found: dict[str, Any]) -> dict[str, str]:
    return {
        "kind": "source",
        "label": found["name"],
        "detail": f"{found['separation']:.1f}″ away",
        "url": reverse("source", args=[found["name"]]),
    }
