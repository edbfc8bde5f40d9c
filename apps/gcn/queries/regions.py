"""Which objs lie inside a map, as a condition that other queries can take in.

The region comes as one constant, a set of ranges of cells in order: whether it holds a position is a binary search,
less than a microsecond, so that the other conditions of a list decide in which order its rows are looked at. Going
through the region by the index of positions instead fetched every obj of a quarter of the sky: 280 ms of 300 for a
month in the map of GW190425.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import BooleanField, F, Func, Value

from skyportal.access.errors import Invalid
from skyportal.astro.skymaps.credible import LEVELS

from ..models import Localization
from ..models.columns import CellRangesField

_KEPT = "select cells::text from gcn_region where localization_id = %s and level = %s"
_OTHER = "select range_agg(int8range(lo, hi))::text from gcn_tile where localization_id = %s and level <= %s"

# PostgreSQL takes one row in two hundred to be in any multirange, and would look there first; of a case it thinks half
_AS_LIKELY_AS_NOT = "(case when %(expressions)s then true else false end)"


def checked_level(level: float) -> float:
    if not 0 < level <= 1:
        raise Invalid("Invalid localizationCumprob: a probability above 0, 1 at most.")
    return level


def inside(localization: Localization, level: float, cell: str = "hpx") -> Func:
    """Whether the position in this column lies in the credible region; regions of other levels than those that are kept
    are put together from tiles."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT if level in LEVELS else _OTHER, [localization.pk, checked_level(level)])
        row = cursor.fetchone()
    region = Value((row and row[0]) or "{}", output_field=CellRangesField())
    return Func(F(cell), region, template=_AS_LIKELY_AS_NOT, arg_joiner=" <@ ", output_field=BooleanField())
