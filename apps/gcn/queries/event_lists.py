"""The list of events: one function a parameter, and a page of them."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value

from skyportal.access.errors import Invalid
from skyportal.access.models import GROUP, AudienceMember
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.api.params import Param, keys, moment, text, words

from ..models import CURRENT, GcnEvent, Localization
from . import conditions
from .events import visible_events

RECENT = 10
SORTS = {"dateobs": "dateobs", "created_at": "created_at", "trigger_id": "trigger_id", "id": "pk"}
OF_MAPS = {"area_90": "area_90", "distance": "distance"}
"""Sorted by, too: what the map says that speaks for the event; events without one come last."""
TAGS_AND_PROPERTIES = [
    Param("gcnTagKeep", words, [], "Events with any of these tags."),
    Param("gcnTagRemove", words, [], "Events with none of these tags."),
    Param("localizationTagKeep", words, [], "Events with a sky map of any of these tags."),
    Param("localizationTagRemove", words, [], "Events without a sky map of these tags."),
    Param("gcnPropertiesFilter", conditions.comparisons("gcnPropertiesFilter"), [], "name:value:op, with commas."),
    Param(
        "localizationPropertiesFilter",
        conditions.comparisons("localizationPropertiesFilter"),
        [],
        "name:value:op of a sky map, with commas.",
    ),
]
PARAMS = [
    Param("partialdateobs", text, None, "Part of the time, of an alias or of the trigger."),
    Param("startDate", moment, None, "At this time or later."),
    Param("endDate", moment, None, "At this time or earlier."),
    Param("groupIds", keys, None, "Events given to any of these groups."),
    Param("sortBy", text, None, ", ".join([*SORTS, *OF_MAPS])),
    Param("sortOrder", text, "asc", "asc or desc; without sortBy the newest come first."),
    *TAGS_AND_PROPERTIES,
]

_SAID = Func(F("dateobs"), Value('YYYY-MM-DD"T"HH24:MI:SS'), function="to_char", output_field=TextField())
_NAMES = Func(F("aliases"), Value(" "), function="array_to_string", output_field=TextField())


def narrowed(events: QuerySet, asked: dict[str, Any]) -> QuerySet:
    """Events with these tags and properties."""
    events = conditions.with_event_tags(events, asked["gcnTagKeep"], asked["gcnTagRemove"])
    events = conditions.with_map_tags(events, asked["localizationTagKeep"], asked["localizationTagRemove"])
    events = conditions.with_event_properties(events, asked["gcnPropertiesFilter"])
    return conditions.with_map_properties(events, asked["localizationPropertiesFilter"])


def found(viewer: Viewer, asked: dict[str, Any]) -> QuerySet:
    """All events that fulfil what is asked, in order."""
    events: QuerySet = visible_events(viewer)
    if part := (asked["partialdateobs"] or "").strip():
        events = events.annotate(said=_SAID, names=_NAMES)
        events = events.filter(
            Q(said__contains=part.replace(" ", "T"))
            | Q(names__icontains=part)
            | Q(names__icontains=part.replace(" ", ""))  # people write GRB 230220A, aliases have no gap
            | Q(trigger_id__icontains=part)
        )
    if asked["startDate"]:
        events = events.filter(dateobs__gte=asked["startDate"])
    if asked["endDate"]:
        events = events.filter(dateobs__lte=asked["endDate"])
    if asked["groupIds"] is not None:
        events = events.filter(_given_to(viewer, asked["groupIds"]))
    return _ordered(narrowed(events, asked), asked)


def _given_to(viewer: Viewer, group_ids: list[int]) -> Q:
    mine = group_ids if viewer.sees_all else sorted(set(group_ids) & viewer.group_ids)
    members = AudienceMember.objects.filter(kind=GROUP, ref__in=mine)
    return Q(audience_id__in=members.values("audience_id"))


def _ordered(events: QuerySet, asked: dict[str, Any]) -> QuerySet:
    by, way = asked["sortBy"], asked["sortOrder"]
    if way not in ("asc", "desc"):
        raise Invalid("Invalid sortOrder: use asc or desc.")
    if not by:
        return events.order_by("-dateobs", "-pk")
    if by in OF_MAPS:
        maps = Localization.objects.filter(event=OuterRef("pk")).order_by(*CURRENT)
        events, column = events.annotate(of_map=Subquery(maps.values(OF_MAPS[by])[:1])), "of_map"
    elif by in SORTS:
        column = SORTS[by]
    else:
        raise Invalid(f"Invalid sortBy: one of {', '.join([*SORTS, *OF_MAPS])}.")
    if way == "desc":
        return events.order_by(F(column).desc(nulls_last=True), "-pk")
    return events.order_by(F(column).asc(nulls_last=True), "pk")


def newest(viewer: Viewer, most: int = RECENT) -> list[GcnEvent]:
    """Events last announced to the viewer's groups, newest first."""
    return list(visible_events(viewer).select_related("audience").order_by("-dateobs", "-pk")[:most])


def page_of(viewer: Viewer, asked: dict[str, Any], page: Page) -> tuple[list[Any], int]:
    events = found(viewer, asked)
    total = events.order_by().count()
    return list(events[page.start : page.stop]), total
