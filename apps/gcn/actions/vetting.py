"""Groups judge objs as counterparts of events; objs are asked which events they may belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from apps.groups import queries as groups
from apps.sources.actions.checks import as_flag, asked_groups, need, optional_text
from apps.sources.models import Obj
from apps.sources.queries import statistics
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, Query, moment, number
from skyportal.astro.time import datetime_of
from skyportal.journal.recording import record

from ..entries import CounterpartJudged
from ..models import Counterpart, GcnEvent, ObjInMap
from ..models.vetting import AMBIGUOUS, CONFIRMED, PENDING, REJECTED
from ..queries.event_lists import narrowed
from ..queries.locations import maps_holding
from ..queries.regions import LONGEST

STATUSES = (PENDING, CONFIRMED, AMBIGUOUS, REJECTED)


@transaction.atomic
def judge(
    viewer: Viewer,
    event: GcnEvent,
    obj: Obj,
    status: str,
    *,
    explanation: Any = None,
    notes: Any = None,
    group_id: int | None = None,
) -> Counterpart:
    """What a group holds of an obj, instead of what it held before; without a group it is said to everybody."""
    need(viewer, "Upload data")
    if status not in STATUSES:
        raise Invalid(f"Invalid status: one of {', '.join(STATUSES)}.")
    group = (asked_groups(viewer, [group_id]) if group_id else [groups.sitewide_group_id()])[0]
    had = Counterpart.objects.select_for_update().filter(event=event, obj=obj, group_id=group).first()
    row, _ = Counterpart.objects.update_or_create(
        event=event, obj=obj, group_id=group,
        defaults={
            "status": status,
            "explanation": optional_text(explanation, "explanation", most=4000),
            "notes": optional_text(notes, "notes", most=20_000),
            "user_id": viewer.user_id,
        },
    )  # fmt: skip
    _tell(viewer, row, obj, event, status, had.status if had else "")
    return row


def judge_again(viewer: Viewer, event: GcnEvent, obj: Obj, said: Mapping[str, Any]) -> Counterpart:
    """Change what was held; what is not said anew stays."""
    row = _mine(viewer, event, obj, said.get("group_id"))
    return judge(
        viewer, event, obj, said["status"],
        explanation=said.get("explanation", row.explanation), notes=said.get("notes", row.notes),
        group_id=row.group_id,
    )  # fmt: skip


def held_by(event: GcnEvent, obj: Obj, group_id: int | None) -> str:
    """What a group holds of it so far; "" where nothing. Without a group, what was said to everybody."""
    rows = Counterpart.objects.filter(event=event, obj=obj, group_id=group_id or groups.sitewide_group_id())
    return rows.values_list("status", flat=True).first() or ""


@transaction.atomic
def forget(viewer: Viewer, event: GcnEvent, obj: Obj, group_id: int | None = None) -> int:
    need(viewer, "Upload data")
    row = _mine(viewer, event, obj, group_id)
    pk, before = row.pk, row.status
    row.delete()
    _tell(viewer, row, obj, event, "", before)
    return pk


def _mine(viewer: Viewer, event: GcnEvent, obj: Obj, group_id: int | None) -> Counterpart:
    rows = Counterpart.objects.changeable_by(viewer).filter(event=event, obj=obj)
    row = (rows.filter(group_id=group_id) if group_id else rows).first()
    if row is None:
        raise NotVisible("Source not confirmed/rejected in this event.", status=404)
    return row


def _tell(viewer: Viewer, row: Counterpart, obj: Obj, event: GcnEvent, status: str, before: str) -> None:
    record(CounterpartJudged(event.pk, event.address, viewer.user_id, obj.name, row.group_id, status, before))


def match_with_events(
    viewer: Viewer, obj: Obj, asked: Mapping[str, Any], params: Sequence[Param]
) -> list[dict[str, Any]]:
    """Events of a time in whose newest sky map the obj lies; kept as pairs, the most probable first."""
    if obj.hpx is None:
        raise Invalid("The source has no position yet.")
    start, end = _moment(asked, "startDate"), _moment(asked, "endDate")
    if not start <= end <= start + LONGEST:
        raise Invalid("startDate must come before endDate, by ten years at most.")
    events: QuerySet = GcnEvent.objects.visible_to(viewer).filter(dateobs__range=(start, end), is_retracted=False)
    query = QueryDict(mutable=True)
    query.update({p.name: str(asked[p.name]) for p in params if asked.get(p.name) not in (None, "")})
    events = narrowed(events, Query.parse(query, params))
    if as_flag(asked, "beforeFirstDetection"):
        events = events.filter(dateobs__lte=_first_detection(viewer, obj))
    found = maps_holding(obj.hpx, events, _probability(asked))
    _keep(obj, found)
    return [{"dateobs": one.dateobs, "localization_id": one.localization_id, "level": one.level} for one in found]


def _moment(asked: Mapping[str, Any], name: str) -> datetime:
    try:
        return moment(str(asked[name]))
    except KeyError:
        raise Invalid(f"Missing required parameter: `{name}`.") from None
    except ValueError as problem:
        raise Invalid(f"Invalid {name}: {problem}") from None


def _probability(asked: Mapping[str, Any]) -> float:
    try:
        value = number(str(asked.get("probability", 0.95)))
    except ValueError as problem:
        raise Invalid(f"Invalid probability: {problem}") from None
    if not 0 < value <= 1:
        raise Invalid("Invalid probability: above 0, 1 at most.")
    return value


def _first_detection(viewer: Viewer, obj: Obj) -> datetime:
    first = statistics.merged(viewer, [obj.pk]).get(obj.pk, {}).get("first_det_mjd")
    if first is None:
        raise Invalid("The source has no detection yet; leave beforeFirstDetection out.")
    return datetime_of(first)


@transaction.atomic
def _keep(obj: Obj, found: Sequence[Any]) -> None:
    rows = [ObjInMap(localization_id=f.localization_id, obj=obj, density=f.density, level=f.level) for f in found]
    ObjInMap.objects.bulk_create(rows, ignore_conflicts=True)
