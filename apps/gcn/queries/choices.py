"""Events to choose from: in the quick search and in the bar above candidates."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models import Q
from django.urls import reverse

from skyportal.access.viewer import Viewer
from skyportal.api.params import moment

from ..models import GcnEvent
from .events import visible_events, whole_second

FEW = 6
RECENT = 50


def found(viewer: Viewer, words: str) -> list[dict[str, str]]:
    """Events whose name or time begins so, newest first."""
    if len(words) < 2:
        return []
    named = Q(aliases__icontains=words)
    if words[:4].isdigit() and "-" in words:
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
    events = list(visible_events(viewer).filter(localizations__isnull=False).order_by("-dateobs").distinct()[:RECENT])
    asked = given.get("localizationDateobs", "")
    choices = [(event.address, f"{event} · {event.dateobs:%Y-%m-%d}") for event in events]
    if asked and asked not in dict(choices):
        choices.append((asked, asked))
    return {"choices": choices, "asked": asked, "level": given.get("localizationCumprob") or "0.95", "given": given}
