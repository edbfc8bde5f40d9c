"""Where and when a source can be observed: the chosen telescopes, their night, their year."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import observing
from skyportal.astro.observing import Night, Site

from ..models import Obj
from .instruments import dishes, telescopes

MOST_TELESCOPES = 10
"""Charts on one page; as many nights and years take a quarter of a second."""
BY_DEFAULT = 4


class Chosen(NamedTuple):
    """A telescope on the ground: its row, and where it stands."""

    row: dict[str, Any]
    site: Site

    @property
    def name(self) -> str:
        return self.row["nickname"] or self.row["name"]


def on_the_ground(viewer: Viewer) -> list[Chosen]:
    """Telescopes that stand somewhere, by the name that is shown."""
    rows = telescopes(viewer)
    there = [
        Chosen(row, Site(row["lat"], row["lon"], row["elevation"] or 0.0))
        for row in rows
        if row["fixed_location"] and row["lat"] is not None and row["lon"] is not None
    ]
    return sorted(there, key=lambda t: (t.name.casefold(), t.row["id"]))


def chosen(viewer: Viewer, there: list[Chosen], ids: Iterable[int], dec: float) -> list[Chosen]:
    """Those of these ids, in their order by name; with none, the largest, not dishes, that see it rise well."""
    wanted = set(ids)
    if found := [t for t in there if t.row["id"] in wanted]:
        return found[:MOST_TELESCOPES]
    radio = dishes(viewer)
    high = [t for t in there if abs(t.site.lat - dec) < 60 and t.row["id"] not in radio]
    largest = sorted(high, key=lambda t: -(t.row["diameter"] or 0))[:BY_DEFAULT]
    return [t for t in high if t in largest]


def position(obj: Obj) -> tuple[float, float]:
    if obj.ra is None or obj.dec is None:
        raise Invalid(f"{obj.name} has no position.")
    return obj.ra, obj.dec


def nights(obj: Obj, at: list[Chosen], mjd: float) -> list[tuple[Chosen, Night]]:
    """The night that is now or comes next at each telescope."""
    ra, dec = position(obj)
    return [(telescope, observing.night(ra, dec, mjd, telescope.site)) for telescope in at]


def observable_nights(
    obj: Obj, at: list[Chosen], mjd: float, most_airmass: float, twilight: float
) -> list[tuple[Chosen, Night]]:
    """Nights in which the target gets high enough while the Sun is low enough; at ten telescopes at most."""
    _, dec = position(obj)
    least = observing.altitude_at(most_airmass)
    rises = [t for t in at if 90 - abs(t.site.lat - dec) >= least]
    found = ((t, night) for one in rises for t, night in nights(obj, [one], mjd))
    good = ((t, night) for t, night in found if night.observable(most_airmass, twilight).any())
    return list(islice(good, MOST_TELESCOPES))
