"""Reading what people want to be told of later."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, When

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..models import Obj, Reminder, SpectrumReminder
from . import shown
from .subjects import SOURCES, SPECTRA, Subject

COLUMNS = (
    "id", "text", "bot", "author_id", "user_id", "next_reminder", "reminder_delay", "number_of_reminders", "due_at",
    "created_at", "modified", "audience__key", *shown.AUTHOR_COLUMNS,
)  # fmt: skip
MOST = 200
"""Reminders of one thing that are listed."""
MOST_DUE = 5
"""Of those that are due, so many stand in the head of the page."""

HIDDEN = "Could not find any accessible reminders."


def _rows(viewer: Viewer, reminders: Any, on: Subject, **named: Any) -> list[dict[str, Any]]:
    found = reminders.values(*COLUMNS, *on.columns, **on.named, **named, reminded=F("user__username"))[:MOST]
    rows = [{"author": shown.author(row), **row, "resourceType": on.noun} for row in found]
    shown.add_groups(viewer, rows)
    return [shown.alone(row) for row in rows]


def of(viewer: Viewer, resource_id: str, *, on: Subject = SOURCES) -> list[dict[str, Any]]:
    """Reminders of one thing: what is due, then what comes next, and last those that are spent."""
    row = on.find(viewer, resource_id, message=HIDDEN, status=403)
    found = on.reminder.objects.visible_to(viewer).filter(**on.link(row))
    return _rows(viewer, found.order_by(_spent(), "next_reminder", "pk"), on)


def _spent() -> Case:
    return Case(When(due_at__isnull=False, then=0), When(number_of_reminders__gt=0, then=1), default=2)


def of_page(viewer: Viewer, obj: Obj) -> list[dict[str, Any]]:
    """Reminders of an obj and of its spectra, in that order; of a spectrum with when and by what it was taken."""
    of_spectra = SpectrumReminder.objects.visible_to(viewer).filter(obj=obj).order_by(_spent(), "next_reminder", "pk")
    taken = {"observed_at": F("spectrum__observed_at"), "instrument": F("spectrum__instrument__name")}
    return [*of(viewer, obj.name), *_rows(viewer, of_spectra, SPECTRA, **taken)]


def get_reminder(viewer: Viewer, reminder_id: int, resource_id: str | None = None, *, on: Subject = SOURCES) -> Any:
    """One reminder; with the id of a resource, it must be of that."""
    found = on.reminder.objects.visible_to(viewer).select_related(on.parent, "audience").filter(pk=reminder_id).first()
    if found is None:
        raise NotVisible(HIDDEN, status=403)
    if resource_id is not None and on.id_of(found) != resource_id:
        raise Invalid("Reminder resource ID does not match resource ID given in path")
    return found


def shown_reminder(viewer: Viewer, reminder_id: int, resource_id: str, *, on: Subject = SOURCES) -> dict[str, Any]:
    get_reminder(viewer, reminder_id, resource_id, on=on)
    return _rows(viewer, on.reminder.objects.visible_to(viewer).filter(pk=reminder_id), on)[0]


def due(viewer: Viewer, obj: Obj) -> list[dict[str, Any]]:
    """What is due of an obj and its spectra and nobody has dealt with, the longest waiting first: one query."""
    columns = ("text", "due_at", "author_id")
    kinds = [
        kind.objects.visible_to(viewer).filter(obj=obj, due_at__isnull=False).order_by().values(*columns)
        for kind in (Reminder, SpectrumReminder)
    ]
    return list(kinds[0].union(kinds[1], all=True).order_by("due_at")[:MOST_DUE])


def due_on(viewer: Viewer, row: Any, on: Subject) -> list[dict[str, Any]]:
    """What is due of another thing, the longest waiting first."""
    found = on.reminder.objects.visible_to(viewer).filter(**on.link(row), due_at__isnull=False)
    return list(found.order_by("due_at").values("text", "due_at")[:MOST_DUE])
