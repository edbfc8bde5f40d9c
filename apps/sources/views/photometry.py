"""The light curve of the source page: its figure, its table, its CSV."""

from __future__ import annotations

import csv
import zlib
from typing import Any

import numpy as np
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from skyportal.access.viewer import Viewer
from skyportal.astro import dust, extinction
from skyportal.astro.cosmology import distance_modulus
from skyportal.astro.time import mjd_of
from skyportal.web.bokeh import place
from skyportal.web.requests import ViewerRequest

from ..actions.validations import MAY as JUDGES
from ..actions.validations import VERDICTS
from ..plots import light_curves as plots
from ..plots import marks, stills
from ..queries import light_curves, point_table, shown, thumbnails
from ..queries.light_curves import MOST_POINTS, LightCurve
from ..queries.objs import get_obj
from ..queries.photometry import brought_by
from ..slots import Depth, silent_visits

HEIGHT = 400
AROUND, MOST_DAYS = 30.0, 400.0
ROWS = 100
SPACES = {"mag": "Magnitude", "abs": "Absolute magnitude", "flux": "Flux"}
FOLDED = {"magerr", "limit", "flux", "fluxerr", "instrument", "origin", "kind", "exposure", "ref_flux", "ref_fluxerr"}
"""Columns that a phone leaves out."""
TIMES = {"mjd": "MJD", "since": "Days since first detection", "ago": "Days ago"}


@login_required
@require_GET
def photometry(request: ViewerRequest, name: str) -> HttpResponse:
    """The light curve and its table, fetched again when a point comes; where the news was other, nothing is drawn."""
    obj = get_obj(request.viewer, name)
    context = light_curve(request, obj)
    if request.GET.get("have") == str(context["state"]):
        return HttpResponse(status=204)
    template = "sources/_photometry.html" if "inside" in request.GET else "sources/_photometry_panel.html"
    return render(request, template, {"obj": obj, **context})


def light_curve(request: ViewerRequest, obj: Any) -> dict[str, Any]:
    """What the fragment needs: the still and what can be chosen; figure and table are fetched when looked at."""
    curve = light_curves.light_curve(request.viewer, obj.pk)
    may_upload = request.viewer.may("Upload data")
    if curve is None:
        return {"curve": None, "may_upload": may_upload, "state": 0}
    query = request.GET.urlencode()
    url = f"{reverse('source-light-curve', args=[obj.name])}?{query}"
    drawn = _drawn(curve, request)
    look, plain = _look(request, obj, curve), not {"space", "time", "total", "dereddened"} & request.GET.keys()
    still = stills.svg_light_curve(drawn, width=900, height=HEIGHT) if plain else ""
    return {
        "curve": curve,
        "state": _state(obj, curve),
        "may_upload": may_upload,
        "detections": int(curve.detected.sum()),
        "hidden": int((~curve.best).sum()),
        "beyond": max(0, len(curve) - MOST_POINTS),
        "plot": place(
            url, id="light-curve", still=still, height=HEIGHT, legend="light-curve-legend", label="Light curve"
        ),
        "legend": marks.legend(curve),
        "look": look,
        "extinction": _extinction(obj, curve),
        "all": "all" in request.GET,
        "visits": "visits" in request.GET,
        "has_visits": any(True for _ in silent_visits),
        "spaces": SPACES if _has_distance(obj) else {k: v for k, v in SPACES.items() if k != "abs"},
        "times": TIMES,
        "has_reference": bool((curve.ref_flux == curve.ref_flux).any()),
    }


def _state(obj: Any, curve: LightCurve) -> int:
    """A number that changes when the light curve, or how it can be drawn, does."""
    numbers = zlib.crc32(b"".join(column.tobytes() for column in (curve.id, curve.mjd, curve.flux, curve.fluxerr)))
    return zlib.crc32(
        repr((obj.ra, obj.dec, obj.redshift, curve.verdict.tolist(), curve.bandpass.tolist())).encode(), numbers
    )


def _drawn(curve: LightCurve, request: ViewerRequest) -> LightCurve:
    """The points to draw: the best of each epoch unless all are asked for, the newest where there are too many."""
    chosen = curve if "all" in request.GET else curve.take(curve.best)
    return chosen if len(chosen) <= MOST_POINTS else chosen.take(np.arange(len(chosen) - MOST_POINTS, len(chosen)))


def _has_distance(obj: Any) -> bool:
    return bool(obj.redshift and obj.redshift > 0)


def _extinction(obj: Any, curve: LightCurve) -> dict[str, Any]:
    """What can be said of the dust before the source: E(B−V), bands without a coefficient, and why it is unknown."""
    ebv = None if obj.ra is None or obj.dec is None else dust.ebv(obj.ra, obj.dec)
    bands = sorted(set(curve.bandpass.tolist()))
    without = [band for band in bands if not extinction.is_known(band)]
    why = ""
    if ebv is None:
        why = "no dust map covers this place" if obj.ra is not None else "the source has no position"
    elif without == bands:
        why = f"no coefficient is known for {', '.join(without)}"
    return {"ebv": ebv, "without": without, "why": why}


