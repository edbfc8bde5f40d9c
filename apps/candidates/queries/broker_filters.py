"""Filters that a broker judges by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.api.params import Query

from ..brokers.base import KeepsFilters, TriesFilters
from ..models import Broker, Filter, FilterModule
from .asking import programids
from .brokers import driver_of
from .filters import filters, get_filter

PER_PAGE, MOST_PER_PAGE = 25, 100
KINDS = ("variables", "listVariables", "switchCases", "blocks")
MOST_MODULES = 500


def catalogue(viewer: Viewer, query: Query) -> dict[str, Any]:
    """A page of the filters the viewer may read, with the broker each is tied to."""
    rows = filters(viewer).select_related("group", "stream", "broker")
    if query["name"]:
        rows = rows.filter(name__icontains=query["name"])
    for param, column in (("groupID", "group_id"), ("streamID", "stream_id"), ("brokerID", "broker_id")):
        if query[param] is not None:
            rows = rows.filter(**{column: query[param]})
    page = Page.of(query, most=MOST_PER_PAGE)
    total = rows.count()
    return {
        "filters": [_row(row) | {"broker_name": row.broker.name if row.broker else None,
                                 "group_name": row.group.name, "stream_name": row.stream.name}
                    for row in rows[page.start : page.stop]],
        "totalMatches": total,
        "pageNumber": page.number,
        "numPerPage": page.size,
    }  # fmt: skip


def _row(row: Filter) -> dict[str, Any]:
    names = ("id", "name", "group_id", "stream_id", "broker_id", "autosave", "altdata")
    return {name: getattr(row, name) for name in names}


def of_broker(viewer: Viewer, broker: Broker) -> list[dict[str, Any]]:
    return [_row(row) for row in filters(viewer).filter(broker=broker)]


def remote_id(found: Filter) -> str:
    """What the broker calls it; empty where it does not keep it yet."""
    altdata = found.altdata if isinstance(found.altdata, dict) else {}
    kept = altdata.get("boom")
    return str(kept.get("filter_id") or "") if isinstance(kept, dict) else ""


def whole(viewer: Viewer, broker: Broker, filter_id: int) -> dict[str, Any]:
    """A filter with the versions that the broker keeps; without them where it does not answer."""
    found, driver = get_filter(viewer, filter_id), driver_of(broker)
    row = _row(found) | {"stream": {"id": found.stream_id, "name": found.stream.name}}
    if remote_id(found) and isinstance(driver, KeepsFilters):
        try:
            there = driver.kept(remote_id(found))
        except Refusal as refusal:
            return row | {"broker_trouble": refusal.message}
        row |= {name: there.get(name) for name in ("fv", "active_fid", "active")}
        row["filters"] = (found.altdata or {}).get("filters")
    return row


def tried(viewer: Viewer, broker: Broker, body: Mapping[str, Any]) -> Any:
    """What a filter in the broker's language would pass, of what the viewer may see."""
    driver = driver_of(broker)
    if not isinstance(driver, TriesFilters):
        raise Invalid(f"Broker {broker.name} does not support filter preview.")
    try:
        return driver.try_filter(body, programids(viewer))
    except (TypeError, ValueError, KeyError) as problem:
        raise Invalid(f"That is not a filter that {broker.name} understands: {problem}") from None


def modules(viewer: Viewer, broker: Broker, kind: str, name: str | None, survey: str | None) -> dict[str, Any]:
    """The fields a filter may name (``schema``), or the pieces people have kept under a kind; one by its name."""
    driver = driver_of(broker)
    if not isinstance(driver, TriesFilters):
        raise Invalid(f"Broker {broker.name} does not support filter modules.")
    if kind == "schema":
        return {"schema": driver.vocabulary((survey or driver.served()[0]).upper())}
    if kind not in KINDS:
        raise Invalid(f"'elements' must be 'schema' or one of {list(KINDS)}.")
    rows = FilterModule.objects.visible_to(viewer).filter(broker=broker, kind=kind).order_by("pk")
    if name is not None:
        row = rows.filter(name=name).first()
        return {kind: None if row is None else {"name": row.name, **row.data}}
    return {kind: [{"name": row.name, **row.data} for row in rows[:MOST_MODULES]]}
