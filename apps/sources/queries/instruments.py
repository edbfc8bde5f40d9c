"""Telescopes and instruments, which everybody may know."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Instrument, InstrumentField, Telescope
from ..slots import telescope_parts

INSTRUMENT = [f.attname for f in Instrument._meta.concrete_fields if f.name != "region"]
TELESCOPE = [f.attname for f in Telescope._meta.concrete_fields]

HAS_REGION = Q(region__isnull=False) & ~Q(region="")
BOUNDS = {"latitudeMin": "lat__gte", "latitudeMax": "lat__lte", "longitudeMin": "lon__gte", "longitudeMax": "lon__lte"}


def telescopes(viewer: Viewer, name: str | None = None, **bounds: float | None) -> list[dict[str, Any]]:
    """Telescopes by name, inside a range of latitudes and longitudes."""
    rows = Telescope.objects.visible_to(viewer).order_by("name", "pk")
    if name:
        rows = rows.filter(name__icontains=name)
    rows = rows.filter(**{BOUNDS[key]: value for key, value in bounds.items() if value is not None})
    return list(rows.values(*TELESCOPE))


def dishes(viewer: Viewer) -> set[int]:
    """Ids of telescopes whose instruments all observe radio waves: neither the Sun nor airmass matters much to them."""
    rows = (
        Instrument.objects.visible_to(viewer)
        .values_list("telescope")
        .annotate(others=Count("pk", filter=~Q(band__iexact="radio")))
    )
    return {pk for pk, others in rows.order_by("telescope") if not others}


def telescope(viewer: Viewer, telescope_id: int) -> dict[str, Any]:
    """One telescope with its instruments."""
    row = Telescope.objects.visible_to(viewer).filter(pk=telescope_id).values(*TELESCOPE).first()
    if row is None:
        raise NotVisible(f"Could not load telescope with ID {telescope_id}")
    own = Instrument.objects.visible_to(viewer).filter(telescope=telescope_id).order_by("name")
    parts = {name: part(viewer, telescope_id) for name, part in telescope_parts.items()}
    return row | {"instruments": list(own.values(*INSTRUMENT)), "allocations": [], **parts}


def instruments(viewer: Viewer, name: str | None = None) -> list[dict[str, Any]]:
    """Instruments by name, each with its telescope."""
    rows = Instrument.objects.visible_to(viewer).order_by("name", "pk")
    if name:
        rows = rows.filter(name__icontains=name)
    return _with_telescopes(viewer, list(rows.values(*INSTRUMENT, has_region=HAS_REGION)))


def named(viewer: Viewer) -> list[tuple[int, str]]:
    """Instruments to choose from, by name, each with its telescope's short name."""
    rows = Instrument.objects.visible_to(viewer).order_by("name", "pk").values_list("pk", "name", "telescope__nickname")
    return [(pk, f"{name} ({telescope})" if telescope else name) for pk, name, telescope in rows]


def names(viewer: Viewer) -> list[tuple[int, str]]:
    """Ids and bare names of all instruments."""
    return list(Instrument.objects.visible_to(viewer).values_list("pk", "name"))


def filters_by_id(viewer: Viewer, instrument_ids: set[int]) -> dict[int, list[str]]:
    """The filters of each of these instruments."""
    rows = Instrument.objects.visible_to(viewer).filter(pk__in=instrument_ids).values_list("pk", "filters")
    return {pk: sorted(filters or ()) for pk, filters in rows}


def having(viewer: Viewer, bands: set[str]) -> list[int]:
    """The instruments that have all of these bandpasses among their filters."""
    rows = Instrument.objects.visible_to(viewer).values_list("pk", "filters")
    return [pk for pk, filters in rows if bands <= set(filters or ())]


def instrument(viewer: Viewer, instrument_id: int, *, region: bool = False) -> dict[str, Any]:
    row = Instrument.objects.visible_to(viewer).filter(pk=instrument_id)
    found = row.values(*INSTRUMENT, *(["region"] if region else []), has_region=HAS_REGION).first()
    if found is None:
        raise NotVisible(f"Could not load instrument with ID {instrument_id}")
    return _with_telescopes(viewer, [found])[0]


def _with_telescopes(viewer: Viewer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = {row["telescope_id"] for row in rows}
    by_id = {t["id"]: t for t in Telescope.objects.visible_to(viewer).filter(pk__in=wanted).values(*TELESCOPE)}
    tiled = InstrumentField.objects.filter(instrument__in=[row["id"] for row in rows])
    counts = dict(tiled.order_by().values_list("instrument").annotate(Count("pk")))
    return [
        row
        | {"has_fields": row["id"] in counts, "number_of_fields": counts.get(row["id"], 0)}
        | {"telescope": by_id[row["telescope_id"]]}
        for row in rows
    ]
