"""Circulars, and by which names events are known in them."""

from __future__ import annotations

from collections.abc import Iterable

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Circular, CircularOfEvent, GcnEvent
from ..notices.names import STREAMS, prefix


def names_of(event: GcnEvent) -> set[str]:
    """An event's names as circulars write them: aliases without their sender, and the trigger's number."""
    found = {event.trigger_id or ""}
    for alias in event.aliases:
        name = alias.rpartition("#")[2]
        found.add(name)
        for kind in ("GRB", "FRB"):  # written together in aliases, apart in prose
            if name.startswith(kind) and name[3:4].isdecimal():
                found.add(f"{kind} {name[3:]}")
    return {name for name in found if len(name) > 4}


def events_called(names: Iterable[str]) -> list[GcnEvent]:
    """Events that one of these names may mean."""
    spoken = set(names)
    wanted = sorted(spoken | {name.replace(" ", "") for name in spoken})
    if not wanted:
        return []
    senders = [""] + [f"{prefix(stream)}#" for stream in sorted(set(STREAMS.values()))]
    aliases = [f"{sender}{name}" for name in wanted for sender in senders]
    by_alias = GcnEvent.objects.filter(aliases__overlap=aliases)
    return list(by_alias.union(GcnEvent.objects.filter(trigger_id__in=wanted)))


def circulars_of(viewer: Viewer, event: GcnEvent) -> AccessQuerySet:
    """Circulars that speak of an event, newest first."""
    links = CircularOfEvent.objects.visible_to(viewer).filter(event=event)
    return Circular.objects.visible_to(viewer).filter(pk__in=links.values("circular_id")).order_by("-number")


def get_circular(viewer: Viewer, number: int) -> Circular:
    found = Circular.objects.visible_to(viewer).filter(number=number).first()
    if found is None:
        raise NotVisible(f"There is no circular {number} here.", status=404)
    return found


def events_of(viewer: Viewer, circular: Circular) -> list[GcnEvent]:
    """Events that a circular speaks of, of those the viewer may see."""
    links = CircularOfEvent.objects.visible_to(viewer).filter(circular=circular)
    return list(GcnEvent.objects.visible_to(viewer).filter(pk__in=links.values("event_id")).order_by("dateobs")[:50])
