"""Notices become events, once each, in whatever order they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.groups import queries as groups
from apps.sources.actions.attachments import keep
from apps.sources.actions.checks import asked_groups
from skyportal.access.errors import NotAllowed, Refusal
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import EventDeleted, NoticeAdmitted
from ..models import EventProperties, GcnEvent, GcnNotice
from ..notices.base import LinkedMap, Notice
from ..queries.events import find_event, may_change, whole_second
from .event_tags import tag_by

ONE_AT_A_TIME = 0x6763_6E00
"""Key of the advisory lock: notices are few, and two of one event may come in the same second."""
SUFFIX = {"voevent": ".xml"}


class UnknownEvent(Refusal):
    """It updates or retracts an event of which nothing is known yet, and gives no time; it may be tried again."""

    status = 404


@dataclass(frozen=True)
class Admitted:
    """What became of a notice."""

    event: GcnEvent
    notice_id: int
    outcome: str
    is_new: bool
    """False where the same notice had come before."""


@transaction.atomic
def admit(viewer: Viewer, notice: Notice, *, raw: bytes, group_ids: Any = None) -> Admitted:
    """Announce, update or retract an event as this notice says. Its sky maps follow in a worker.

    Raises
    ------
    UnknownEvent
        where it names an event nobody announced, and gives no time of its own
    NotAllowed
        where somebody else brought the event, and the viewer does not run events
    """
    _one_at_a_time()
    if had := GcnNotice.objects.filter(ivorn=notice.ivorn).select_related("event__audience").first():
        _may_add(viewer, had.event)
        return Admitted(had.event, had.pk, f"Repeats a notice of {had.event}.", is_new=False)
    event = find_event(trigger_id=notice.trigger_id, aliases=notice.aliases, dateobs=notice.dateobs)
    announced = event is None
    if event is None:
        event = _announce(viewer, notice, group_ids)
    else:
        _may_add(viewer, event)
        _update(event, notice)
    row = _keep_notice(viewer, event, notice, raw)
    tag_by(event, notice, viewer.user_id)
    record(
        NoticeAdmitted(event.pk, event.address, viewer.user_id, row.pk, notice.kind, announced, notice.is_retraction)
    )
    return Admitted(event, row.pk, _outcome(event, notice, announced=announced), is_new=True)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _may_add(viewer: Viewer, event: GcnEvent) -> None:
    if not may_change(viewer, event):
        raise NotAllowed("Insufficient permissions: only who sent this event may add to it, or who manages GCNs.")


def _announce(viewer: Viewer, notice: Notice, group_ids: Any) -> GcnEvent:
    if notice.dateobs is None:
        raise UnknownEvent("No event is known by this name, and the notice gives no time for one.")
    asked = asked_groups(viewer, group_ids) or [groups.sitewide_group_id()]
    return GcnEvent.objects.create(
        dateobs=whole_second(notice.dateobs),
        exact_time=notice.dateobs,
        trigger_id=notice.trigger_id,
        aliases=list(notice.aliases),
        audience=Audience.objects.of(groups=asked),
        sent_by_id=viewer.user_id,
        is_retracted=notice.is_retraction,
        is_test=notice.is_test,
    )


def _update(event: GcnEvent, notice: Notice) -> None:
    """The newest notice counts, whichever came last; a name once given stays."""
    event.aliases = list(dict.fromkeys([*event.aliases, *notice.aliases]))
    event.trigger_id = event.trigger_id or notice.trigger_id
    if not _has_newer(event, notice.sent_at):
        event.is_retracted = notice.is_retraction
        event.exact_time = notice.dateobs or event.exact_time
    event.save(update_fields=["aliases", "trigger_id", "is_retracted", "exact_time", "modified"])


def _has_newer(event: GcnEvent, sent_at: datetime) -> bool:
    return event.notices.filter(date__gt=sent_at).exists()


def _keep_notice(viewer: Viewer, event: GcnEvent, notice: Notice, raw: bytes) -> GcnNotice:
    linked = next((said.url for said in notice.skymaps if isinstance(said, LinkedMap)), None)
    row = GcnNotice.objects.create(
        event=event,
        ivorn=notice.ivorn,
        form=notice.form,
        kind=notice.kind,
        stream=notice.stream,
        date=notice.sent_at,
        dateobs=notice.dateobs,
        is_retraction=notice.is_retraction,
        content=keep(raw, "notices", SUFFIX.get(notice.form, ".json")),
        linked_map=linked,
        sent_by_id=viewer.user_id,
    )
    if notice.properties:
        EventProperties.objects.create(event=event, notice=row, data=notice.properties, sent_by_id=viewer.user_id)
    return row


def _outcome(event: GcnEvent, notice: Notice, *, announced: bool) -> str:
    if notice.is_retraction:
        return f"Retracted {event}."
    return f"Announced {event}." if announced else f"Updated {event}."


@transaction.atomic
def delete_event(viewer: Viewer, event: GcnEvent) -> None:
    """With everything that hangs on it."""
    if not viewer.sees_all:
        raise NotAllowed("Only a system administrator may delete an event.")
    record(EventDeleted(event.pk, event.address, viewer.user_id))
    event.delete()
