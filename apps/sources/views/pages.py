"""The source page and its light curve."""

from __future__ import annotations

import csv
from functools import partial
from typing import Any

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.access.viewer import plain
from skyportal.astro import sky
from skyportal.web.bokeh import item, place
from skyportal.web.requests import ViewerRequest

from ..actions import views
from ..plots import light_curves as plots
from ..queries import layouts, light_curves, pages, thumbnails
from ..queries.objs import get_obj
from ..slots import obj_panels


@login_required
@require_GET
def source(request: ViewerRequest, name: str) -> HttpResponse:
    """The page of one obj: its head at once, each panel from its own address."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    layout = layouts.arranged(request.user.preferences, obj_panels.items())  # type: ignore[union-attr]  # signed in
    context = {"head": pages.header(viewer, obj), "obj": obj, "layout": layout}
    if any(placed.is_first for placed in layout):
        context |= _light_curve(viewer, obj)
    answer = render(request, "sources/source.html", context)
    count = partial(views.count_view, plain(viewer), obj.pk)
    answer._resource_closers.append(count)  # type: ignore[attr-defined]  # once it has left
    return answer


@login_required
@require_GET
def facts(request: ViewerRequest, name: str) -> HttpResponse:
    """What is known in numbers, and the newest pictures."""
    obj = get_obj(request.viewer, name)
    context = {
        "obj": obj,
        "facts": pages.facts(request.viewer, obj),
        "cutouts": cutouts(thumbnails.by_obj(request.viewer, [obj.pk])[obj.pk]),
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
def photometry(request: ViewerRequest, name: str) -> HttpResponse:
    """The light curve and its table, fetched again when a point comes."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    template = "sources/_photometry.html" if "inside" in request.GET else "sources/_photometry_panel.html"
    return render(request, template, {"obj": obj, **_light_curve(viewer, obj)})


def _light_curve(viewer: Any, obj: Any) -> dict[str, Any]:
    curve = light_curves.light_curves(viewer, [obj.pk]).get(obj.pk)
    if curve is None:
        return {"curve": None}
    url = reverse("source-light-curve", args=[obj.name])
    common: dict[str, Any] = {"height": 380, "legend": "light-curve-legend"}
    still = plots.svg_light_curve(curve, width=900, height=380)
    return {
        "curve": curve,
        "detections": int(curve.detected.sum()),
        "mag_plot": place(f"{url}?space=mag", id="light-curve-mag", still=still, label="Magnitudes", **common),
        "flux_plot": place(f"{url}?space=flux", id="light-curve-flux", label="Flux densities", **common),
        "series": plots.series(curve),
        "rows": _rows(curve, newest=200),
    }


_COLUMNS = ("id", "mjd", "bandpass", "mag", "magerr", "limit", "flux", "fluxerr", "instrument", "origin")


def _rows(curve: light_curves.LightCurve, newest: int | None = None) -> list[dict[str, Any]]:
    """Points as dicts, newest first; None where a column says nothing of the point."""
    chosen = slice(None, None, -1)
    columns = [getattr(curve, name)[chosen][:newest] for name in _COLUMNS]
    plain = [
        [None if isinstance(v, float) and not np.isfinite(v) else v for v in column.tolist()] for column in columns
    ]
    return [dict(zip(_COLUMNS, values, strict=True)) for values in zip(*plain, strict=True)]


@login_required
@require_GET
def light_curve(request: ViewerRequest, name: str) -> HttpResponse:
    """The live plot's figure, asked for when it comes into view."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    curve = light_curves.light_curves(viewer, [obj.pk]).get(obj.pk)
    if curve is None:
        return JsonResponse({"message": "No photometry yet."}, status=404)
    space = "flux" if request.GET.get("space") == "flux" else "mag"
    return HttpResponse(item(plots.light_curve(curve, space=space)), content_type="application/json")


@login_required
@require_GET
def photometry_csv(request: ViewerRequest, name: str) -> HttpResponse:
    """Every point the viewer may read, oldest first: MJD, AB magnitudes, µJy."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    curve = light_curves.light_curves(viewer, [obj.pk]).get(obj.pk)
    answer = HttpResponse(content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{obj.name}_photometry.csv"'
    writer = csv.DictWriter(answer, _COLUMNS)
    writer.writeheader()
    writer.writerows(_rows(curve)[::-1] if curve else [])
    return answer


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
