"""Tying filters to a broker, and changing what it judges by."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..brokers.base import KeepsFilters
from ..entries import FilterChanged
from ..models import Broker, Filter, FilterModule
from ..queries.broker_filters import KINDS, MOST_MODULES, modules, remote_id
from ..queries.brokers import driver_of, get_broker
from ..queries.filters import get_editable
from .automation import automate, named
from .filters import delete_filter

QUERY_PARTS = ("selected", "tables", "conditions")


@transaction.atomic
def attach(viewer: Viewer, filter_id: int, broker_id: int) -> Filter:
    """Have a broker judge a filter's alerts from now on."""
    found, broker = get_editable(viewer, filter_id), get_broker(viewer, broker_id)
    driver = driver_of(broker)
    if driver.filter_kind != "query" and not isinstance(driver, KeepsFilters):
        raise Invalid(f"Broker {broker.name} does not support filters.")
    found.broker = broker
    found.save(update_fields=["broker", "modified"])
    record(FilterChanged(found.pk, found.group_id, f"tied to {broker.name}", viewer.user_id))
    return found


def keep(viewer: Viewer, broker: Broker, filter_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A (new) version of a filter: a query is kept here, a pipeline at the broker."""
    found, driver = get_editable(viewer, filter_id), driver_of(broker)
    altdata = dict(found.altdata) if isinstance(found.altdata, dict) else {}
    if driver.filter_kind == "query":
        altdata[driver.key] = _query(body.get("query"))
    elif isinstance(driver, KeepsFilters):
        pipeline = body.get("altdata")
        if not pipeline:
            raise Invalid("altdata: the filter's pipeline is missing.")
        kept = driver.keep(
            {"name": found.name, "pipeline": pipeline, "survey": driver.survey, "permissions": {}},
            remote_id(found) or None,
        )
        there = altdata.get("boom")
        altdata["boom"] = {
            **(there if isinstance(there, dict) else {}),
            "filter_id": kept.get("id") or remote_id(found),
        }
        altdata["filters"] = body.get("filters")
    else:
        raise Invalid(f"Broker {broker.name} does not support filters.")
    return _changed(viewer, found, broker, altdata, body)


@transaction.atomic
def _changed(
    viewer: Viewer, found: Filter, broker: Broker, altdata: dict[str, Any], body: Mapping[str, Any]
) -> dict[str, Any]:
    found.broker, found.altdata = broker, altdata
    found.save(update_fields=["broker", "altdata", "modified"])
    if chosen := named(body):
        automate(viewer, found.pk, chosen)
        found.refresh_from_db(fields=["autosave"])
    record(FilterChanged(found.pk, found.group_id, f"new version at {broker.name}", viewer.user_id))
    return {"id": found.pk, "altdata": found.altdata, "autosave": found.autosave}


def _query(given: Any) -> dict[str, str]:
    parts = given if isinstance(given, Mapping) else {}
    query = {name: str(parts.get(name) or "").strip() for name in QUERY_PARTS}
    if not query["selected"] or not query["tables"]:
        raise Invalid("A query filter requires 'selected' and 'tables'.")
    return query


def switch(viewer: Viewer, broker: Broker, filter_id: int, body: Mapping[str, Any]) -> None:
    """Switch a version on or off at the broker. On, only one that it has validated, unless a system admin says so."""
    found, driver = get_editable(viewer, filter_id), driver_of(broker)
    if "active" in body:
        if not isinstance(driver, KeepsFilters):
            raise Invalid(f"Broker {broker.name} does not support filters.")
        if not remote_id(found):
            raise Invalid("Filter not found or not broker-managed.")
        version, active = str(body.get("active_fid") or ""), bool(body["active"])
        if active and not viewer.sees_all and not _validated(found, version):
            raise Invalid("This version has not passed validation: validate it before you switch it on.")
        driver.change(remote_id(found), active=active, version=version)
    with transaction.atomic():
        if chosen := named(body):
            automate(viewer, filter_id, chosen)
        record(FilterChanged(found.pk, found.group_id, f"switched at {broker.name}", viewer.user_id))


def _validated(found: Filter, version: str) -> bool:
    verdict = (found.altdata or {}).get("boom", {}).get("validation") or {}
    return bool(verdict.get("passed")) and str(verdict.get("fid")) == version


def validate(viewer: Viewer, broker: Broker, filter_id: int, version: str) -> dict[str, Any]:
    """Have the broker check a version, and keep its verdict."""
    found, driver = get_editable(viewer, filter_id), driver_of(broker)
    if not isinstance(driver, KeepsFilters):
        raise Invalid(f"Broker {broker.name} does not support filter validation.")
    if not remote_id(found):
        raise Invalid("Filter not found or not broker-managed.")
    if not version:
        raise Invalid("Missing required parameter: fid")
    verdict = driver.validate(remote_id(found), version)
    with transaction.atomic():
        row = Filter.objects.select_for_update().get(pk=found.pk)
        row.altdata = {**(row.altdata or {})}
        kept = {name: verdict.get(name) for name in ("fid", "passed", "message")}
        row.altdata["boom"] = {**row.altdata.get("boom", {}), "validation": kept}
        row.save(update_fields=["altdata", "modified"])
    return verdict


def drop(viewer: Viewer, broker: Broker, filter_id: int) -> None:
    """Delete a filter; that the broker does not answer keeps nobody from it."""
    found, driver = get_editable(viewer, filter_id), driver_of(broker)
    if isinstance(driver, KeepsFilters) and remote_id(found):
        with suppress(Refusal):
            driver.drop(remote_id(found))
    delete_filter(viewer, filter_id)


@transaction.atomic
def write_module(viewer: Viewer, broker: Broker, name: str, body: Mapping[str, Any], *, insert: bool) -> None:
    """Keep a named piece, or change one that is there."""
    kind, data = body.get("elements"), body.get("data")
    if not name.strip() or len(name) > 200:
        raise Invalid("A module name is required, of at most 200 characters.")
    if kind not in KINDS:
        raise Invalid(f"'elements' must be one of {list(KINDS)}.")
    if not isinstance(data, dict):
        raise Invalid("Missing 'data' object.")
    modules(viewer, broker, kind, name, None)  # whether this broker has any
    if isinstance(data.get("streams"), list):  # by the survey alone: "ZTF (1, 2)" and "ZTF Alerts" are one
        words = [str(stream).split() for stream in data["streams"]]
        data = {**data, "streams": list(dict.fromkeys(word[0] for word in words if word))}
    row = FilterModule.objects.select_for_update().filter(broker=broker, kind=kind, name=name).first()
    if row is None and not insert:
        raise Invalid(f"No {kind} named '{name[:60]}'.")
    if row is None:
        if FilterModule.objects.filter(broker=broker, kind=kind).count() >= MOST_MODULES:
            raise Invalid(f"There are {MOST_MODULES} {kind} already; delete some.")
        row = FilterModule(broker=broker, kind=kind, name=name)
    row.data = data if insert else {**row.data, **data}
    row.save()
