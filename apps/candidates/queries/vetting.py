"""The vetting score: of the objs of a page term by term, and of all that passed as something to sort and narrow by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, F, FloatField, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from apps.groups.models import Group
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page

from ..alerts.vetting import TERMS, WEIGHTS, score, sentences
from ..models import Vetting, VettingWeights
from .filters import may_edit
from .scanning import Found, Scope, count, within


@dataclass(frozen=True)
class Term:
    """One term as it is shown."""

    name: str
    label: str
    value: float | None
    weight: float
    said: str


@dataclass(frozen=True)
class Vetted:
    """The score of an obj for a group, and all that went into it."""

    score: float | None
    filter_id: int
    group_id: int
    group: str
    terms: list[Term]


def weights_of(group_ids: Iterable[int]) -> dict[int, dict[str, float]]:
    """What the terms count for each of these groups."""
    ids = set(group_ids)
    chosen = dict(VettingWeights.objects.filter(group_id__in=ids).values_list("group_id", "weights"))
    return {group_id: _weights(chosen.get(group_id)) for group_id in ids}


def _weights(chosen: Mapping[str, float] | None) -> dict[str, float]:
    chosen = chosen if isinstance(chosen, Mapping) else {}
    return {name: float(chosen.get(name, usual)) for name, usual in WEIGHTS.items()}


def weights_to_set(viewer: Viewer, group_id: int) -> tuple[Group, dict[str, float], bool]:
    """A group of the viewer, its weights, and whether the viewer may set them."""
    found = Group.objects.filter(pk=group_id, single_user_group=False).first()
    if found is None or not (viewer.sees_all or group_id in viewer.group_ids):
        raise NotVisible("There is no such group.", status=404)
    return found, weights_of([group_id])[group_id], may_edit(viewer, group_id)


def vetted(viewer: Viewer, obj_ids: Iterable[int], filter_ids: Iterable[int] | None = None) -> dict[int, Vetted]:
    """The newest vetting of each obj by filters that the viewer may see; by these filters, where they are named."""
    rows = Vetting.objects.filter(obj_id__in=list(obj_ids))
    if filter_ids is None:
        rows = rows & Vetting.objects.visible_to(viewer)
    else:  # which `scope` chose among those the viewer may see
        rows = rows.filter(filter_id__in=list(filter_ids))
    found = {}
    group = ("filter__group_id", "filter__group__name", "filter__group__vetting_weights__weights")
    for row in rows.order_by("passed_at", "pk").values("obj_id", "filter_id", "facts", "said", *TERMS, *group):
        found[row["obj_id"]] = _vetted(row)
    return found


def scores(filter_ids: Iterable[int], obj_ids: Iterable[int]) -> dict[tuple[int, int], float | None]:
    """By (filter, obj), by the weights of the filter's group."""
    rows = Vetting.objects.filter(filter_id__in=list(filter_ids), obj_id__in=list(obj_ids))
    chosen = "filter__group__vetting_weights__weights"
    return {(row["filter_id"], row["obj_id"]): score({name: row[name] for name in TERMS}, _weights(row[chosen]))
            for row in rows.values("filter_id", "obj_id", *TERMS, chosen)}  # fmt: skip


def _vetted(row: Mapping[str, Any]) -> Vetted:
    weights = _weights(row["filter__group__vetting_weights__weights"])
    values = {name: row[name] for name in TERMS}
    said = sentences(row["facts"]) | {"known": row["said"] or "no catalogue was asked yet"}
    terms = [Term(name, label, values[name], weights[name], said[name]) for name, label in TERMS.items()]
    return Vetted(score(values, weights), row["filter_id"], row["filter__group_id"], row["filter__group__name"], terms)


def _expression(weights: Mapping[str, float]) -> Combinable:
    """`alerts.vetting.score` in SQL."""
    top: Combinable = Value(0.0)
    bottom: Combinable = Value(0.0)
    for name, weight in weights.items():
        if weight:
            value = F(name) if weight > 0 else Value(1.0) - F(name)
            top = top + Coalesce(value * Value(abs(weight)), Value(0.0))
            bottom = bottom + Case(When(**{f"{name}__isnull": True}, then=Value(0.0)), default=Value(abs(weight)))
    return top / NullIf(bottom, Value(0.0), output_field=FloatField())


def scored(scope: Scope) -> QuerySet:
    """Vettings by the scanned filters with their ``score``, each by the weights of the filter's group."""
    rows = Vetting.objects.filter(filter_id__in=scope.filter_ids)
    weights = weights_of(scope.filter_groups.values())
    by_weights: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for filter_id, group_id in scope.filter_groups.items():
        by_weights.setdefault(tuple(weights[group_id].items()), []).append(filter_id)
    cases = [When(Q(filter_id__in=ids), then=_expression(dict(chosen))) for chosen, ids in by_weights.items()]
    return rows.annotate(score=Case(*cases, output_field=FloatField()))


def at_least(rows: QuerySet, least: float, scope: Scope) -> QuerySet:
    """Passings whose obj the filter's group scores so high."""
    good = scored(scope).filter(score__gte=least, obj_id=OuterRef("obj_id"), filter_id=OuterRef("filter_id"))
    return rows.filter(Exists(good))


_BESIDE = """
    select p.obj_id, p.seen from ({passed}) p left join ({vetted}) v using (obj_id)
    order by v.best {way} nulls last, p.seen desc, p.obj_id limit %s offset %s
"""


def by_score(rows: QuerySet, scope: Scope, page: Page, *, descending: bool = True) -> Found:
    """A page of objs by their score; those without one come last."""
    total = within(count(rows), page)
    if not total:
        return Found([], 0)
    best = scored(scope).filter(obj_id__in=rows.order_by().values("obj_id")).values("obj_id")
    passed_sql, passed_params = rows.values("obj_id").annotate(seen=Max("passed_at")).query.sql_with_params()
    vetted_sql, vetted_params = best.annotate(best=Max("score")).query.sql_with_params()
    sql = _BESIDE.format(passed=passed_sql, vetted=vetted_sql, way="desc" if descending else "asc")
    with connection.cursor() as cursor:
        cursor.execute(sql, [*passed_params, *vetted_params, page.size, page.start])
        return Found(cursor.fetchall(), total)
