"""Which objs are saved where, and lists of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Max, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.groups import queries as groups
from apps.groups.models import Membership
from skyportal.access.errors import NotAllowed
from skyportal.access.prepared import once_per_viewer
from skyportal.access.viewer import Viewer

from .. import totals
from ..models import ListedObj, Obj, Source
from ..models.listed import ListedObjs
from ..slots import obj_filters, obj_sorts, unchanged
from . import late, orders
from .late import Sql

Asked = dict[str, Any]


SAVING = ("group_ids", "pendingOnly", "includeRequested", "savedAfter", "savedBefore", "savedByCurrentUser")
"""Parameters that concern saving, all that `saves` looks at."""


def saves(viewer: Viewer, asked: Asked) -> QuerySet:
    """Rows of objs saved to the viewer's groups, as far as the parameters that concern saving say."""
    rows = Source.objects.visible_to(viewer)
    if asked.get("group_ids"):
        rows = rows.filter(group__in=_known_groups(viewer, asked["group_ids"]))
    if asked.get("pendingOnly"):
        rows = rows.filter(requested=True)
    elif asked.get("includeRequested"):
        rows = rows.filter(Q(active=True) | Q(requested=True))
    else:
        rows = rows.filter(active=True)
    if asked.get("savedAfter"):
        rows = rows.filter(saved_at__gte=asked["savedAfter"])
    if asked.get("savedBefore"):
        rows = rows.filter(saved_at__lte=asked["savedBefore"])
    if asked.get("savedByCurrentUser"):
        rows = rows.filter(saved_by=viewer.user_id)
    return rows


def _known_groups(viewer: Viewer, wanted: list[int]) -> list[int]:
    if not viewer.sees_all and (foreign := sorted(set(wanted) - viewer.group_ids)):
        raise NotAllowed(f"Cannot find group_id {foreign[0]}. Please remove and try again.", status=400)
    return wanted


def matching(viewer: Viewer, asked: Asked) -> QuerySet:
    """Saved rows whose obj passes every parameter asked for."""
    rows, objs = saves(viewer, asked), passing(viewer, asked)
    return rows if objs is None else rows.filter(obj__in=late.settled(objs).values("pk"))


def passing(viewer: Viewer, asked: Asked) -> ListedObjs | None:
    """Saved objs that pass what is asked of objs, by whomever they are saved; None where nothing is asked."""
    objs: QuerySet = ListedObj.objects.all()
    used: set[Any] = set()
    for name, plug in obj_filters.items():
        value = asked.get(name)
        if value is None or value is False or value == "" or value == []:
            continue
        if plug.apply not in used and plug.apply is not unchanged:
            objs = plug.apply(objs, value, viewer, asked)
            used.add(plug.apply)
    return cast(ListedObjs, objs) if used else None


def _saved(viewer: Viewer, asked: Asked, rows: QuerySet) -> Q:
    """Of saved objs: one of the rows that `saves` gives belongs to it."""
    if any(asked.get(name) for name in SAVING if name != "group_ids"):
        return Q(pk__in=rows.values("obj_id"))
    if wanted := asked.get("group_ids"):
        return Q(group_ids__overlap=sorted(set(wanted)))
    return ~Q(group_ids=[]) if viewer.sees_all else Q(group_ids__overlap=sorted(viewer.group_ids))


@dataclass(frozen=True)
class Found:
    """One page of a list of objs: their ids in order, when each was saved last, and how many there are in all."""

    ids: list[int]
    saved_at: dict[int, datetime]
    total: int


_NEAR_THE_TOP = 2000
_SAVES = 4
"""Groups to which an obj is usually saved at most: so many saves are read for each obj of a page."""


