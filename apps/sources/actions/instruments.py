"""Telescopes and instruments: made, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from skyportal.access.errors import Conflict, Invalid, NotAllowed
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer
from skyportal.astro.bandpasses import BANDPASSES
from skyportal.journal.recording import record

from ..entries import InstrumentChanged, TelescopeChanged
from ..models import Instrument, Telescope
from .instrument_fields import SAID, keep_fields, region_said


@transaction.atomic
def add_telescope(viewer: Viewer, fields: Mapping[str, Any]) -> Telescope:
    """A new telescope; one that stands still needs to say where."""
    telescope = _checked_telescope(Telescope(**fields))
    if Telescope.objects.filter(name=telescope.name).exists():
        raise Conflict(f"A telescope called {telescope.name} exists already.", status=400)
    telescope.save()
    record(TelescopeChanged(telescope.pk, viewer.user_id, "added"))
    return telescope


@transaction.atomic
def change_telescope(viewer: Viewer, telescope_id: int, fields: Mapping[str, Any]) -> None:
    telescope = _mine(Telescope.objects.all(), viewer, telescope_id, "telescope")
    _set(telescope, fields)
    _checked_telescope(telescope).save()
    record(TelescopeChanged(telescope.pk, viewer.user_id, "changed"))


@transaction.atomic
def delete_telescope(viewer: Viewer, telescope_id: int) -> None:
    telescope = _mine(Telescope.objects.all(), viewer, telescope_id, "telescope")
    _delete(telescope, "it has instruments")
    record(TelescopeChanged(telescope_id, viewer.user_id, "deleted"))


def _checked_telescope(telescope: Telescope) -> Telescope:
    if telescope.fixed_location and None in (telescope.lat, telescope.lon, telescope.elevation):
        raise Invalid("Missing latitude, longitude, or elevation; required if the telescope has a fixed location.")
    return telescope


@transaction.atomic
def add_instrument(viewer: Viewer, fields: Mapping[str, Any]) -> Instrument:
    """A new instrument on a telescope that exists."""
    own, tiling = _apart(fields)
    instrument = _checked_instrument(Instrument(**own))
    if Instrument.objects.filter(name=instrument.name).exists():
        raise Conflict(f"An instrument called {instrument.name} exists already.", status=400)
    instrument.save()
    keep_fields(instrument, tiling)
    record(InstrumentChanged(instrument.pk, viewer.user_id, "added"))
    return instrument


@transaction.atomic
def change_instrument(viewer: Viewer, instrument_id: int, fields: Mapping[str, Any]) -> None:
    instrument = _mine(Instrument.objects.all(), viewer, instrument_id, "instrument")
    own, tiling = _apart(fields)
    _set(instrument, own)
    _checked_instrument(instrument).save()
    keep_fields(instrument, tiling)
    record(InstrumentChanged(instrument.pk, viewer.user_id, "changed"))


@transaction.atomic
def delete_instrument(viewer: Viewer, instrument_id: int) -> None:
    instrument = _mine(Instrument.objects.all(), viewer, instrument_id, "instrument")
    _delete(instrument, "there are data taken with it")
    record(InstrumentChanged(instrument_id, viewer.user_id, "deleted"))


@transaction.atomic
def delete_fields(viewer: Viewer, instrument_id: int) -> None:
    """All of them; the instrument keeps its footprint."""
    instrument = _mine(Instrument.objects.all(), viewer, instrument_id, "instrument")
    instrument.fields.all().delete()
    record(InstrumentChanged(instrument.pk, viewer.user_id, "fields deleted"))


def _apart(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The instrument's own columns, with its footprint among them, and what is said of its fields."""
    own = {name: value for name, value in fields.items() if name not in SAID}
    if region := region_said(fields):
        own["region"] = region
    return own, {name: value for name, value in fields.items() if name in SAID}


def _checked_instrument(instrument: Instrument) -> Instrument:
    if not Telescope.objects.filter(pk=instrument.telescope_id).exists():
        raise Invalid(f"Invalid telescope ID: {instrument.telescope_id}")
    if unknown := sorted(set(instrument.filters) - BANDPASSES.keys()):
        raise Invalid(f"Invalid value for filters: {unknown[0]!r} is not an allowed bandpass.")
    return instrument


def _set(row: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def _mine(rows: AccessQuerySet, viewer: Viewer, pk: int, kind: str) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Invalid(f"Could not load {kind} with ID {pk}")
    if not rows.changeable_by(viewer).filter(pk=pk).exists():
        raise NotAllowed(f"Insufficient permissions to change this {kind}.")
    return row


def _delete(row: Any, why_not: str) -> None:
    try:
        row.delete()
    except ProtectedError:
        raise Invalid(f"{row} cannot be deleted: {why_not}.") from None
