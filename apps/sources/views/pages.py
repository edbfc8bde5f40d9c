"""The source page, and the quick search."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.access.viewer import plain
from skyportal.astro import sky
from skyportal.web.requests import ViewerRequest

from ..actions import views
from ..queries import layouts, pages, shown, thumbnails
from ..queries.objs import get_obj, near
from ..slots import obj_panels, quick_finders
from .photometry import light_curve


@login_required
@require_GET
def source(request: ViewerRequest, name: str) -> HttpResponse:
    """The page of one obj: its head at once, each panel from its own address."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    layout = layouts.arranged(request.user.preferences, obj_panels.items())  # type: ignore[union-attr]  # signed in
    others = pages.others_here(viewer, obj)
    context = {"head": pages.header(viewer, obj), "obj": obj, "layout": layout, "others": others}
    if any(placed.is_first for placed in layout):
        context |= light_curve(request, obj)
    answer = render(request, "sources/source.html", context)
    count = partial(views.count_view, plain(viewer), obj.pk)
    answer._resource_closers.append(count)  # type: ignore[attr-defined]  # once it has left
    return answer


@login_required
@require_GET
def others(request: ViewerRequest, name: str) -> HttpResponse:
    """Who else has it open, asked for again whenever somebody comes or goes."""
    obj = get_obj(request.viewer, name)
    return render(request, "sources/_others.html", {"others": pages.others_here(request.viewer, obj)})


@login_required
@require_GET
def facts(request: ViewerRequest, name: str) -> HttpResponse:
    """What is known in numbers, and the newest pictures."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    facts = pages.facts(viewer, obj)
    twins = list(dict.fromkeys(other["obj_id"] for other in [*facts.duplicates, *facts.associated]))
    may_copy = bool(twins) and viewer.may("Upload data")
    context = {
        "obj": obj,
        "facts": facts,
        "twins": twins if may_copy else [],
        "groups": shown.my_groups(viewer) if may_copy else [],
        "cutouts": cutouts(thumbnails.by_obj(viewer, [obj.pk])[obj.pk]),
    }
    template = "sources/_facts_inside.html" if "inside" in request.GET else "sources/_facts_panel.html"
    return render(request, template, context)


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
        results = [_named(found) for found in pages.find(viewer, text)]
        for find in quick_finders:
            results += find(viewer, text)
        return JsonResponse({"results": results})
    ra, dec = position
    results = [_close(obj, separation) for obj, separation in near(viewer, ra, dec, 60.0, most=8)]
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


def _close(obj: Any, separation: float) -> dict[str, str]:
    return {
        "kind": "source",
        "label": obj.name,
        "detail": f"{separation:.1f}″ away",
        "url": reverse("source", args=[obj.name]),
    }