def find(viewer: Viewer, asked: Asked, start: int, stop: int) -> Found:
    """The page ``start:stop`` of objs saved to the viewer's groups, and their number.

    An obj in several groups comes once, at the latest of its saves. Which objs pass is asked once, for the number and
    the page alike; the order of what is saved last first is read from its index as far as the page needs.
    """
    by, way = asked.get("sortBy") or "saved_at", "asc" if asked.get("sortOrder") == "asc" else "desc"
    hung = obj_sorts.get(by)
    sorting = hung(viewer, asked) if hung else orders.of_list(viewer, by)
    objs = passing(viewer, asked)
    rows = saves(viewer, asked).order_by()
    if objs is None and sorting is None and way == "desc" and stop <= _NEAR_THE_TOP:
        return _walked(rows, start, stop, _total(viewer, asked))
    found = (ListedObj.objects.all() if objs is None else late.alone(objs)).filter(_saved(viewer, asked, rows))
    own = {} if sorting is None or isinstance(sorting, QuerySet) else {"sorted_by": sorting}
    try:
        given = late.narrowed(found.order_by().values("pk", **own).query.sql_with_params(), found.late)
    except EmptyResultSet:
        return Found([], {}, 0)
    if sorting is not None:
        total = _total(viewer, asked) if objs is None else None
        valued = _elsewhere(sorting) if isinstance(sorting, QuerySet) else ("select id, sorted_by from passing", ())
        return _sorted(rows, given, valued, way, start, stop, total)
    if way == "desc" and stop <= _NEAR_THE_TOP:
        said = any(asked.get(name) for name in SAVING)
        return _walked_among(_halves(rows) if said else _usual_halves(viewer), given, start, stop)
    latest = rows.filter(_PASSES).values("obj_id").annotate(latest=Max("saved_at"))
    order = ("-latest", "-obj_id") if way == "desc" else ("latest", "obj_id")
    page, total = _page(given, latest.order_by(*order)[start:stop].query.sql_with_params())
    return Found([pk for pk, _ in page], dict(page), total)


_PASSES = RawSQL("(sources_source.obj_id in (select id from passing)) is true", [], output_field=BooleanField())
"""For saves: of objs that pass. A condition on each row and no join, so that an index on saves keeps its order."""

_FEW = (
    "(select count(*)::float8 ^ 2 from passing)"
    " <= 100 * (select greatest(reltuples, 40000) from pg_class where oid = 'sources_source'::regclass)"
)
_LOOKED_UP = f"{_FEW} and sources_source.obj_id = any(array(select id from passing))"  # noqa: S608 - our own statements
_FEW_PASS = RawSQL(_LOOKED_UP, [], output_field=BooleanField())  # noqa: S611
_MANY_PASS = RawSQL(f"not {_FEW}", [], output_field=BooleanField())  # noqa: S611
"""Of few objs the saves are looked up one by one; of many, found on the way down from the newest save. The more saves
there are, the longer that way to those that pass: 2,000 objs of 40,000 saves are as good one way as the other, 8,400
of 700,000. Their number is known when the statement runs, and the half that is not wanted costs nothing."""


def _page(given: Sql, page: Sql, total: int | None = None) -> tuple[list[tuple[Any, ...]], int]:
    """Rows of the statement ``page``, which may read from ``passing``, the objs that ``given`` finds; and their number.

    One statement, so that the objs are found once: to fetch the ids of tens of thousands takes longer than to find
    them, and most of them would only go back to the database.
    """
    count = "(select count(*) from passing)" if total is None else "%s::bigint"
    statement = (
        f"with passing(id) as materialized ({given[0]}),"  # noqa: S608 - our own statements
        f" page as materialized (select *, row_number() over () as place from ({page[0]}) as ordered)"
        f" select {count}, page.* from (select) as one left join page on true order by page.place"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given[1], *page[1], *([] if total is None else [total])])
        rows = cursor.fetchall()
    return [row[1:-1] for row in rows if row[-1] is not None], rows[0][0]


def _elsewhere(sorting: QuerySet) -> Sql:
    """Objs that pass with a value that another table holds; rows (``obj_id``, ``value``), at most one an obj."""
    text, params = sorting.query.sql_with_params()
    joined = "select passing.id, sorting.value from passing left join ({}) as sorting(obj_id, value)"
    return joined.format(text) + " on sorting.obj_id = passing.id", params


def _sorted(rows: QuerySet, given: Sql, valued: Sql, way: str, start: int, stop: int, total: int | None) -> Found:
    """By a value of each obj, those without one last."""
    text, params = valued
    statement = (
        f"select id from ({text}) as valued(id, value) order by value {way} nulls last, id {way} limit %s offset %s"  # noqa: S608 - our own statements
    )
    found, total = _page(given, (statement, [*params, stop - start, start]), total)
    page = [pk for (pk,) in found]
    latest = rows.filter(obj_id__in=page).values_list("obj_id").annotate(latest=Max("saved_at"))
    return Found(page, dict(latest), total)


def _halves(rows: QuerySet) -> list[Sql]:
    """The newest saves of objs that pass, where these are few, and where they are many."""
    newest_first = rows.order_by("-saved_at", "-obj_id").values_list("obj_id", "saved_at")
    halves = newest_first.filter(_FEW_PASS), newest_first.filter(_MANY_PASS, _PASSES)
    return [half.query.sql_with_params() for half in halves]


@once_per_viewer
def _usual_halves(viewer: Viewer) -> list[Sql]:
    return _halves(saves(viewer, {}))


