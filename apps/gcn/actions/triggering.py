"""It is noted who triggered on an event, and sky maps go to the queues of facilities that plan by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.followup.access import MANAGE
from apps.followup.facilities.base import MapTrigger, TakesSkyMaps
from apps.followup.models import Allocation
from apps.followup.queries.allocations import driver_of, get_allocation, get_spendable
from apps.sources.actions.checks import need, person
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.time import mjd_of
from skyportal.journal.recording import record

from ..entries import EventTriggeredOn, SkymapTriggerAsked, SkymapTriggerChanged
from ..models import EventTrigger, GcnEvent, SkymapTrigger
from ..queries.facilities import get_skymap_trigger
from ..queries.instrument_fields import seen
from ..queries.localizations import get_localization
from ..queries.regions import asked_level

UPLOAD = "Upload data"
MOST_FIELDS = 5000


# ---- who triggered


@transaction.atomic
def say_triggered(viewer: Viewer, event: GcnEvent, allocation_id: int, triggered: bool) -> EventTrigger:
    need(viewer, MANAGE)
    allocation = get_allocation(viewer, allocation_id)
    row, _ = EventTrigger.objects.update_or_create(
        event=event, allocation=allocation, defaults={"triggered": triggered, "user_id": person(viewer)}
    )
    record(EventTriggeredOn(event.pk, event.address, viewer.user_id, allocation.pk, triggered))
    return row


@transaction.atomic
def take_back(viewer: Viewer, event: GcnEvent, allocation_id: int) -> None:
    need(viewer, MANAGE)
    allocation = get_allocation(viewer, allocation_id)
    gone, _ = EventTrigger.objects.filter(event=event, allocation=allocation).delete()
    if not gone:
        raise NotVisible("Nobody has said whether this allocation was triggered.", status=404)
    record(EventTriggeredOn(event.pk, event.address, viewer.user_id, allocation.pk, None))


# ---- sky maps in queues


def taker_of(allocation: Allocation) -> type[TakesSkyMaps] | None:
    """The driver that takes whole sky maps, where its instrument names one."""
    driver = driver_of(allocation, "api_classname_obsplan")
    return driver if driver and issubclass(driver, TakesSkyMaps) else None


def queue_of(allocation: Allocation) -> TakesSkyMaps:
    """The facility that takes whole sky maps, with the allocation's credentials."""
    driver = taker_of(allocation)
    if driver is None:
        name = allocation.instrument.name
        raise Invalid(f"{name} takes no sky maps: its api_classname_obsplan names no driver here that does.")
    facility = driver(allocation.settings)
    try:
        facility.check()
    except Invalid as problem:
        raise Invalid(f"This allocation cannot be used yet: {problem.message}. Add it to its credentials.") from None
    return facility


@transaction.atomic
def ask_skymap_trigger(viewer: Viewer, body: Mapping[str, Any]) -> SkymapTrigger:
    """Have a worker send the fields that see a map, each with its probability, to a facility's queue."""
    need(viewer, UPLOAD)
    allocation = get_spendable(viewer, body.get("allocation_id"))
    queue_of(allocation)
    if not isinstance(body.get("localization_id"), int):
        raise Invalid("Missing required parameter: `localization_id`.")
    where = get_localization(viewer, body["localization_id"])
    level = asked_level(body.get("integrated_probability"))
    row = SkymapTrigger.objects.create(
        event=where.event, localization=where, allocation=allocation, requester_id=person(viewer), level=level
    )
    row.name = f"{where.event.address.replace(':', '')}-{row.pk}"
    row.save(update_fields=["name"])
    record(SkymapTriggerAsked(row.event_id, where.event.address, viewer.user_id, row.pk))
    return row


def send_skymap_trigger(trigger_id: int) -> None:
    """No transaction is open while the facility thinks. A trigger of the same name replaces itself there."""
    rows = SkymapTrigger.objects.select_related("allocation__instrument", "localization__event", "requester")
    row = rows.filter(pk=trigger_id, status=SkymapTrigger.WAITING).first()
    if row is None:
        return
    try:
        fields = _fields(row)
        sent = MapTrigger(row.name, mjd_of(row.event.dateobs), fields, _user(row))
        queue_of(row.allocation).send_map(sent)
    except Refusal as refusal:
        _settle(row, f"rejected: {refusal.message}")
        return
    row.sent = {"trigger_name": sent.name, "trigger_time": sent.mjd, "fields": fields, "user": sent.user}
    _settle(row, SkymapTrigger.SENT)


def _fields(row: SkymapTrigger) -> list[tuple[int, float]]:
    found = seen(Viewer.system("fields of a trigger"), row.localization, row.allocation.instrument_id, row.level)
    numbers = [found.fields.rows[n]["field_id"] for n in found.order[:MOST_FIELDS]]
    fields = [(int(number), round(chance, 8)) for number, chance in zip(numbers, found.probability, strict=False)]
    if not fields:
        raise Invalid(f"no field of {row.allocation.instrument.name} sees any of the region.")
    return fields


def _user(row: SkymapTrigger) -> str:
    return row.requester.username if row.requester else "skyportal"


@transaction.atomic
def _settle(row: SkymapTrigger, status: str) -> None:
    row.status = status[:500]
    row.save(update_fields=["status", "sent", "modified"])
    record(SkymapTriggerChanged(row.event_id, row.event.address, row.requester_id, row.pk, row.status))


def queued(viewer: Viewer, allocation_id: int) -> list[str]:
    """Names that wait in the facility's queue now."""
    need(viewer, UPLOAD)
    return queue_of(get_allocation(viewer, allocation_id)).queued_maps()


def remove_skymap_trigger(viewer: Viewer, allocation_id: int, name: str) -> None:
    """From the facility's queue, whoever put it there."""
    need(viewer, UPLOAD)
    allocation = get_allocation(viewer, allocation_id)
    queue_of(allocation).remove_map(name, viewer.username or "")
    for row in SkymapTrigger.objects.filter(allocation=allocation, name=name).select_related("event"):
        _settle(row, SkymapTrigger.REMOVED)


def remove_own(viewer: Viewer, trigger_id: int) -> None:
    row = get_skymap_trigger(viewer, trigger_id)
    remove_skymap_trigger(viewer, row.allocation_id, row.name)
