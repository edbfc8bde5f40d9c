"""Galaxies in a sky map, ranked by how probable it is that the event happened in each.

In three dimensions a galaxy counts with the probability per volume at its place and distance (Singer et al. 2016, ApJL
829, L15), times what it is weighed by; in two with the probability per area. One whose weight is not known counts as
the average one there, each by its probability (as in Ducoin et al. 2020, MNRAS 492, 4768).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, FloatField
from django.db.models.expressions import RawSQL

from apps.sources.queries import galaxies as catalogs
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, integer, number, text
from skyportal.astro.galaxies import SUN, Completeness, completeness
from skyportal.astro.skymaps.tiles import DEG2

from ..models import GcnEvent, Localization
from .regions import checked_level, galaxy_ids_inside, ranges_of

MOST = 200
WEIGHTS = {"mass": "stellar mass", "blue": "B luminosity", "infrared": "K luminosity", "none": "nothing"}
PARAMS = [
    Param("map", integer, None),
    Param("level", number, 0.9),
    Param("catalog", text, None),
    Param("weight", text, "mass"),
]


def _luminosity(magnitude: str, sun: float) -> str:
    """Solar luminosities from an apparent magnitude, at the galaxy's distance."""
    modulus = "(5 * log(g.distmpc::numeric) + 25)::float8"
    bright = f"g.{magnitude} between -5 and 40 and g.distmpc > 0"
    return f"case when {bright} then 10 ^ (-0.4 * (g.{magnitude} - {modulus} - {sun})) end"


_WEIGHT = {
    "mass": "case when g.mstar > 0 then g.mstar end",
    "blue": _luminosity("magb", SUN["blue"]),
    "infrared": _luminosity("magk", SUN["infrared"]),
    "none": "null::float8",
}
# exp() refuses to underflow: what lies 37 sigma away is as good as nowhere, and so is what has no distance
_IN_SPACE = """
    coalesce(({far} is not null)::int * t.density * t.distnorm / (sqrt(2 * pi()) * t.distsigma)
             * exp(greatest(-700, -0.5 * (({far} - t.distmu) / nullif(t.distsigma, 0)) ^ 2)), 0)
"""
_FLAT = f"t.density / {float(DEG2)!r}"
_RANKED = """
    with placed as (
        select g.id, t.level, {density} as density, {weight} as weight
        from ({ranges}) as r(cells)
        cross join lateral (
            select * from sources_galaxy where hpx >= lower(r.cells) and hpx < upper(r.cells) offset 0
        ) as g
        cross join lateral (
            select * from gcn_tile where localization_id = %(map)s and lo <= g.hpx order by lo desc limit 1
        ) as t
        where g.hpx < t.hi and g.catalog_name = %(catalog)s
    ),
    scored as (
        select *, density * coalesce(
            weight, sum(density * weight) over () / sum(density) filter (where weight > 0) over (), 1
        ) as score
        from placed where density > 1e-300
    )
    select id, level, density, weight, score / nullif(sum(score) over (), 0), count(*) over (),
           coalesce(sum(density * weight) over (), 0), coalesce(sum((density * weight) ^ 2) over (), 0)
    from scored order by score desc, id limit %(most)s
"""


@dataclass(frozen=True)
class Ranked:
    """Galaxies, the most probable first.

    Each row: ``galaxy`` as the public API shows it; ``level`` of the map in two dimensions; ``density``, probability
    per Mpc³ (per square degree of a map in two); ``weight``, None where it is not known; ``share`` of the probability
    of all within; and ``reached``, that of it and those before it.
    """

    rows: list[dict[str, Any]]
    total: int
    is_3d: bool
    catalog: str
    weight: str
    completeness: Completeness


def ranked(
    viewer: Viewer, where: Localization, *, catalog: str, level: float = 0.9, weight: str = "mass", most: int = MOST
) -> Ranked:
    """The most probable galaxies of a catalogue in a region: one query over the index of positions."""
    if weight not in WEIGHTS:
        raise Invalid(f"Weigh galaxies by one of {', '.join(WEIGHTS)}.")
    density = _IN_SPACE.format(far="g.distmpc") if where.is_3d else _FLAT
    ranges = ranges_of(checked_level(level)).replace("%s", "%(map)s", 1).replace("%s", "%(level)s", 1)
    query = _RANKED.format(density=density, weight=_WEIGHT[weight], ranges=ranges)
    with connection.cursor() as cursor:
        cursor.execute(query, {"map": where.pk, "level": level, "catalog": catalog, "most": most})
        found = cursor.fetchall()
    shown = catalogs.shown_by_id(viewer, [row[0] for row in found])
    total, summed, squared = (found[0][5], found[0][6], found[0][7]) if found else (0, 0.0, 0.0)
    distance = where.distance if where.is_3d else None
    rows, reached = [], 0.0
    for pk, of_map, dense, heavy, share, *_ in found:
        reached += share or 0.0
        if pk in shown:
            figures = {"level": of_map, "density": dense, "weight": heavy, "share": share, "reached": reached}
            rows.append({"galaxy": shown[pk], **figures})
    held = completeness(weight, summed, squared, level, distance)
    return Ranked(rows, total, where.is_3d, catalog, weight, held)


def chosen_catalog(viewer: Viewer, where: Localization | None, name: str | None = None) -> tuple[str, list[str]]:
    """The catalogue asked for, else the one with most galaxies where the event may be; and all their names, the fullest
    first. "" where there is none."""
    counted = catalogs.galaxies(viewer).order_by().values("catalog_name").annotate(placed=Count("distmpc"))
    placed: dict[str, int] = dict(counted.values_list("catalog_name", "placed"))
    near = {} if where is None or len(placed) < 2 or name in placed else _inside(viewer, where)
    names = sorted(placed, key=lambda one: (-near.get(one, 0), -placed[one], one))
    return (name if name and name in placed else next(iter(names), "")), names


def _inside(viewer: Viewer, where: Localization) -> dict[str, int]:
    """How many galaxies of each catalogue lie in the 90 % region, as far away as the event may be."""
    rows = catalogs.galaxies(viewer).filter(pk__in=galaxy_ids_inside(where, 0.9))
    if where.distance is not None:
        reach = 3 * (where.distance_error or 0.0)
        rows = rows.filter(distmpc__range=(max(0.0, where.distance - reach), where.distance + reach))
    return dict(rows.order_by().values_list("catalog_name").annotate(Count("pk")))


def probability(where: Localization) -> RawSQL:
    """Of each galaxy of a queryset, the probability per Mpc³ at its place, or per square degree in a flat map."""
    density = _IN_SPACE.format(far="sources_galaxy.distmpc") if where.is_3d else _FLAT
    query = (
        f"(select case when sources_galaxy.hpx < t.hi then {density} else 0 end from gcn_tile t"  # noqa: S608
        " where t.localization_id = %s and t.lo <= sources_galaxy.hpx order by t.lo desc limit 1)"
    )
    return RawSQL(query, [where.pk], output_field=FloatField())  # noqa: S611 - constants


LAYER = 100


def most_probable(viewer: Viewer, event: GcnEvent, where: Localization) -> list[dict[str, Any]]:
    """The few that are drawn on the sky."""
    catalog, _ = chosen_catalog(viewer, where)
    return ranked(viewer, where, catalog=catalog, most=LAYER).rows if catalog else []