def _walked_among(halves: list[Sql], given: Sql, start: int, stop: int) -> Found:
    """The newest saves of objs that pass, down the index as far as the page needs."""
    params = [value for _, its in halves for value in its]
    most = _SAVES * stop
    while True:
        statement = " union all ".join(f"({text} limit {most})" for text, _ in halves)
        found, total = _page(given, (statement, params))
        newest: dict[int, datetime] = {}
        for obj_id, saved_at in found:
            newest.setdefault(obj_id, saved_at)
        if len(newest) >= min(stop, total) or len(found) < most:
            break
        most *= 4
    ids = list(newest)[start:stop]
    return Found(ids, {pk: newest[pk] for pk in ids}, total)


def _walked(rows: QuerySet, start: int, stop: int, total: int) -> Found:
    """The newest saves straight from their index, as far as the page needs: nothing is sorted."""
    newest_first = rows.order_by("-saved_at", "-obj_id").values_list("obj_id", "saved_at")
    newest: dict[int, datetime] = {}
    read, step = 0, 2 * stop
    while len(newest) < stop:
        more = list(newest_first[read : read + step])
        for obj_id, saved_at in more:
            newest.setdefault(obj_id, saved_at)
        read += len(more)
        if len(more) < step:
            break
        step *= 2
    ids = list(newest)[start:stop]
    return Found(ids, {pk: newest[pk] for pk in ids}, total)


def _total(viewer: Viewer, asked: Asked) -> int:
    parameters = {name: asked.get(name) for name in SAVING}
    return totals.remembered(viewer, parameters, lambda: saves(viewer, asked).values("obj_id").distinct().count())


def summaries(viewer: Viewer, asked: Asked, start: int, stop: int) -> tuple[list[dict[str, Any]], int]:
    """Bare saved rows, newest first, one for each obj and group."""
    rows = matching(viewer, asked)
    page = rows.order_by("-saved_at", "-pk")[start:stop].values(
        "id", "group_id", "saved_by_id", "saved_at", "active", "requested", "unsaved_by_id", "unsaved_at",
        "created_at", "modified", obj_name=F("obj__name"),
    )  # fmt: skip
    return [{**row, "obj_id": row.pop("obj_name")} for row in page], rows.count()


_GROUP = ("id", "name", "nickname", "description", "private", "single_user_group")


_SAVER = ("id", "username", "first_name", "last_name")


def saves_of(viewer: Viewer, ids: Any) -> QuerySet:
    """Rows for `saves_by_obj`: the viewer's groups that have these objs or are asked to, and who saved them when."""
    return (
        Source.objects.visible_to(viewer)
        .filter(Q(active=True) | Q(requested=True), obj__in=ids)
        .order_by("obj_id", "group__name")
        .values(
            "obj_id", "active", "requested", "saved_at", *(f"group__{name}" for name in _GROUP),
            *(f"saved_by__{name}" for name in _SAVER),
        )
    )  # fmt: skip


def saves_by_obj(rows: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        saver = {name: row[f"saved_by__{name}"] for name in _SAVER}
        found[row["obj_id"]].append(
            {
                **{name: row[f"group__{name}"] for name in _GROUP},
                "active": row["active"], "requested": row["requested"], "saved_at": row["saved_at"],
                "saved_by": saver if saver["id"] else None,
            }
        )  # fmt: skip
    return found


def is_source(viewer: Viewer, obj: Obj) -> bool:
    """Saved to one of the viewer's groups."""
    return Source.objects.visible_to(viewer).filter(obj=obj, active=True).exists()


def groups_having(viewer: Viewer, obj: Obj, group_ids: Iterable[int]) -> set[int]:
    """Those of the groups, as far as they are the viewer's, that have the obj saved."""
    rows = Source.objects.visible_to(viewer).filter(obj=obj, group__in=list(group_ids), active=True)
    return set(rows.values_list("group_id", flat=True))


def groups_saved_to(viewer: Viewer, obj: Obj) -> list[dict[str, Any]]:
    """The groups, of those the viewer may know, that have it saved."""
    saved = Source.objects.visible_to(viewer).filter(obj=obj, active=True).values("group_id")
    return list(groups.groups(viewer).filter(pk__in=saved).values(*_GROUP, "created_at", "modified"))


def default_groups(viewer: Viewer) -> list[int]:
    """Where a source goes that names no group: everywhere the viewer may save."""
    mine = Membership.objects.filter(user_id=viewer.user_id or 0, can_save=True)
    return list(mine.order_by("group_id").values_list("group_id", flat=True))
