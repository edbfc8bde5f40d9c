"""When a source can be observed: tonight at the telescopes one has chosen, then the year."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from apps.groups import actions as people
from skyportal.access.errors import Invalid
from skyportal.api.params import key
from skyportal.astro import observing
from skyportal.astro.time import datetime_of, mjd_of
from skyportal.web.requests import ViewerRequest

from ..plots import observability as plots
from ..queries import observability as queries
from ..queries.objs import get_obj

PREFERENCE = "observability"
AIRMASS = 2.0
TWILIGHT = observing.TWILIGHTS["astronomical"]


@login_required
@require_http_methods(["GET", "POST"])
def observability(request: ViewerRequest, name: str) -> HttpResponse:
    """A page of its own, or the panel of the source page; a POST remembers which telescopes one works with."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if request.method == "POST":
        _remember(request)
        if not request.htmx:
            return redirect("source-observability", name)
    there = queries.on_the_ground(viewer)
    context: dict[str, Any] = {"obj": obj, "choices": there, "most": queries.MOST_TELESCOPES}
    if obj.ra is not None and obj.dec is not None:
        chosen = queries.chosen(viewer, there, _wanted(request), obj.dec)
        now = mjd_of(timezone.now())
        context["nights"] = [_shown(*pair) for pair in queries.nights(obj, chosen, now)]
        context["chosen"] = {t.row["id"] for t in chosen}
        context["moon"] = observing.moon_illumination(now)
    template = "sources/_observability.html" if request.htmx else "sources/observability.html"
    return render(request, template, context)


def _wanted(request: ViewerRequest) -> list[int]:
    """Telescopes of the address, else those remembered."""
    asked: Any = request.GET.getlist("telescope")
    if not asked:
        kept = request.user.preferences.get(PREFERENCE)  # type: ignore[union-attr]
        asked = kept.get("telescopes") if isinstance(kept, dict) else []
    return [int(i) for i in asked if str(i).isdecimal()] if isinstance(asked, list) else []


def _remember(request: ViewerRequest) -> None:
    try:
        ids = [key(value) for value in request.POST.getlist("telescope")]
    except ValueError:
        raise Invalid("Invalid telescope: choose from the list.") from None
    if len(ids) > queries.MOST_TELESCOPES:
        raise Invalid(f"Choose at most {queries.MOST_TELESCOPES} telescopes.")
    user = people.change_profile(request.viewer, {"preferences": {PREFERENCE: {"telescopes": ids}}})
    request.user.preferences = user.preferences  # type: ignore[union-attr]


def _shown(telescope: queries.Chosen, night: observing.Night) -> dict[str, Any]:
    """What a card says of a night in words, its chart, and the figures under the pointer."""
    good = night.observable(AIRMASS, TWILIGHT)
    hours = float(good.sum()) / 12
    dark = night.sun < TWILIGHT
    best = int(np.argmax(np.where(dark, night.target, -90.0))) if dark.any() else None
    zone = _zone(telescope.row["timezone"])
    start, stop = plots.span(night)
    inside = (night.mjd >= start) & (night.mjd <= stop)
    return {
        "telescope": telescope,
        "drawing": mark_safe(plots.tonight(night).svg()),  # noqa: S308  drawn by us
        "hours": hours,
        "between": f"{_clock(night.mjd[good][0])}–{_clock(night.mjd[good][-1])} UT" if hours else "",
        "best": None if best is None or night.target[best] <= 0 else float(observing.airmass(night.target[best])),
        "best_at": "" if best is None else _clock(night.mjd[best]),
        "best_local": "" if best is None or zone is None else _clock(night.mjd[best], zone),
        "night": night,
        "why_not": _why_not(night),
        "zone": telescope.row["timezone"] if zone else "",
        "figures": json.dumps(
            {
                "start": start,
                "stop": stop,
                "first": float(night.mjd[inside][0]),
                "target": night.target[inside].round(1).tolist(),
                "moon": night.moon[inside].round(1).tolist(),
                "sun": night.sun[inside].round(1).tolist(),
            }
        ),
    }


def _why_not(night: observing.Night) -> str:
    if not (night.sun < TWILIGHT).any():
        return "The Sun does not sink 18° below the horizon."
    if night.target.max() < observing.altitude_at(AIRMASS):
        return f"Never above airmass {AIRMASS:g}; at most {night.target.max():.0f}° high.".replace("-", "−")
    return f"Above airmass {AIRMASS:g} only by day."


def _clock(mjd: float, zone: tzinfo = UTC) -> str:
    return f"{datetime_of(mjd + 0.5 / 1440).astimezone(zone):%H:%M}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


@login_required
@require_GET
def year(request: ViewerRequest, name: str) -> HttpResponse:
    """Hours a night through the year at the same telescopes."""
    obj = get_obj(request.viewer, name)
    ra, dec = queries.position(obj)
    viewer = request.viewer
    chosen = queries.chosen(viewer, queries.on_the_ground(viewer), _wanted(request), dec)
    context: dict[str, Any] = {"obj": obj, "airmass": AIRMASS, "lines": []}
    if chosen:
        days, hours = observing.year(
            ra, dec, mjd_of(datetime.now(UTC)), [t.site for t in chosen], most_airmass=AIRMASS, twilight=TWILIGHT
        )
        drawing = plots.year([t.name for t in chosen], days, hours)
        context["drawing"] = mark_safe(drawing.svg())  # noqa: S308  drawn by us
        context["lines"] = [
            {"name": t.name, "colour": plots.colour(row), "months": _months(days, hours[row])}
            for row, t in enumerate(chosen)
        ]
    return render(request, "sources/_observability_year.html", context)


def _months(days: np.ndarray, hours: np.ndarray) -> str:
    """The months of more than an hour a night, in words."""
    labels = [f"{datetime_of(day):%b}" for day in days]
    good = dict.fromkeys(label for label, h in zip(labels, hours, strict=True) if h >= 1)
    if not good:
        return "never for an hour"
    if len(good) == 12:
        return "all year"
    names = list(dict.fromkeys(labels))
    first = next((n for n, label in enumerate(names) if label in good and names[n - 1] not in good), 0)
    ordered = [names[(first + n) % 12] for n in range(len(names[:12])) if names[(first + n) % 12] in good]
    return f"{ordered[0]} to {ordered[-1]}"
