"""Asking to be reminded, and reminding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.journal.entries import Entry
from skyportal.journal.recording import record

from ..queries import reminders as reading
from ..queries.subjects import SOURCES, SPECTRA, Subject
from .checks import asked_groups, audience_of, need, need_right, person, text
from .objs import make_known

ACL = "Reminder"
MOST_TEXT = 2000
MOST_TIMES = 1000
MOST_PEOPLE = 50
SHORTEST, LONGEST = 1 / 1440, 3660.0
"""Days from one time to the next: a minute, ten years."""
AT_ONCE = 500


def set_reminders(viewer: Viewer, resource_id: str, data: dict[str, Any], *, on: Subject = SOURCES) -> list[int]:
    """Ask that people be reminded of an obj, a spectrum, an event …, a row for each of them; without any, oneself.

    Without groups it is for everybody who may see it. That alone tells nobody new of the obj: only groups that
    were named learn of it.
    """
    need(viewer, ACL)
    author = person(viewer)
    link = on.link(on.find(viewer, resource_id))
    asked = _groups(viewer, data.get("group_ids"))
    fields = {"reminder_delay": 1.0, "number_of_reminders": 1, **_when(data), "text": _text(data.get("text"))}
    fields.setdefault("next_reminder", timezone.now() + timedelta(days=fields["reminder_delay"]))
    fields |= {
        "author_id": author,
        "bot": viewer.by_token,
        "audience": audience_of(asked, [groups.sitewide_group_id()]),
    }
    with transaction.atomic():
        _let_know(on, link[on.parent].pk, asked)
        made = [
            on.reminder.objects.create(**link, **fields, user_id=user_id)
            for user_id in _people(viewer, link[on.parent], data.get("user_ids")) or [author]
        ]
        for reminder in made:
            _changed(viewer, reminder, "set", on)
    return [reminder.pk for reminder in made]


def _let_know(on: Subject, pk: int, group_ids: list[int]) -> None:
    """Groups that were named learn of the obj; whoever may see another thing is decided elsewhere."""
    if on.parent == "obj":
        make_known([pk], group_ids=group_ids)


def edit_reminder(
    viewer: Viewer, reminder_id: int, resource_id: str, data: dict[str, Any], *, on: Subject = SOURCES
) -> None:
    """Other words, times or groups; what is not given stays."""
    reminder = mine(viewer, reminder_id, resource_id, "edit", on)
    asked = _groups(viewer, data.get("group_ids"))
    changes = _when(data)
    if data.get("text") is not None:
        changes["text"] = _text(data["text"])
    if asked:
        changes["audience"] = audience_of(asked, [])
    if (people := _people(viewer, getattr(reminder, on.parent), data.get("user_ids"))) and people != [reminder.user_id]:
        if len(people) > 1:
            raise Invalid("Invalid user_ids: a reminder is for one person; set another for each of the others.")
        changes["user_id"] = people[0]
    if not changes:
        return
    with transaction.atomic():
        for name, value in changes.items():
            setattr(reminder, name, value)
        reminder.save(update_fields=[*changes, "modified"])
        _let_know(on, getattr(reminder, on.parent).pk, asked)
        _changed(viewer, reminder, "edited", on)


@transaction.atomic
def delete_reminder(viewer: Viewer, reminder_id: int, resource_id: str, *, on: Subject = SOURCES) -> None:
    reminder = mine(viewer, reminder_id, resource_id, "delete", on)
    _changed(viewer, reminder, "deleted", on)
    reminder.delete()


@transaction.atomic
def settle(viewer: Viewer, reminder_id: int, resource_id: str, *, on: Subject = SOURCES) -> None:
    """What it reminded of is done: it is no longer shown as due, and goes where no time is still to come."""
    reminder = mine(viewer, reminder_id, resource_id, "delete", on)
    _changed(viewer, reminder, "done", on)
    if reminder.number_of_reminders:
        reminder.due_at = None
        reminder.save(update_fields=["due_at", "modified"])
    else:
        reminder.delete()


def mine(viewer: Viewer, reminder_id: int, resource_id: str, deed: str, on: Subject = SOURCES) -> Any:
    """A reminder that the viewer asked for, or is reminded by; its row held until the transaction ends."""
    need(viewer, ACL)
    reminder = reading.get_reminder(viewer, reminder_id, resource_id, on=on)
    need_right(viewer, reminder, deed, "reminder", "who asked for it or is reminded")
    return reminder


def _changed(viewer: Viewer, reminder: Any, deed: str, on: Subject) -> None:
    record(on.reminded(**on.facts(reminder), user_id=viewer.user_id, reminder_id=reminder.pk, deed=deed))


def _text(words: Any) -> str:
    return text(words, "text", most=MOST_TEXT)


def _when(data: dict[str, Any]) -> dict[str, Any]:
    """First time, days between and how often, as far as they are given."""
    found: dict[str, Any] = {}
    if data.get("next_reminder") not in (None, ""):
        try:
            found["next_reminder"] = moment(str(data["next_reminder"]))
        except ValueError as problem:
            raise Invalid(f"Invalid next_reminder: {problem}.") from None
    if data.get("reminder_delay") not in (None, ""):
        found["reminder_delay"] = _number(data["reminder_delay"], "reminder_delay")
        if not SHORTEST <= found["reminder_delay"] <= LONGEST:
            raise Invalid(
                "Invalid reminder_delay: days from one time to the next, from a minute (0.0007) to ten years."
            )
    if data.get("number_of_reminders") not in (None, ""):
        times = _number(data["number_of_reminders"], "number_of_reminders")
        if times != int(times) or not 1 <= times <= MOST_TIMES:
            raise Invalid(f"Invalid number_of_reminders: a whole number from 1 to {MOST_TIMES}.")
        found["number_of_reminders"] = int(times)
    return found


def _number(value: Any, name: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(f"Invalid {name}: must be a number.")
    return number


def _groups(viewer: Viewer, asked: Any) -> list[int]:
    try:
        return asked_groups(viewer, asked)
    except Invalid as refusal:
        raise NotAllowed(refusal.message) from None  # 403, as clients of the public API expect here


def _people(viewer: Viewer, thing: Any, asked: Any) -> list[int]:
    """Whom to remind: people who may see the thing, so that nobody is told of what they cannot open."""
    if asked in (None, "", []):
        return []
    wanted = asked if isinstance(asked, list | tuple) else [asked]
    try:
        ids = sorted({int(user_id) for user_id in wanted})
    except (TypeError, ValueError, OverflowError):
        raise Invalid("Invalid user_ids: must be a list of user ids.") from None
    if len(ids) > MOST_PEOPLE:
        raise Invalid(f"Invalid user_ids: at most {MOST_PEOPLE} people; share it with a group instead.")
    known = set(groups.users(viewer).filter(pk__in=[i for i in ids if 0 < i < 2**31]).values_list("pk", flat=True))
    for user_id in ids:
        reader = groups.viewer_of(user_id) if user_id in known else None
        if reader is None or not type(thing).objects.visible_to(reader).filter(pk=thing.pk).exists():
            raise NotAllowed(f"Cannot find user {user_id} among those who may see {thing}.")
    return ids


# ---- the clock


def remind(now: datetime | None = None, *, of: Iterable[Subject] = (SOURCES, SPECTRA)) -> int:
    """Say all that is due, of objs and of their spectra; how many times came."""
    now = now or timezone.now()
    return sum(tell_due(on.reminder, _due_of(on), now) for on in of)


def tell_due(model: Any, entry_of: Callable[[Any], Entry], now: datetime) -> int:
    """Say what is due among reminders of one kind, each time once; ``entry_of(reminder)`` is what the journal is told.

    An entry and the step to the next time are one transaction, and a row that another clock is at is left to it: a
    crash loses no time and says none twice. Times that passed while nothing ran are said one by one.
    """
    said = 0
    while few := _tell(model, entry_of, now):
        said += few
    return said


@transaction.atomic
def _tell(model: Any, entry_of: Callable[[Any], Entry], now: datetime) -> int:
    waiting = model.objects.filter(number_of_reminders__gt=0, next_reminder__lte=now)
    held = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("audience")
    few = list(held.order_by("next_reminder", "pk")[:AT_ONCE])
    for reminder in few:
        reminder.due_at = reminder.next_reminder
        reminder.number_of_reminders -= 1
        record(entry_of(reminder))
        if reminder.number_of_reminders:
            reminder.next_reminder += timedelta(days=reminder.reminder_delay)
    model.objects.bulk_update(few, ["due_at", "number_of_reminders", "next_reminder"])
    return len(few)


def _due_of(on: Subject) -> Callable[[Any], Entry]:
    def entry(reminder: Any) -> Entry:
        return on.due(
            **on.facts(reminder), user_id=None, reminder_id=reminder.pk, reminded_user_id=reminder.user_id,
            group_ids=reminder.audience.group_ids, due_at=reminder.due_at.isoformat(),
            still_to_come=reminder.number_of_reminders,
        )  # fmt: skip

    return entry
