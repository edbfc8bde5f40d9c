"""Asking for a summary or a report of an event; a worker writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.groups import queries as people
from apps.sources.actions.checks import as_flag, optional_text, person, text
from apps.sources.queries.objs import visible_objs
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.journal.recording import record

from ..entries import EventTextAsked
from ..models import EventReport, EventSummary, GcnEvent
from ..queries.regions import checked_level
from ..queries.texts import MOST_SOURCES, SHOWN, localization_named, reader_of

DAYS = 7
LONGEST = timedelta(days=366)
MOST_AUTHORS = 500
LEVEL = 0.9


def ask_summary(viewer: Viewer, event: GcnEvent, said: Mapping[str, Any]) -> EventSummary:
    """Have a text written in the manner of a circular, for a group of one's own."""
    title = optional_text(said.get("title"), "title", most=300) or "GCN SUMMARY"
    asked = _asked(viewer, event, said) | {
        "number": _whole(said, "number", None, most=10**7),
        "subject": optional_text(said.get("subject"), "subject", most=500) or f"{event}: follow-up",
        "user_ids": _authors(viewer, said.get("userIds")),
        "galaxies": as_flag(said, "showGalaxies"),
        "no_text": as_flag(said, "noText"),
        "acknowledgements": optional_text(said.get("acknowledgements"), "acknowledgements", most=5000) or "",
    }
    with transaction.atomic():
        row = EventSummary.objects.create(
            event=event, group_id=asked["group_id"], sent_by_id=person(viewer), asked=asked, title=title
        )
        record(EventTextAsked(event.pk, event.address, viewer.user_id, row.pk, "summary", row.group_id))
    return row


def ask_report(viewer: Viewer, event: GcnEvent, said: Mapping[str, Any]) -> EventReport:
    """Have tables made of what a group knows, that can be published."""
    name = text(said.get("reportName"), "reportName", most=300)
    asked = _asked(viewer, event, said) | {"galaxies": True}
    with transaction.atomic():
        row = EventReport.objects.create(
            event=event, group_id=asked["group_id"], sent_by_id=person(viewer), asked=asked, name=name
        )
        record(EventTextAsked(event.pk, event.address, viewer.user_id, row.pk, "report", row.group_id))
    return row


def _asked(viewer: Viewer, event: GcnEvent, said: Mapping[str, Any]) -> dict[str, Any]:
    """What both are asked with, checked; the window is the event's first week where nothing is said."""
    group_id = _group(viewer, said.get("groupId"))
    start, end = _time(said, "startDate"), _time(said, "endDate")
    start = start or event.dateobs
    end = end or start + timedelta(days=DAYS)
    if not start < end <= start + LONGEST:
        raise Invalid("startDate must come before endDate, by a year at most.")
    where = localization_named(event, optional_text(said.get("localizationName"), "localizationName"))
    return {
        "group_id": group_id,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "localization": where.name if where else None,
        "level": checked_level(_number(said, "localizationCumprob", LEVEL)),
        "detections": _whole(said, "numberDetections", 2),
        "only": _names(said.get("sourceIDs"), group_id),
        "in_window": as_flag(said, "photometryInWindow"),
        "instruments": _ids(said.get("instrumentIds"), "instrumentIds"),
        **{name: as_flag(said, key) for name, key in SHOWN.items()},
    }


def _group(viewer: Viewer, value: Any) -> int:
    group_id = _whole({"groupId": value}, "groupId", None)
    if group_id is None:
        raise Invalid("Missing required parameter: `groupId`.")
    if group_id not in viewer.group_ids and not (viewer.sees_all and people.existing_group_ids([group_id])):
        raise Invalid(f"Cannot find group_id {group_id}: choose a group of yours.")
    return group_id


def _authors(viewer: Viewer, value: Any) -> list[int]:
    """In the order in which they were named; whoever asks where nobody is."""
    ids = _ids(value, "userIds") or [person(viewer)]
    known = set(people.users(viewer).filter(pk__in=ids).values_list("pk", flat=True))
    if unknown := [one for one in ids if one not in known]:
        raise NotVisible(f"Invalid userIds: nobody has the id {unknown[0]}.", status=400)
    if len(ids) > MOST_AUTHORS:
        raise Invalid(f"Invalid userIds: at most {MOST_AUTHORS} authors.")
    return ids


def _names(value: Any, group_id: int) -> list[str]:
    """Sources that were chosen by name; each must be one that the group knows."""
    parts = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(parts, list) or len(parts) > MOST_SOURCES or not all(isinstance(one, str) for one in parts):
        raise Invalid(f"Invalid sourceIDs: must be a list of {MOST_SOURCES} names at most.")
    names = list(dict.fromkeys(name for one in parts if (name := one.strip())))
    known = set(visible_objs(reader_of(group_id)).filter(name__in=names).values_list("name", flat=True))
    if unknown := [name for name in names if name not in known]:
        raise Invalid(f"Invalid sourceIDs: the group knows no source {unknown[0][:100]}.")
    return names


def _ids(value: Any, name: str) -> list[int]:
    if value in (None, "", []):
        return []
    if isinstance(value, str):
        value = [part for part in value.strip("[]").split(",") if part.strip()]
    try:
        ids = list(dict.fromkeys(int(one) for one in value))
    except (TypeError, ValueError):
        raise Invalid(f"Invalid {name}: must be a list of ids.") from None
    if any(not 0 < one < 2**31 for one in ids):
        raise Invalid(f"Invalid {name}: must be a list of ids.")
    return ids


def _time(said: Mapping[str, Any], name: str) -> Any:
    if said.get(name) in (None, ""):
        return None
    try:
        return moment(str(said[name]))
    except ValueError as problem:
        raise Invalid(f"Invalid {name}: {problem}.") from None


def _number(said: Mapping[str, Any], name: str, default: float) -> float:
    value = said.get(name)
    if value in (None, ""):
        return default
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Invalid(f"Invalid {name}: {str(value)[:60]!r} is not a number.") from None


def _whole(said: Mapping[str, Any], name: str, default: Any, most: int = 2**31 - 1) -> Any:
    value = said.get(name)
    if value in (None, ""):
        return default
    try:
        found = int(str(value))
    except ValueError:
        raise Invalid(f"Invalid {name}: {str(value)[:60]!r} is not a whole number.") from None
    if not 0 <= found <= most:
        raise Invalid(f"Invalid {name}: {found} is out of range.")
    return found
