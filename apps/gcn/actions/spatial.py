"""Naming places in the sky: catalogues of circles and ellipses."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import numpy as np
from django.db import transaction

from apps.sources.actions.checks import need, need_right, text
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import shapes
from skyportal.astro.skymaps.tiles import NotASkyMap
from skyportal.journal.recording import record

from ..entries import SpatialCatalogChanged
from ..models import SpatialCatalog, SpatialEntry

MOST = 50_000
SHAPES = ("amaj", "amin", "phi")
_CHUNK = 1000


@transaction.atomic
def add_entries(viewer: Viewer, name: Any, data: Any) -> SpatialCatalog:
    """Circles (``name``, ``ra``, ``dec``, ``radius``) or ellipses (``amaj``, ``amin``, ``phi`` in place of the radius),
    columns in degrees. A catalogue that is there gains them; an entry of the same name is what is said of it now."""
    need(viewer, "Upload data")
    catalog, _ = SpatialCatalog.objects.get_or_create(
        name=text(name, "catalog_name", most=200), defaults={"owner_id": viewer.user_id}
    )
    need_right(viewer, catalog, "edit", "spatial catalogue", "who made it, or who manages GCNs,")
    rows = [_entry(catalog, row, number) for number, row in enumerate(_rows(data), 1)]
    if len({row.name for row in rows}) < len(rows):
        raise Invalid("Invalid catalog_data: a name occurs twice.")
    SpatialEntry.objects.bulk_create(
        rows, batch_size=_CHUNK, update_conflicts=True, unique_fields=["catalog", "name"],
        update_fields=["ra", "dec", "major", "minor", "angle", "cells", "modified"],
    )  # fmt: skip
    if SpatialEntry.objects.filter(catalog=catalog).count() > MOST:
        raise Invalid(f"A spatial catalogue has at most {MOST} entries.")
    record(SpatialCatalogChanged(catalog.pk, catalog.name, viewer.user_id, f"added {len(rows)} entries to"))
    return catalog


def add_text(viewer: Viewer, name: Any, table: str) -> SpatialCatalog:
    """The same from CSV with a header."""
    lines = list(csv.reader(StringIO(table.strip())))
    if len(lines) < 2 or any(len(line) != len(lines[0]) for line in lines):
        raise Invalid("Invalid catalogData: send CSV with a header, and as many cells in each line.")
    names = [cell.strip().lower() for cell in lines[0]]
    columns = {name: list(column) for name, column in zip(names, zip(*lines[1:], strict=True), strict=True) if name}
    return add_entries(viewer, name, columns)


def _rows(data: Any) -> list[dict[str, Any]]:
    wanted = next((s for s in (SHAPES, ("radius",)) if isinstance(data, Mapping) and set(s) <= set(data)), None)
    if wanted is None or not {"name", "ra", "dec"} <= set(data):
        raise Invalid(
            "Missing required parameter: catalog_data must have the columns name, ra, dec and either radius or "
            "amaj, amin and phi, in degrees."
        )
    columns = {name: data[name] for name in ("name", "ra", "dec", *wanted)}
    if any(not isinstance(column, list) for column in columns.values()):
        raise Invalid("Invalid catalog_data: each column must be a list.")
    counts = {len(column) for column in columns.values()}
    if len(counts) != 1 or not 0 < max(counts) <= MOST:
        raise Invalid(f"Invalid catalog_data: columns must be of one length, from 1 to {MOST}.")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _entry(catalog: SpatialCatalog, row: dict[str, Any], number: int) -> SpatialEntry:
    name = text(row["name"], f"name in row {number}", most=200).strip()
    figures = {key: _number(key, value, number) for key, value in row.items() if key != "name"}
    major = figures.get("radius", figures.get("amaj", 0.0))
    minor, angle = figures.get("amin", major), figures.get("phi")
    if not 0 <= figures["ra"] <= 360:
        raise Invalid(f"Invalid catalog_data in row {number}: right ascension is from 0 to 360 degrees.")
    try:
        cells = shapes.within_ellipse(figures["ra"], figures["dec"], major, minor, angle or 0.0)
    except NotASkyMap as problem:
        raise Invalid(f"Invalid catalog_data in row {number}: {problem}") from None
    return SpatialEntry(
        catalog=catalog, name=name, ra=figures["ra"], dec=figures["dec"], major=major, minor=minor, angle=angle,
        cells=cells,
    )  # fmt: skip


def _number(name: str, value: Any, row: int) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = np.nan
    if not np.isfinite(found):
        raise Invalid(f"Invalid {name} in row {row}: {str(value)[:60]!r} is not a number.")
    return found


@transaction.atomic
def delete_catalog(viewer: Viewer, catalog: SpatialCatalog) -> None:
    need_right(viewer, catalog, "delete", "spatial catalogue", "who made it, or who manages GCNs,")
    record(SpatialCatalogChanged(catalog.pk, catalog.name, viewer.user_id, "deleted"))
    catalog.delete()
