"""Circulars are kept, each once; a corrected one replaces what it corrects. Each is tied to the events it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from skyportal.journal.recording import record

from ..entries import EventChanged
from ..models import Circular, CircularOfEvent, GcnEvent
from ..notices.circulars import CircularSaid, date_named, events_named_in, moments_in, read_circular
from ..queries.circulars import events_called, names_of

BEFORE, NUMBER_HOLDS, NAME_HOLDS = timedelta(days=1), timedelta(days=60), timedelta(days=3650)
"""A circular is not written before its event; a bare trigger number means an event of these weeks, a name one of
these years."""
SAME_TIME = timedelta(seconds=10)
MOST = 2000


@transaction.atomic
def keep_circular(said: dict[str, Any]) -> str:
    """Keep a circular as the archive sends it; in a sentence what became of it."""
    circular = read_circular(said)
    row, new = Circular.objects.update_or_create(number=circular.number, defaults=_columns(circular))
    events = _tie(row, [*events_called(row.names), *_of_the_same_date(row.names)])
    for event in events:
        record(EventChanged(event.pk, event.address, None, f"spoken of in circular {row.number}"))
    spoken = f" It speaks of {', '.join(map(str, events[:5]))}." if events else ""
    return f"Circular {row.number} {'was kept' if new else 'was there, and is now as it came'}.{spoken}"


def _columns(circular: CircularSaid) -> dict[str, Any]:
    return {
        "subject": circular.subject,
        "text": circular.text,
        "sent_at": circular.sent_at,
        "submitter": circular.submitter,
        "event_text": circular.event_text,
        "names": list(events_named_in(f"{circular.event_text}\n{circular.subject}\n{circular.text}")),
    }


@transaction.atomic
def tie_event(event_id: int) -> int:
    """Circulars that were there before the event, or before its name; how many speak of it now."""
    event = GcnEvent.objects.filter(pk=event_id).first()
    if event is None:
        return 0
    since = event.exact_time - BEFORE
    called = Circular.objects.filter(names__overlap=sorted(names_of(event)), sent_at__gte=since)
    dated = Circular.objects.filter(
        sent_at__range=(since, event.exact_time + NUMBER_HOLDS), names__overlap=_burst_names(event.exact_time)
    )
    count = CircularOfEvent.objects.filter(event=event).count()
    for circular in list(called.union(dated).order_by("number")[:MOST]):
        _tie(circular, [event])
    now = CircularOfEvent.objects.filter(event=event).count()
    if now > count:
        record(EventChanged(event.pk, event.address, None, f"found in {now - count} circulars"))
    return now


def _burst_names(moment: datetime) -> list[str]:
    return [f"GRB {moment:%y%m%d}{letter}" for letter in ("", *"ABCDEFGH")]


def _of_the_same_date(names: Iterable[str]) -> list[GcnEvent]:
    """Events of the days that bursts are named after: the text's times decide which."""
    days = {day for name in names if (day := date_named(name))}
    found: list[GcnEvent] = []
    for day in sorted(days)[:10]:
        found += GcnEvent.objects.filter(dateobs__range=(day, day + timedelta(days=1)))[:100]
    return found


def _tie(circular: Circular, events: Iterable[GcnEvent]) -> list[GcnEvent]:
    """Those of the events that the circular does speak of."""
    tied = [(event, by) for event in {e.pk: e for e in events}.values() if (by := _recognised(circular, event))]
    CircularOfEvent.objects.bulk_create(
        (CircularOfEvent(event=event, circular=circular, by=by) for event, by in tied), ignore_conflicts=True
    )
    return [event for event, _ in tied]


def _recognised(circular: Circular, event: GcnEvent) -> str:
    """The name by which a circular is known to speak of the event, or that it tells its time; nothing otherwise."""
    age = circular.sent_at - event.exact_time
    if age < -BEFORE:
        return ""
    for name in names_of(event).intersection(circular.names):
        if age < (NUMBER_HOLDS if name.isdecimal() else NAME_HOLDS):
            return name
    if age > NUMBER_HOLDS:
        return ""
    days = {day.date() for name in circular.names if (day := date_named(name))}
    if event.exact_time.date() not in days:
        return ""
    told = moments_in(circular.text, event.exact_time)
    return "time" if any(abs(moment - event.exact_time) <= SAME_TIME for moment in told) else ""
