"""Parameters that ask for annotations and comments."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Func, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment, words

from ..access import said
from ..models import Annotation, Comment
from ..queries.objs import beneath
from .base import Asked, offers, with_any

_OPERATORS = {"lt": "lt", "le": "lte", "eq": "exact", "ne": "exact", "gt": "gt", "ge": "gte"}


def _annotations(viewer: Viewer, asked: Asked) -> QuerySet:
    rows = beneath(viewer, Annotation.objects.all(), said)
    if asked["annotationsFilterOrigin"]:
        rows = rows.filter(origin__in=asked["annotationsFilterOrigin"])
    if asked["annotationsFilterAfter"]:
        rows = rows.filter(created_at__gte=asked["annotationsFilterAfter"])
    if asked["annotationsFilterBefore"]:
        rows = rows.filter(created_at__lte=asked["annotationsFilterBefore"])
    return rows


def _literal(value: str) -> Any:
    """Numbers and truth values as such, everything else as text."""
    try:
        found = json.loads(value.strip().lower() if value.strip().lower() in ("true", "false") else value)
    except ValueError:
        return value.strip()
    return found if isinstance(found, bool | int | float) else value.strip()


def _compared(rows: QuerySet, condition: str) -> QuerySet:
    """Annotations that fulfil ``key`` or ``key:value:op``; values of another type never do."""
    key, *rest = (part.strip() for part in condition.split(":"))
    if not key or len(rest) not in (0, 2) or (rest and rest[1] not in _OPERATORS):
        raise Invalid(
            f"Invalid annotationsFilter {condition[:60]!r}: write key, or key:value:op with op in "
            f"{', '.join(_OPERATORS)}."
        )
    if not rest:
        return rows.filter(data__has_key=key)
    value, op = _literal(rest[0]), rest[1]
    kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    typed = Func(KeyTransform(key, "data"), function="jsonb_typeof", output_field=TextField())
    rows = rows.annotate(value_type=typed, value=KeyTransform(key, "data")).filter(value_type=kind)
    matching = {f"value__{_OPERATORS[op]}": value}
    return rows.exclude(**matching) if op == "ne" else rows.filter(**matching)


@offers("annotationsFilter", words, "key:value:op, several by commas; op is eq, ne, gt, ge, lt or le.")
def annotated(objs: QuerySet, conditions: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    for condition in conditions:
        objs = with_any(objs, _compared(_annotations(viewer, asked), condition))
    return objs


def _annotated_so(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs if asked["annotationsFilter"] else with_any(objs, _annotations(viewer, asked))


offers("annotationsFilterOrigin", words, "Annotations of these origins.")(_annotated_so)
offers("annotationsFilterAfter", moment, "Annotations made after this time.")(_annotated_so)
offers("annotationsFilterBefore", moment, "Annotations made before this time.")(_annotated_so)


def _commented(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs with a comment that fulfils all of the comment parameters; hung under each, applied once."""
    rows = beneath(viewer, Comment.objects.all(), said)
    if texts := asked["commentsFilter"]:
        any_of = Q()
        for part in texts:
            any_of |= Q(text__icontains=part)
        rows = rows.filter(any_of)
    if asked["commentsFilterAuthor"]:
        rows = rows.filter(author__username__in=asked["commentsFilterAuthor"])
    if asked["commentsFilterAfter"]:
        rows = rows.filter(created_at__gte=asked["commentsFilterAfter"])
    if asked["commentsFilterBefore"]:
        rows = rows.filter(created_at__lte=asked["commentsFilterBefore"])
    return objs.filter(pk__in=rows.values("obj_id"))


offers("commentsFilter", words, "Comments containing any of these.")(_commented)
offers("commentsFilterAuthor", words, "Comments by these people.")(_commented)
offers("commentsFilterAfter", moment, "Comments made after this time.")(_commented)
offers("commentsFilterBefore", moment, "Comments made before this time.")(_commented)
