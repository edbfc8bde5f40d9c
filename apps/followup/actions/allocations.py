"""Telescope time is dealt out, changed and taken back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.db import transaction

from apps.groups import queries as groups
from apps.groups.models import Membership
from apps.sources.actions.checks import asked_groups, need, optional_text
from apps.sources.queries import instruments
from skyportal.access.configured import merged
from skyportal.access.errors import Conflict, Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.journal.recording import record

from ..access import MANAGE
from ..entries import AllocationChanged
from ..models import Allocation
from ..models.allocations import TYPES
from ..queries.allocations import drivers_of, get_managed
from ..slots import spendings

MOST_RANGES = 100
MOST_BYTES = 100_000


@transaction.atomic
def add_allocation(viewer: Viewer, body: Mapping[str, Any]) -> int:
    """Time for one of the viewer's groups; the id of the new row."""
    need(viewer, MANAGE)
    row = Allocation(types=[TYPES[0]])
    for name in ("group_id", "instrument_id", "hours_allocated"):
        if body.get(name) is None:
            raise Invalid(f"Missing required parameter: `{name}`.")
    _keep(viewer, row, body, replace=True)
    record(AllocationChanged(row.pk, viewer.user_id, "added"))
    return row.pk


@transaction.atomic
def change_allocation(viewer: Viewer, allocation_id: int, body: Mapping[str, Any]) -> None:
    """What is named. Credentials are laid over those that are kept, or take their place with ``replace_altdata``."""
    need(viewer, MANAGE)
    row = get_managed(viewer, allocation_id)
    _keep(viewer, row, body, replace=bool(body.get("replace_altdata")))
    record(AllocationChanged(row.pk, viewer.user_id, "changed"))


@transaction.atomic
def delete_allocation(viewer: Viewer, allocation_id: int) -> None:
    need(viewer, MANAGE)
    row = get_managed(viewer, allocation_id)
    if any(is_spent(row.pk) for is_spent in spendings):
        raise Conflict("It has been spent from, and what was asked through it stays. Let its validity end.", status=400)
    row.delete()
    record(AllocationChanged(allocation_id, viewer.user_id, "deleted"))


def _keep(viewer: Viewer, row: Allocation, body: Mapping[str, Any], *, replace: bool) -> None:
    if body.get("group_id") is not None:
        row.group_id = groups.accessible_group_ids(viewer, [body["group_id"]])[0]
    if body.get("instrument_id") is not None:
        row.instrument_id = instruments.instrument(viewer, body["instrument_id"])["id"]
    for name in ("pi", "proposal_id"):
        if name in body:
            setattr(row, name, optional_text(body[name], name, most=500))
    if body.get("hours_allocated") is not None:
        row.hours_allocated = _hours(body["hours_allocated"])
    if "validity_ranges" in body:
        row.validity_ranges = _ranges(body["validity_ranges"] or [])
    if "types" in body:
        row.types = _types(body["types"] or [])
    if "default_share_group_ids" in body:
        row.default_share_group_ids = asked_groups(viewer, body["default_share_group_ids"] or [])
    if "_altdata" in body:
        row.settings = _settings(row, body["_altdata"], replace)
    row.save()
    if "allocation_admin_ids" in body:
        row.admins.set(_members(row.group_id, body["allocation_admin_ids"] or []))


def _hours(value: Any) -> float:
    hours = float(value)
    if not math.isfinite(hours) or not 0 <= hours <= 1e6:
        raise Invalid("Invalid hours_allocated: a number of hours, 0 or more.")
    return hours


def _ranges(value: Any) -> list[dict[str, str]]:
    """In order, each from a start to a later end; UTC without a zone."""
    if not isinstance(value, list) or len(value) > MOST_RANGES:
        raise Invalid(f"Invalid validity_ranges: must be a list of at most {MOST_RANGES} ranges.")
    spans = []
    for span in value:
        try:
            start, end = (moment(str(span[name])) for name in ("start_date", "end_date"))
        except (KeyError, TypeError):
            raise Invalid("Invalid validity_ranges: each has a start_date and an end_date.") from None
        except ValueError as problem:
            raise Invalid(f"Invalid validity_ranges: {problem}") from None
        if start >= end:
            raise Invalid("Invalid validity_ranges: start_date must be before end_date.")
        spans.append((start, end))
    return [
        {"start_date": start.replace(tzinfo=None).isoformat(), "end_date": end.replace(tzinfo=None).isoformat()}
        for start, end in sorted(spans)
    ]


def _types(value: Any) -> list[str]:
    if not isinstance(value, list) or any(one not in TYPES for one in value):
        raise Invalid(f"Invalid types: any of {', '.join(TYPES)}.")
    return [one for one in TYPES if one in value]


def _settings(row: Allocation, given: Any, replace: bool) -> dict[str, Any]:
    """An object, or the text of one; checked by the drivers of the instrument, where this site has them."""
    if isinstance(given, str):
        try:
            given = orjson.loads(given) if given.strip() else {}
        except orjson.JSONDecodeError:
            raise Invalid("Invalid _altdata: must be a JSON object.") from None
    if given is None:
        given = {}
    if not isinstance(given, dict) or len(orjson.dumps(given)) > MOST_BYTES:
        raise Invalid("Invalid _altdata: must be a JSON object.")
    settings = merged({} if replace else row.settings, given)
    for driver in drivers_of(row.instrument) if settings else ():
        try:
            driver(settings).check()
        except Invalid as problem:
            raise Invalid(f"Invalid _altdata for {driver.label}: {problem.message}.") from None
    return settings


def _members(group_id: int, ids: Iterable[Any]) -> list[int]:
    try:
        wanted = {int(pk) for pk in ids}
    except (TypeError, ValueError):
        raise Invalid("Invalid allocation_admin_ids: must be a list of user ids.") from None
    there = set(Membership.objects.filter(group=group_id, user__in=wanted).values_list("user_id", flat=True))
    if strangers := sorted(wanted - there):
        raise Invalid(f"Invalid allocation_admin_ids: user {strangers[0]} is not a member of the group.")
    return sorted(there)
