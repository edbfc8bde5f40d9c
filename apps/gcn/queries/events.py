"""Events that a viewer may see: one by its time, and whatever is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment

from ..models import EventProperties, EventTag, GcnEvent, GcnNotice


def whole_second(when: datetime) -> datetime:
    """The public name of an event is its time to the nearest second."""
    return (when + timedelta(microseconds=500_000)).replace(microsecond=0)


def as_time(dateobs: Any) -> datetime:
    """A time out of a path or a body; none of an event where it cannot be read."""
    if isinstance(dateobs, datetime):
        return whole_second(dateobs.astimezone(UTC))
    try:
        return whole_second(moment(str(dateobs)))
    except ValueError:
        raise NotVisible(f"GCN event not found: {str(dateobs)[:60]} is not a time.", status=404) from None


def visible_events(viewer: Viewer) -> AccessQuerySet:
    return GcnEvent.objects.visible_to(viewer)


def get_event(viewer: Viewer, dateobs: Any) -> GcnEvent:
    found = visible_events(viewer).filter(dateobs=as_time(dateobs)).select_related("audience").first()
    if found is None:
        raise NotVisible("GCN event not found", status=404)
    return found


def get_event_by_id(viewer: Viewer, event_id: int) -> GcnEvent:
    found = visible_events(viewer).filter(pk=event_id).select_related("audience").first()
    if found is None:
        raise NotVisible("GCN event not found", status=404)
    return found


def names_of(viewer: Viewer, addresses: Iterable[str]) -> dict[str, str]:
    """What the events of these times are called; the others are not there."""
    times = [as_time(address) for address in addresses]
    return {event.address: event.name for event in visible_events(viewer).filter(dateobs__in=times)} if times else {}


def may_change(viewer: Viewer, event: GcnEvent) -> bool:
    """Who sent it may add to it, and who manages events."""
    return GcnEvent.objects.changeable_by(viewer).filter(pk=event.pk).exists()


def find_event(*, trigger_id: str | None, aliases: Iterable[str], dateobs: datetime | None) -> GcnEvent | None:
    """The event that a notice speaks of: by the sender's own number, by a name, at last by its time."""
    events = GcnEvent.objects.select_related("audience")
    if trigger_id and (found := events.filter(trigger_id=trigger_id).first()):
        return found
    if (names := list(aliases)) and (found := events.filter(aliases__overlap=names).order_by("pk").first()):
        return found
    return events.filter(dateobs=whole_second(dateobs)).first() if dateobs else None


def get_notice(viewer: Viewer, event: GcnEvent, notice_id: int) -> GcnNotice:
    found = GcnNotice.objects.visible_to(viewer).filter(event=event, pk=notice_id).first()
    if found is None:
        raise NotVisible("Notice not found", status=404)
    return found


def known_tags(viewer: Viewer) -> list[str]:
    return _distinct(EventTag.objects.visible_to(viewer), "text")


def known_properties(viewer: Viewer) -> list[str]:
    """Names of everything that notices say of events."""
    rows = EventProperties.objects.visible_to(viewer).values_list("data", flat=True).order_by("-pk")[:5000]
    return sorted({name for data in rows for name in data})


def _distinct(rows: QuerySet, column: str) -> list[str]:
    return list(rows.order_by(column).values_list(column, flat=True).distinct())


def notice_file(viewer: Viewer, event: GcnEvent, notice_id: int) -> tuple[str, bytes]:
    """A file's name and the bytes as they came."""
    notice = get_notice(viewer, event, notice_id)
    if not notice.content:
        raise NotVisible("The text of this notice was not kept.", status=404)
    with notice.content.open("rb") as file:
        raw = file.read()
    kind = "".join(c if c.isalnum() or c in "._-" else "_" for c in notice.kind)
    return f"{event.address.replace(':', '')}_{kind}.{'xml' if notice.form == 'voevent' else 'json'}", raw
