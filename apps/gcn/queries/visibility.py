"""From where and when a sky map can be observed: probability above the horizon of telescopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.sources.queries.observability import Chosen, on_the_ground
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import Query
from skyportal.astro import observing
from skyportal.astro.skymaps.coarsening import coarsened
from skyportal.astro.time import datetime_of, mjd_of

from ..models import Localization
from .localizations import sky_map

MOST_TILES = 2000
MOST_TELESCOPES = 30
STEPS = np.arange(0, 1 + 1e-9, 10 / 1440)
"""Days after the event: a day, every ten minutes."""
GRID = 5.0
"""Degrees between the places of the world map."""


@dataclass(frozen=True)
class Seen:
    """Through a day from the event on: how much of the probability is high enough over a telescope in the dark."""

    telescope: Chosen
    mjd: NDArray
    probability: NDArray
    sun: NDArray


def limits(query: Query) -> tuple[float, float]:
    """Lowest altitude of a target and highest of the Sun, degrees, from the parameters of the API."""
    if query["twilight"] not in observing.TWILIGHTS:
        raise Invalid(f"Invalid twilight: must be one of {', '.join(observing.TWILIGHTS)}.")
    if not 1 <= query["maxAirmass"] <= 10:
        raise Invalid("Invalid maxAirmass: must be between 1 and 10.")
    return observing.altitude_at(query["maxAirmass"]), observing.TWILIGHTS[query["twilight"]]


def _tiles(where: Localization) -> tuple[NDArray, NDArray, NDArray]:
    sky = coarsened(sky_map(where).without_distance(), MOST_TILES)
    return *sky.centres(), sky.probability


def _telescope(viewer: Viewer, telescope_id: int) -> Chosen:
    found = next((one for one in on_the_ground(viewer) if one.row["id"] == telescope_id), None)
    if found is None:
        raise NotVisible("Telescope not found, or it stands nowhere on the ground.", status=404)
    return found


def airmasses(viewer: Viewer, where: Localization, telescope_id: int) -> list[list[Any]]:
    """[time, airmass] through a day from the event on: half of the probability is at this airmass or better.

    The airmass is None while less than half of it is above the horizon.
    """
    telescope = _telescope(viewer, telescope_id)
    ra, dec, probability = _tiles(where)
    mjd = mjd_of(where.event.exact_time) + STEPS
    high = observing.altitudes(ra, dec, mjd, telescope.site)
    order = np.argsort(-high, axis=0)
    reached = np.cumsum(probability[order], axis=0)
    half = np.argmax(reached >= 0.5 * probability.sum(), axis=0)
    level = np.take_along_axis(high, np.take_along_axis(order, half[None], axis=0), axis=0)[0]
    found = observing.airmass(level)
    return [
        [datetime_of(float(when)).replace(tzinfo=None).isoformat(timespec="seconds"), _plain(value)]
        for when, value in zip(mjd, found, strict=True)
    ]


def _plain(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def observability(viewer: Viewer, where: Localization, lowest: float, darkest: float) -> list[Seen]:
    """Every telescope from which some of it can be observed, the most at once first; `MOST_TELESCOPES` at most."""
    ra, dec, probability = _tiles(where)
    mjd = mjd_of(where.event.exact_time) + STEPS
    found = []
    for telescope in on_the_ground(viewer)[: 10 * MOST_TELESCOPES]:
        sun = observing.altitude(observing.sun(mjd), mjd, telescope.site)
        dark = sun < darkest
        if not dark.any():
            continue
        high = observing.altitudes(ra, dec, mjd, telescope.site) >= lowest
        seen = np.where(dark, probability @ high, 0.0)
        if seen.max() > 0.001:
            found.append(Seen(telescope, mjd, seen, sun))
    return sorted(found, key=lambda one: -one.probability.max())[:MOST_TELESCOPES]


@dataclass(frozen=True)
class World:
    """At the time of the event: how much of the probability can be observed from each place on Earth."""

    lat: NDArray
    lon: NDArray
    probability: NDArray
    """(latitudes, longitudes); NaN where it is not dark."""
    telescopes: list[Chosen]


def world(viewer: Viewer, where: Localization, lowest: float, darkest: float) -> World:
    ra, dec, probability = _tiles(where)
    mjd = np.array([mjd_of(where.event.exact_time)])
    lat, lon = np.arange(-90 + GRID / 2, 90, GRID), np.arange(-180 + GRID / 2, 180, GRID)
    sun = observing.sun(mjd)
    seen = np.full((len(lat), len(lon)), np.nan)
    for row, y in enumerate(lat):
        for column, x in enumerate(lon):
            site = observing.Site(float(y), float(x))
            if observing.altitude(sun, mjd, site)[0] < darkest:
                high = observing.altitudes(ra, dec, mjd, site)[:, 0] >= lowest
                seen[row, column] = probability[high].sum()
    return World(lat, lon, seen, on_the_ground(viewer)[: 10 * MOST_TELESCOPES])
