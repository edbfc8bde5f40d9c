"""What lists of events are narrowed by: tags and properties, of events and of their sky maps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, FloatField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from skyportal.access.errors import Invalid
from skyportal.api.params import words

from ..models import EventProperties, EventTag, Localization, LocalizationTag

_LOOKUPS = {"eq": "exact", "ne": "exact", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


@dataclass(frozen=True)
class Compared:
    """A property against a value; without a value, that it is said at all."""

    name: str
    value: str | None = None
    op: str = "eq"


def comparisons(parameter: str) -> Any:
    """A parser of ``name:value:op`` lists with commas."""

    def parse(text: str) -> list[Compared]:
        return [_compared(part, parameter) for part in words(text)]

    return parse


def _compared(part: str, parameter: str) -> Compared:
    match [piece.strip() for piece in part.split(":")]:
        case [name] if name:
            return Compared(name)
        case [name, value] if name and value:
            return Compared(name, value)
        case [name, value, op] if name and value and op in _LOOKUPS:
            return Compared(name, value, op)
    ops = ", ".join(_LOOKUPS)
    raise Invalid(f"Invalid {parameter}: write name:value:op with op one of {ops}, several with commas.")


def holds(rows: QuerySet, column: str, wanted: Compared) -> QuerySet:
    """Rows whose JSON column says this of itself; what is not a number is compared as text, for equality only."""
    rows = rows.filter(**{f"{column}__has_key": wanted.name})
    if wanted.value is None:
        return rows
    text = KeyTextTransform(wanted.name, column)
    try:
        number = float(wanted.value)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        if wanted.op not in ("eq", "ne"):
            raise Invalid(f"{wanted.name} is compared with a text: use eq or ne.")
        same = rows.annotate(said=text).filter(said=wanted.value)
        return same if wanted.op == "eq" else rows.exclude(pk__in=same.values("pk"))
    rows = rows.annotate(said=text).filter(said__regex=_NUMBER).annotate(figure=Cast(text, FloatField()))
    condition = Q(**{f"figure__{_LOOKUPS[wanted.op]}": number})
    return rows.filter(~condition if wanted.op == "ne" else condition)


def with_event_tags(events: QuerySet, keep: Iterable[str], remove: Iterable[str]) -> QuerySet:
    """Any of those to keep, none of those to remove."""
    if names := list(keep):
        events = events.filter(Exists(EventTag.objects.filter(event=OuterRef("pk"), text__in=names)))
    if names := list(remove):
        events = events.filter(~Exists(EventTag.objects.filter(event=OuterRef("pk"), text__in=names)))
    return events


def with_map_tags(events: QuerySet, keep: Iterable[str], remove: Iterable[str]) -> QuerySet:
    of_event = LocalizationTag.objects.filter(localization__event=OuterRef("pk"))
    if names := list(keep):
        events = events.filter(Exists(of_event.filter(text__in=names)))
    if names := list(remove):
        events = events.filter(~Exists(of_event.filter(text__in=names)))
    return events


def with_event_properties(events: QuerySet, wanted: Iterable[Compared]) -> QuerySet:
    for one in wanted:
        events = events.filter(pk__in=holds(EventProperties.objects.order_by(), "data", one).values("event_id"))
    return events


def with_map_properties(events: QuerySet, wanted: Iterable[Compared]) -> QuerySet:
    for one in wanted:
        events = events.filter(pk__in=holds(Localization.objects.order_by(), "properties", one).values("event_id"))
    return events


__all__ = [
    "Compared", "comparisons", "with_event_properties", "with_event_tags", "with_map_properties",
    "with_map_tags",
]  # fmt: skip
