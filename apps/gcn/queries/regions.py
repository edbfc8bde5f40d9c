"""Which objs and galaxies lie inside a map, as conditions that other queries can take in."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.expressions import RawSQL

from skyportal.access.errors import Invalid
from skyportal.astro.skymaps.credible import LEVELS

from ..models import Localization

LONGEST = timedelta(days=3660)
"""Between first and last detection, where what lies in a map is asked for."""

# One range of cells after the other from the index of positions; "offset 0" keeps the planner from turning it round.
_RANGES = """
    select o.id from ({ranges}) as r(cells)
    cross join lateral (select id from {table} where hpx >= lower(r.cells) and hpx < upper(r.cells) offset 0) as o
"""
_KEPT = "select unnest(cells) from gcn_region where localization_id = %s and level = %s"
_OTHER = "select unnest(range_agg(int8range(lo, hi))) from gcn_tile where localization_id = %s and level <= %s"


def checked_level(level: float) -> float:
    if not 0 < level <= 1:
        raise Invalid("Invalid localizationCumprob: a probability above 0, 1 at most.")
    return level


def obj_ids_inside(localization: Localization, level: float) -> RawSQL:
    """Ids of objs in the credible region of this level, for ``pk__in``.

    Levels that are kept have their region as ranges; any other is put together from its tiles.
    """
    return _inside("sources_obj", localization, level)


def galaxy_ids_inside(localization: Localization, level: float) -> RawSQL:
    return _inside("sources_galaxy", localization, level)


def ranges_of(level: float) -> str:
    """The query of a region's ranges of cells; its parameters are the localization and the level."""
    return _KEPT if level in LEVELS else _OTHER


def _inside(table: str, localization: Localization, level: float) -> RawSQL:
    given = [localization.pk, checked_level(level)]
    return RawSQL(_RANGES.format(table=table, ranges=ranges_of(level)), given)  # noqa: S611 - constants
