"""Galaxies in the sky map of an event."""

from __future__ import annotations

from math import log10
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.access.errors import Refusal
from skyportal.api.params import Query
from skyportal.astro.galaxies import TRACERS
from skyportal.astro.skymaps.credible import LEVELS
from skyportal.web.requests import ViewerRequest

from ..queries import galaxies
from ..queries import localizations as maps
from ..queries.events import get_event
from .panels import chosen_map


@login_required
@require_GET
def panel(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """The most probable galaxies of a catalogue, and how much of the volume's light the catalogue holds."""
    viewer = request.viewer
    event = get_event(viewer, dateobs)
    asked, wrong = Query.of_page(request.GET, galaxies.PARAMS)
    context: dict[str, Any] = {"event": event, "asked": asked, "wrong": wrong}
    context |= {"levels": [f"{level:g}" for level in LEVELS], "weights": galaxies.WEIGHTS}
    context["maps"] = list(maps.localizations(viewer).filter(event=event))
    try:
        where = chosen_map(request, event, asked["map"])
        catalog, names = galaxies.chosen_catalog(viewer, where, asked["catalog"])
        context |= {"where": where, "catalog": catalog, "catalogs": names}
        if where and catalog:
            found = galaxies.ranked(viewer, where, catalog=catalog, level=asked["level"], weight=asked["weight"])
            context |= {"found": found, "tracer": TRACERS.get(found.weight), "rows": [_shown(r) for r in found.rows]}
    except Refusal as refusal:
        context |= {"refusal": refusal.message, "catalogs": galaxies.chosen_catalog(viewer, None)[1]}
    return render(request, "gcn/_galaxies.html", context)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    weight = row["weight"]
    return {**row, "log_weight": log10(weight) if weight else None, "percent": 100 * (row["share"] or 0),
            "reached_percent": 100 * row["reached"]}  # fmt: skip
