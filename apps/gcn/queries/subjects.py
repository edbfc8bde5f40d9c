"""What people talk about here besides objs: events, earthquakes."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from apps.sources.queries import comments
from apps.sources.queries.subjects import Subject
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import path_key

from ..entries import (
    EarthquakeCommentChanged,
    EarthquakeCommentPosted,
    EarthquakeReminderChanged,
    EarthquakeReminderDue,
    EventCommentChanged,
    EventCommentPosted,
    EventReminderChanged,
    EventReminderDue,
)
from ..models import Earthquake, EarthquakeComment, EarthquakeReminder, EventComment, EventReminder, GcnEvent
from .earthquakes import ABSENT
from .events import get_event_by_id


def _event(viewer: Viewer, event_id: Any, **refusal: Any) -> GcnEvent:
    try:
        return get_event_by_id(viewer, path_key("resource_id", event_id))
    except NotVisible:
        raise NotVisible(**{"message": "GCN event not found", "status": 404, **refusal}) from None


EVENTS = Subject(
    "gcn_event", "event", EventComment, None, (), _event, lambda event: {"event": event},
    lambda remark: str(remark.event_id), key="gcn_id", named={"gcn_id": F("event_id")}, parent="event",
    reminder=EventReminder, posted=EventCommentPosted, changed=EventCommentChanged, reminded=EventReminderChanged,
    due=EventReminderDue,
    facts=lambda remark: {"event_id": remark.event_id, "dateobs": remark.event.address},
)  # fmt: skip


def _earthquake(viewer: Viewer, earthquake_id: Any, **refusal: Any) -> Earthquake:
    row = Earthquake.objects.visible_to(viewer).filter(pk=path_key("resource_id", earthquake_id)).first()
    if row is None:
        raise NotVisible(**{"message": ABSENT, "status": 404, **refusal})
    return row


EARTHQUAKES = Subject(
    "earthquake", "earthquake", EarthquakeComment, None, ("earthquake_id",), _earthquake,
    lambda row: {"earthquake": row}, lambda remark: str(remark.earthquake_id), key="earthquake_id", named={},
    parent="earthquake", reminder=EarthquakeReminder, posted=EarthquakeCommentPosted,
    changed=EarthquakeCommentChanged, reminded=EarthquakeReminderChanged, due=EarthquakeReminderDue,
    facts=lambda remark: {"earthquake_id": remark.earthquake_id, "name": remark.earthquake.event_id},
)  # fmt: skip


def on_event(viewer: Viewer, event: GcnEvent) -> list[dict[str, Any]]:
    """What is said of an event, oldest first. Of most nothing is, and then no more is asked."""
    said = EventComment.objects.filter(event=event).exists()
    return comments.of(viewer, str(event.pk), on=EVENTS) if said else []