def _look(request: ViewerRequest, obj: Any, curve: LightCurve) -> plots.Look:
    """How the address asks the light curve to be drawn; what it cannot be is drawn in plain magnitudes."""
    asked = request.GET
    space = asked.get("space", "mag")
    if space not in SPACES or (space == "abs" and not _has_distance(obj)):
        space = "mag"
    size = asked.get("size", "")
    known = _extinction(obj, curve)
    ebv, corrected = known["ebv"], "dereddened" in asked and not known["why"]
    return plots.Look(
        space=space,
        time=asked["time"] if asked.get("time") in TIMES else "mjd",
        total="total" in asked,
        dimmed={band: extinction.extinction(band, ebv) for band in set(curve.bandpass.tolist())} if corrected else None,
        size=min(max(int(size), 2), 20) if size.isdecimal() else 7,
        now=mjd_of(timezone.now()),
        distance_modulus=distance_modulus(obj.redshift) if space == "abs" else 0.0,
        height=HEIGHT,
    )


@login_required
@require_GET
def figure(request: ViewerRequest, name: str) -> HttpResponse:
    """The live plot's figure, asked for when it comes into view."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    curve = light_curves.light_curve(viewer, obj.pk)
    if curve is None:
        return JsonResponse({"message": "No photometry yet."}, status=404)
    drawn = _drawn(curve, request)
    brought = brought_by(viewer, drawn.upload)
    if "visits" in request.GET and obj.ra is not None and obj.dec is not None:
        more = drawn.with_depths(_visits(viewer, obj, drawn))
        brought = np.concatenate([brought, np.full(len(more) - len(drawn), "a pointing without an alert", object)])
        drawn = more
    drawing = plots.light_curve(drawn, _look(request, obj, drawn), brought)
    return HttpResponse(drawing, content_type="application/json")


def _visits(viewer: Viewer, obj: Any, curve: LightCurve) -> list[Depth]:
    """From a month before its first detection to a month after the last."""
    seen = curve.mjd[curve.detected] if curve.detected.any() else curve.mjd
    last = float(seen.max()) + AROUND
    first = max(float(seen.min()) - AROUND, last - MOST_DAYS)
    return [one for ask in silent_visits for one in ask(viewer, obj.ra, obj.dec, first, last)]


@login_required
@require_GET
def table(request: ViewerRequest, name: str) -> HttpResponse:
    """A page of the points, in the order and columns of the address."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    found = _table(request, obj, request.GET.dict(), sort="-mjd")
    if found is None:
        return render(request, "sources/_photometry_table.html", {"obj": obj, "table": None})
    page = Paginator(range(len(found)), ROWS).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    stop = start + ROWS
    head = [{"name": c, "folds": c in FOLDED, **vars(point_table.COLUMNS[c])} for c in found.columns]
    cells = [list(zip(head, values, strict=True)) for values in found.rows(start, stop)]
    cutouts = thumbnails.cutouts_at(viewer, obj.pk, found.alert_times(start, stop))
    context = {
        "obj": obj,
        "table": found,
        "page": page,
        "rows": list(zip(found.ids(start, stop), cells, cutouts, strict=True)),
        "head": head,
        "columns": [(key, column.label, key in found.columns) for key, column in point_table.COLUMNS.items()],
        "choices": _choices(found.curve, request),
        "superseded": int((~found.curve.best).sum()),
        "all": "all" in request.GET,
        "query": request.GET.urlencode(),
        "may_upload": viewer.may("Upload data"),
        "may_judge": viewer.may(JUDGES),
        "verdicts": VERDICTS,
        "groups": shown.my_groups(viewer),
    }
    return render(request, "sources/_photometry_table.html", context)


def _choices(curve: LightCurve, request: ViewerRequest) -> list[tuple[str, list[str], str]]:
    """By narrowing column: what may be chosen, and what is."""
    options = {name: sorted(set(getattr(curve, name).tolist()) - {""}) for name in point_table.NARROWING}
    if options["verdict"]:
        options["verdict"].append(point_table.NOT_BAD)
    return [(name, values, request.GET.get(name, "")) for name, values in options.items()]


def _table(request: ViewerRequest, obj: Any, query: dict[str, str], *, sort: str) -> point_table.Table | None:
    curve = light_curves.light_curve(request.viewer, obj.pk)
    return None if curve is None else point_table.table(curve, query, sort=sort)


@login_required
@require_GET
def export(request: ViewerRequest, name: str) -> HttpResponse:
    """Exactly the table that the address shows, all its pages. Without a query: every point, all columns, by time."""
    obj = get_obj(request.viewer, name)
    query = request.GET.dict() or {"all": "1", "columns": ",".join(point_table.COLUMNS)}
    found = _table(request, obj, query, sort="mjd")
    answer = HttpResponse(content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{obj.name}_photometry.csv"'
    writer = csv.writer(answer)
    writer.writerow(found.columns if found else point_table.DEFAULT)
    writer.writerows(found.rows() if found else [])
    return answer
