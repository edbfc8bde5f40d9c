"""Reading classifications and their votes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Classification, ClassificationVote, SuperObjMember
from . import shown
from .objs import get_obj

COLUMNS = (
    "id", "taxonomy_id", "classification", "probability", "ml", "origin", "author_id", "author_name",
    "created_at", "modified", "audience__key",
)  # fmt: skip

MOST_OBJ_NAMES = 50_000


def _rows(classifications: AccessQuerySet) -> list[dict[str, Any]]:
    votes = ClassificationVote.objects.filter(classification=OuterRef("pk")).order_by("id")
    found = classifications.values(
        *COLUMNS,
        **shown.OBJ,
        taxname=F("taxonomy__name"),
        edits=F("history"),
        cast=ArraySubquery(votes.values(json=JSONObject(id="id", voter_id="voter_id", vote="vote"))),
    )
    return [{**row, "votes": row.pop("cast")} for row in found]


def by_obj(viewer: Viewer, obj_ids: Iterable[int], *, groups: bool = True) -> dict[int, list[dict[str, Any]]]:
    """What these objs are said to be, oldest first; one query, and one more with the groups' names."""
    obj_ids = list(obj_ids)
    rows = _rows(
        Classification.objects.visible_to(viewer).filter(obj_id__in=obj_ids).order_by("obj_id", "created_at", "id")
    )
    _finish(viewer, rows, groups)
    return shown.grouped(rows, obj_ids)


def _finish(viewer: Viewer, rows: list[dict[str, Any]], groups: bool) -> None:
    if groups:
        shown.add_groups(viewer, rows)
    else:
        for row in rows:
            row.pop("audience__key")


def get_classification(viewer: Viewer, classification_id: int) -> Classification:
    found = (
        Classification.objects.visible_to(viewer)
        .select_related("obj", "audience", "taxonomy")
        .filter(pk=classification_id)
        .first()
    )
    if found is None:
        raise NotVisible(f"Cannot find classification with ID {classification_id}.")
    return found


def shown_classification(viewer: Viewer, classification_id: int) -> dict[str, Any]:
    get_classification(viewer, classification_id)
    rows = _rows(Classification.objects.visible_to(viewer).filter(pk=classification_id))
    _finish(viewer, rows, True)
    return shown.alone(rows[0])


def of_obj(viewer: Viewer, obj_name: str, *, linked: bool = False) -> list[dict[str, Any]]:
    """What an obj is said to be and, if ``linked``, those that are the same thing."""
    obj = get_obj(viewer, obj_name)
    ids = {obj.pk}
    if linked:
        ids |= set(SuperObjMember.objects.filter(super_obj__members__obj=obj).values_list("obj_id", flat=True))
    return [row for rows in by_obj(viewer, [obj.pk, *sorted(ids - {obj.pk})]).values() for row in rows]


def _made_between(viewer: Viewer, start: datetime | None, end: datetime | None) -> AccessQuerySet:
    found = Classification.objects.visible_to(viewer)
    if start:
        found = found.filter(created_at__gte=start)
    return found.filter(created_at__lte=end) if end else found


def page(
    viewer: Viewer, start: datetime | None, end: datetime | None, first: int, last: int
) -> tuple[list[dict[str, Any]], int]:
    """Classifications made in a window, newest first, and how many there are in all."""
    found = _made_between(viewer, start, end)
    rows = _rows(found.order_by("-created_at", "-id")[first:last])
    shown.add_groups(viewer, rows)
    return [shown.alone(row) for row in rows], found.count()


def classified_between(viewer: Viewer, start: datetime | None, end: datetime | None) -> list[str]:
    """Names of objs that were classified in a window."""
    names = _made_between(viewer, start, end).order_by("obj__name").values_list("obj__name", flat=True).distinct()
    return list(names[:MOST_OBJ_NAMES])


def often_used(viewer: Viewer, most: int = 8) -> list[tuple[int, str]]:
    """Taxonomy and class of what this person says recently and often, best first.

    Each time counts for less the longer ago it was: the thirtieth last half as much as the last. Who has said nothing
    yet gets what people say whose classifications they see.
    """
    said = Classification.objects.visible_to(viewer).order_by("-created_at")
    columns = ("taxonomy_id", "classification")
    rows = list(said.filter(author_id=viewer.user_id).values_list(*columns)[:200])
    rows = rows or list(said.filter(ml=False).values_list(*columns)[:200])
    weight: dict[tuple[int, str], float] = defaultdict(float)
    for age, row in enumerate(rows):
        weight[row] += 0.5 ** (age / 30)
    return sorted(weight, key=weight.__getitem__, reverse=True)[:most]


def changeable_ids(viewer: Viewer, ids: Iterable[int]) -> set[int]:
    return set(Classification.objects.changeable_by(viewer).filter(pk__in=list(ids)).values_list("pk", flat=True))
