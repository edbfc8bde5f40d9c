"""What to choose from: events in the quick search and above candidates, what rules for tags may ask for."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment

from ..models import CURRENT, GcnEvent, GcnNotice, Localization
from ..notices.kinds import PACKET_TYPES
from ..notices.tags import RULES
from .events import as_time, known_properties, known_tags, visible_events, whole_second
from .localizations import known_properties as known_map_properties
from .localizations import known_tags as known_map_tags

FEW = 6
RECENT = 50
MANY = 500
DAY = timedelta(days=1)


def found(viewer: Viewer, words: str) -> list[dict[str, str]]:
    """Events whose name or time begins so, newest first."""
    if len(words) < 2:
        return []
    named = Q(aliases__icontains=words) | Q(trigger_id__icontains=words)
    if words[:4].isdecimal() and "-" in words:
        with suppress(ValueError):
            named |= Q(dateobs=whole_second(moment(words)))
    rows = visible_events(viewer).filter(named).order_by("-dateobs")[:FEW]
    return [
        {"kind": "event", "label": str(row), "detail": f"{row.dateobs:%Y-%m-%d %H:%M:%S} UTC", "url": page_of(row)}
        for row in rows
    ]


def page_of(event: GcnEvent) -> str:
    return reverse("event", args=[event.address])


def of_bar(viewer: Viewer, given: Any) -> dict[str, Any]:
    """The newest events that have a sky map, and the one that is asked for if it is older."""
    asked = given.get("localizationDateobs", "")
    maps = map_names(viewer, asked) if asked else []
    choices = with_maps(viewer)
    if asked and asked not in dict(choices):
        choices.append((asked, asked))
    level = given.get("localizationCumprob") or "0.95"
    return {"choices": choices, "asked": asked, "level": level, "given": given, "maps": maps}


def with_maps(viewer: Viewer) -> list[tuple[str, str]]:
    """The newest events that have a sky map: address, and in words."""
    events = visible_events(viewer).filter(localizations__isnull=False).order_by("-dateobs").distinct()[:RECENT]
    return [(event.address, f"{event} · {event.dateobs:%Y-%m-%d}") for event in events]


def map_names(viewer: Viewer, dateobs: str) -> list[str]:
    """Of an event's sky maps, that which speaks for it first; none of an event nobody may see."""
    with suppress(NotVisible):
        there = visible_events(viewer).filter(dateobs=as_time(dateobs))
        return list(Localization.objects.filter(event__in=there).values_list("name", flat=True))
    return []


def maps_near(viewer: Viewer, event: GcnEvent) -> list[tuple[int, str]]:
    """The newest sky map of each other event of about this time, the nearest first, to be crossed with one of it."""
    around = (event.dateobs - DAY, event.dateobs + DAY)
    rows = Localization.objects.visible_to(viewer).filter(event__dateobs__range=around).exclude(event=event)
    newest = rows.order_by("event_id", *CURRENT).distinct("event_id").defer("contour", "properties")
    found = [(row.event.exact_time - event.exact_time, row) for row in newest.select_related("event")[:MANY]]
    found.sort(key=lambda pair: abs(pair[0]))
    return [(row.pk, f"{row.event} {row.name}, {_apart(apart.total_seconds())}") for apart, row in found[:RECENT]]


def _apart(seconds: float) -> str:
    """How much later, in the unit that suits."""
    size = abs(seconds)
    words = f"{size:.3g} s" if size < 100 else f"{size / 60:.3g} min" if size < 6000 else f"{size / 3600:.3g} h"
    return f"{words} {'later' if seconds >= 0 else 'before'}"


def of_rules(viewer: Viewer) -> dict[str, list[str]]:
    """What a rule's conditions may name: what was seen, and what notices are known to bring."""
    kinds = GcnNotice.objects.visible_to(viewer).order_by("kind").values_list("kind", flat=True).distinct()
    return {
        "notice_types": sorted({*kinds, *PACKET_TYPES.values()}),
        "gcn_tags": sorted({*known_tags(viewer), *RULES}),
        "localization_tags": known_map_tags(viewer),
        "gcn_properties": known_properties(viewer),
        "localization_properties": known_map_properties(viewer),
    }
