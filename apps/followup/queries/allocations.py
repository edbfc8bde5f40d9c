"""Telescope time that a viewer's groups were given; its credentials never leave here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.sources.models import Instrument
from apps.sources.queries.instruments import INSTRUMENT, TELESCOPE
from skyportal.access.configured import without_secrets
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment

from ..facilities import Facility, by_classname, facilities
from ..facilities.base import METHODS, methods
from ..models import Allocation

API_TYPES = ("api_classname", "api_classname_obsplan")
"""Which of an instrument's two drivers is meant: the one that takes single targets, or the one that takes plans."""
_OWN = (
    "id", "group_id", "instrument_id", "pi", "proposal_id", "hours_allocated", "validity_ranges", "types",
    "default_share_group_ids", "created_at", "modified",
)  # fmt: skip


def allocations(viewer: Viewer) -> AccessQuerySet:
    rows = Allocation.objects.visible_to(viewer).select_related("group", "instrument__telescope")
    return rows.prefetch_related("admins").order_by("instrument__name", "proposal_id", "pk")


def search(
    viewer: Viewer, *, instrument_id: int | None = None, api_type: str | None = None, implements: str | None = None
) -> list[Allocation]:
    """Of one instrument; or of instruments that have such a driver, one that can do all that ``implements`` names."""
    if api_type and api_type not in API_TYPES:
        raise Invalid(f"Invalid apiType: must be one of {', '.join(API_TYPES)}.")
    rows = allocations(viewer)
    if instrument_id is not None:
        rows = rows.filter(instrument=instrument_id)
    if api_type:
        column = f"instrument__{api_type}"
        rows = rows.filter(**{f"{column}__isnull": False}).exclude(**{column: ""})
    if not implements:
        return list(rows)
    wanted = [name.strip() for name in implements.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in METHODS]:
        raise Invalid(f"Invalid apiImplements: {unknown[0][:40]!r} is none of {', '.join(METHODS)}.")
    able = [driver.classname for driver in facilities if all(methods(driver)[name] for name in wanted)]
    return list(rows.filter(**{f"instrument__{api_type or API_TYPES[0]}__in": able}))


def get_allocation(viewer: Viewer, allocation_id: int, *, status: int = 400) -> Allocation:
    found = allocations(viewer).filter(pk=allocation_id).first()
    if found is None:
        raise NotVisible(f"Allocation with ID {allocation_id} is not available.", status=status)
    return found


def get_spendable(viewer: Viewer, allocation_id: Any) -> Allocation:
    """One that the viewer's groups have, and that may be spent now."""
    if not isinstance(allocation_id, int):
        raise Invalid("Missing required parameter: `allocation_id`.")
    found = get_allocation(viewer, allocation_id)
    if not is_valid(found):
        raise Invalid(f"Allocation with ID {allocation_id} is not valid now: see its validity ranges.")
    return found


def get_managed(viewer: Viewer, allocation_id: int, *, status: int = 400) -> Allocation:
    """One that the viewer may change."""
    found = get_allocation(viewer, allocation_id, status=status)
    if not may_change(viewer, found):
        raise NotVisible(f"Allocation with ID {allocation_id} is not available.", status=status)
    return found


def may_change(viewer: Viewer, row: Allocation) -> bool:
    return Allocation.objects.changeable_by(viewer).filter(pk=row.pk).exists()


def driver_of(row: Allocation, api_type: str = "api_classname") -> type[Facility] | None:
    return by_classname(getattr(row.instrument, api_type))


def drivers_of(instrument: Instrument) -> list[type[Facility]]:
    """Its drivers that this site has, each once."""
    found = (by_classname(getattr(instrument, name)) for name in API_TYPES)
    return list(dict.fromkeys(driver for driver in found if driver))


def is_valid(row: Allocation, at: datetime | None = None) -> bool:
    """Whether it may be spent at a time; where no range is given, always."""
    now = at or timezone.now()
    spans = [(moment(span["start_date"]), moment(span["end_date"])) for span in row.validity_ranges]
    return not spans or any(start <= now <= end for start, end in spans)


def shown(row: Allocation) -> dict[str, Any]:
    """As the public API shows it, without credentials."""
    instrument, telescope = row.instrument, row.instrument.telescope
    return {
        **{name: getattr(row, name) for name in _OWN},
        "group": {"id": row.group_id, "name": row.group.name, "nickname": row.group.nickname},
        "instrument": {name: getattr(instrument, name) for name in INSTRUMENT},
        "telescope": {name: getattr(telescope, name) for name in TELESCOPE},
        "allocation_users": [person(user) for user in row.admins.all()],
        "instrument_name": instrument.name,
    }


def person(user: Any) -> dict[str, Any]:
    return {name: getattr(user, name) for name in ("id", "username", "first_name", "last_name")}


def open_settings(row: Allocation) -> dict[str, Any]:
    """Of its settings what is no secret; of an instrument without a driver here, everything is one."""
    found: dict[str, Any] = {}
    for driver in drivers_of(row.instrument):
        known = {setting.name.split(".")[0] for setting in driver.settings_form}
        found |= {name: value for name, value in without_secrets(driver, row.settings).items() if name in known}
    return found


def of_telescope(viewer: Viewer, telescope_id: int) -> list[dict[str, Any]]:
    """On any of a telescope's instruments."""
    return [shown(row) for row in allocations(viewer).filter(instrument__telescope=telescope_id)]
