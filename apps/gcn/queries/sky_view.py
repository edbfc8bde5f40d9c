"""All that is drawn of an event on the sphere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import F
from django.urls import reverse
from numpy.typing import NDArray

from skyportal.access.viewer import Viewer
from skyportal.astro import observing
from skyportal.astro.sky import galactic_plane
from skyportal.astro.skymaps.texture import Texture, texture
from skyportal.astro.time import mjd_of

from ..models import Counterpart, GcnEvent, Localization
from ..models.vetting import CONFIRMED, REJECTED
from ..slots import Layer, map_layers
from . import instrument_fields
from .event_pages import in_maps
from .localizations import sky_map

MOST_OBJS = 2000
Line = NDArray
"""(n, 2): right ascension and declination, degrees."""


@dataclass(frozen=True)
class SkyView:
    name: str
    centre: tuple[float, float]
    area_90: float
    contours: dict[int, list[Line]]
    shade: Texture
    plane: Line
    layers: list[Layer]


def sky_view(viewer: Viewer, event: GcnEvent, where: Localization, instrument_id: int | None = None) -> SkyView:
    """The map's lines and shades, the Galaxy, Sun and Moon at the event, objs, an instrument's fields, and what other
    apps hang."""
    lines = {
        int(feature["properties"]["credible_level"]): [np.array(line) for line in feature["geometry"]["coordinates"]]
        for feature in where.contour["features"][1:]
    }
    layers = [*_bodies(event), *_objs(viewer, event, where)]
    for hung in map_layers:
        layers += hung(viewer, event, where)
    if instrument_id is not None:
        layers.append(instrument_fields.layer(viewer, where, instrument_id))
    return SkyView(
        where.name, (where.ra, where.dec), where.area_90, lines, texture(sky_map(where)), galactic_plane(), layers
    )


def told_of(where: Localization) -> tuple[str, str]:
    """Of which event and map a picture is; and when it was, how large the region is and how far away."""
    event = where.event
    facts = [f"{event.exact_time:%Y-%m-%d %H:%M:%S} UTC", f"90 % within {_figures(where.area_90)} square degrees"]
    if where.distance is not None:
        facts.append(f"{where.distance:.0f} ± {where.distance_error or 0:.0f} Mpc")
    return f"{event}, {where.name}", "   ".join(facts)


def _figures(area: float) -> str:
    return f"{area:,.0f}" if area >= 100 else f"{area:.3g}"


def _bodies(event: GcnEvent) -> list[Layer]:
    """Sun and Moon at the time of the event, apparent places of date: true to half a degree."""
    mjd = np.array([mjd_of(event.exact_time)])
    found = []
    for label, colour, vector in (
        ("Sun", "#e69f00", observing.sun(mjd)),
        ("Moon", "#999999", observing.moon(mjd)),
    ):
        x, y, z = (float(part) for part in np.ravel(vector)[:3])
        place = (float(np.degrees(np.arctan2(y, x)) % 360), float(np.degrees(np.arctan2(z, np.hypot(x, y)))))
        found.append(Layer(label, [(*place, f"{label} at the time of the event", "")], colour=colour))
    return found


def _objs(viewer: Viewer, event: GcnEvent, where: Localization) -> list[Layer]:
    """Objs that were matched, the most probable ones; those that were judged apart."""
    pairs = in_maps(viewer, [where.pk]).order_by("level")
    rows = pairs.values("level", name=F("obj__name"), ra=F("obj__ra"), dec=F("obj__dec"))[:MOST_OBJS]
    statuses = Counterpart.objects.visible_to(viewer).filter(event=event).order_by("modified")
    judged = dict(statuses.values_list("obj__name", "status"))
    groups: dict[str, list[Any]] = {"Objects": [], "Confirmed": [], "Rejected": []}
    for row in rows:
        status = judged.get(row["name"], "")
        label = {CONFIRMED: "Confirmed", REJECTED: "Rejected"}.get(status, "Objects")
        words = f"{row['name']} · level {row['level']:.3f}" + (f" · {status}" if status else "")
        groups[label].append((row["ra"], row["dec"], words, reverse("source", args=[row["name"]])))
    looks = {"Objects": ("circle", "#56b4e9"), "Confirmed": ("star", "#d55e00"), "Rejected": ("x", "#999999")}
    return [
        Layer(label, points, marker=looks[label][0], colour=looks[label][1])
        for label, points in groups.items()
        if points
    ]
