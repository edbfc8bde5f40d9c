"""Transients of other services that lie in a sky map are brought in as sources, through telescope time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.followup.models import Allocation
from apps.followup.queries.allocations import get_spendable
from apps.sources.actions.checks import asked_groups, need, person
from apps.sources.actions.imports import ask_transients
from apps.sources.queries.sources import default_groups
from apps.sources.transients import transient_services
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.journal.recording import record

from ..entries import CatalogQueryAsked, CatalogQueryMoved
from ..models import CatalogQuery, Localization
from ..queries.facilities import ALSO_CALLED, catalogs
from ..queries.inside import window
from ..queries.localizations import get_localization, of_event
from ..queries.regions import asked_level

UPLOAD = "Upload data"


@transaction.atomic
def ask_catalog(viewer: Viewer, body: Mapping[str, Any]) -> CatalogQuery:
    """Have transients of a service that lie in a map, from shortly before the event on, brought in as sources.

    ``payload``: catalogName, and the map as localizationDateobs and localizationName, or localization_id; perhaps
    localizationCumprob, startDate and endDate.
    """
    need(viewer, UPLOAD)
    allocation = get_spendable(viewer, body.get("allocation_id"))
    payload = body.get("payload")
    if not isinstance(payload, Mapping):
        raise Invalid("Missing required parameter: `payload`, an object with a catalogName.")
    key = _catalog(payload.get("catalogName"))
    where, level = _where(viewer, payload), asked_level(payload.get("localizationCumprob"))
    start, end = window(where.event, {"after": _time(payload, "startDate"), "before": _time(payload, "endDate")})
    wanted = _targets(viewer, allocation, body.get("target_group_ids"))
    data: dict[str, Any] = {"groupIDs": wanted, "startDate": start.isoformat(), "endDate": end.isoformat()}
    if transient_services[key].bandpass in allocation.instrument.filters:
        data["telescope_name"] = allocation.instrument.telescope.name
    asked = ask_transients(viewer, key, data, "sky map", {"localization_id": where.pk, "level": level})
    row = CatalogQuery.objects.create(
        event=where.event, localization=where, allocation=allocation, requester_id=person(viewer),
        payload=dict(payload), target_group_ids=wanted, brought_in_id=asked,
    )  # fmt: skip
    record(CatalogQueryAsked(where.event_id, where.event.address, viewer.user_id, row.pk, key))
    return row


def _catalog(name: Any) -> str:
    key = ALSO_CALLED.get(str(name), str(name))
    if key not in transient_services:
        known = ", ".join([*ALSO_CALLED, *(key for key, _ in catalogs())])
        raise Invalid(f"Invalid catalogName: {str(name)[:40]!r} is none of {known}.")
    return key


def _where(viewer: Viewer, payload: Mapping[str, Any]) -> Localization:
    if payload.get("localizationDateobs"):
        return of_event(viewer, payload["localizationDateobs"], payload.get("localizationName") or None, drawn=False)
    if isinstance(payload.get("localization_id"), int):
        return get_localization(viewer, payload["localization_id"])
    raise Invalid("The payload names no sky map: give localizationDateobs, and localizationName where not the newest.")


def _time(payload: Mapping[str, Any], name: str) -> Any:
    if payload.get(name) in (None, ""):
        return None
    try:
        return moment(str(payload[name]))
    except ValueError as problem:
        raise Invalid(f"Invalid {name}: {problem}") from None


def _targets(viewer: Viewer, allocation: Allocation, named: Any) -> list[int]:
    """Groups that were named, or the allocation's own and those it shares with, as far as the viewer may save there."""
    if asked := asked_groups(viewer, named):
        return asked
    mine = set(default_groups(viewer))
    usual = sorted({allocation.group_id, *allocation.default_share_group_ids} & mine)
    if not usual:
        raise Invalid("Name in target_group_ids at least one group in which you may save sources.")
    return usual


@transaction.atomic
def tell_of_import(import_id: int) -> None:
    """Open pages of the event look again."""
    for row in CatalogQuery.objects.filter(brought_in=import_id).select_related("event"):
        record(CatalogQueryMoved(row.event_id, row.event.address, row.requester_id, row.pk))
