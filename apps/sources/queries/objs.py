"""Finding objs."""

from __future__ import annotations

import re
from typing import Any

import orjson
from django.db import connection
from django.db.models import JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.prepared import Statement, asked_text, once_per_viewer, written
from skyportal.access.rules import Rule
from skyportal.access.viewer import Viewer
from skyportal.astro import sky

from ..models import Obj


@once_per_viewer
def _by_name(viewer: Viewer) -> Statement | None:
    text = written(Obj.objects.visible_to(viewer).filter(name=asked_text()))
    return Statement(text) if text else None


def _named(viewer: Viewer, name: str) -> list[tuple[Any, ...]]:
    by_name = _by_name(viewer)
    return by_name.rows(name) if by_name else []


def is_known(viewer: Viewer, name: str) -> bool:
    """Whether the viewer may know of an obj of this public name."""
    return bool(_named(viewer, name))


def get_obj(viewer: Viewer, name: str, *, message: str = "Source not found", status: int = 404) -> Obj:
    """The obj of this public name; absent and hidden are never told apart."""
    found = _named(viewer, name)
    if not found:
        raise NotVisible(message, status=status)
    return Obj.from_db(connection.alias, _COLUMNS, _loaded(found[0]))


_COLUMNS = [f.attname for f in Obj._meta.concrete_fields]
_JSON = [n for n, f in enumerate(Obj._meta.concrete_fields) if isinstance(f, JSONField)]


def _loaded(row: tuple[Any, ...]) -> list[Any]:
    """Columns that hold JSON come as text."""
    values = list(row)
    for n in _JSON:
        if values[n] is not None:
            values[n] = orjson.loads(values[n])
    return values


# "offset 0" keeps the planner from testing the separation of every obj there is; a test pins the plan.
_CONE_SQL = """
    select o.id, 2 * asind(least(1, sqrt(
            sind((o.dec - %(dec)s) / 2) ^ 2 + cosd(o.dec) * cosd(%(dec)s) * sind((o.ra - %(ra)s) / 2) ^ 2))) * 3600
    from unnest(%(cover)s::int8multirange) as r
    cross join lateral (
        select id, ra, dec from {table} where hpx >= lower(r) and hpx < upper(r) offset 0
    ) as o
"""


_NEAR_SQL = f"""
    select {{columns}} from ({_CONE_SQL}) as near(id, separation) where separation <= %(radius)s {{order}}
"""  # noqa: S608 - constants


def _cone(ra: float, dec: float, radius: float) -> dict[str, float | str]:
    cover = "{" + ",".join(f"[{lo},{hi})" for lo, hi in sky.cone_ranges(ra, dec, radius)) + "}"
    return {"ra": ra, "dec": dec, "cover": cover, "radius": radius}


def in_cone(ra: float, dec: float, radius: float) -> dict[int, float]:
    """Ids of all objs within a cone, with their separation in arcsec, nearest first; visibility is the caller's.

    Parameters
    ----------
    ra, dec : float, degrees
    radius : float, arcsec
    """
    return cone_of("sources_obj", ra, dec, radius)


def cone_of(table: str, ra: float, dec: float, radius: float) -> dict[int, float]:
    """The same of another table that has columns ``ra``, ``dec`` and ``hpx``."""
    statement = _NEAR_SQL.format(table=table, columns="*", order="order by separation")
    with connection.cursor() as cursor:
        cursor.execute(statement, _cone(ra, dec, radius))
        return dict(cursor.fetchall())


def ids_in_cone(ra: float, dec: float, radius: float) -> RawSQL:
    """The same ids as a subquery, for ``pk__in``: a cone may hold more objs than one wants to carry about."""
    cone = _cone(ra, dec, radius)
    names = re.findall(r"%\((\w+)\)s", _NEAR_SQL)
    sql = re.sub(r"%\(\w+\)s", "%s", _NEAR_SQL.format(table="sources_obj", columns="id", order=""))
    return RawSQL(sql, [cone[name] for name in names])  # noqa: S611 - constants


def beneath(viewer: Viewer, rows: QuerySet, rule: Rule) -> QuerySet:
    """Rows that the viewer may read by this rule of theirs, of objs that are known to be visible already.

    Asking again whether each obj is visible costs more than all the rest of a query.
    """
    if viewer.sees_all:
        return rows
    condition = rule.condition(viewer, rows.model)
    return rows.filter(condition) if isinstance(condition, Q) else rows if condition else rows.none()


def visible_objs(viewer: Viewer) -> AccessQuerySet:
    return Obj.objects.visible_to(viewer)


def any_objs() -> bool:
    """Whether the database holds anything at all; for set-up commands."""
    return Obj.objects.exists()


def near(viewer: Viewer, ra: float, dec: float, radius: float, *, most: int) -> list[tuple[Obj, float]]:
    """Objs that the viewer may know of within ``radius`` arcsec, nearest first, with their separation in arcsec."""
    separations = in_cone(ra, dec, radius)
    visible = Obj.objects.visible_to(viewer).filter(pk__in=separations)
    nearest = sorted(visible.values_list("pk", flat=True), key=separations.__getitem__)[:most]
    objs = Obj.objects.in_bulk(nearest)
    return [(objs[pk], separations[pk]) for pk in nearest]
