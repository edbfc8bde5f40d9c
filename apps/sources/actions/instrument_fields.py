"""Fields of instruments: a table of places, and the shape that is seen at each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from skyportal.access.errors import Invalid
from skyportal.astro import footprints
from skyportal.astro.bandpasses import BANDPASSES

from ..models import Instrument, InstrumentField

MOST_FIELDS = 100_000
MOST_REGION = 200_000
COLUMNS = ("ID", "RA", "Dec")
SAID = ("field_data", "field_region", "field_fov_type", "field_fov_attributes", "references")


def region_said(said: Mapping[str, Any]) -> str | None:
    """The footprint as a DS9 region, as it is given or as a field of view says it; None where neither does."""
    text = said.get("field_region") or said.get("region")
    if kind := said.get("field_fov_type"):
        text = _of_view(kind, said.get("field_fov_attributes"))
    if not text:
        return None
    if not isinstance(text, str) or len(text) > MOST_REGION:
        raise Invalid(f"Invalid field_region: must be the text of a DS9 region, {MOST_REGION} letters at most.")
    try:
        footprints.read(text)
    except footprints.NotAFootprint as problem:
        raise Invalid(f"Invalid field_region: {problem}") from None
    return text


def _of_view(kind: Any, sizes: Any) -> str:
    given = sizes if isinstance(sizes, list) else [sizes]
    try:
        numbers = [float(size) for size in given]
    except (TypeError, ValueError):
        numbers = []
    wanted = {"rectangle": 2, "circle": 1}.get(str(kind).lower())
    if wanted is None:
        raise Invalid("Invalid field_fov_type: must be rectangle or circle.")
    if len(numbers) != wanted or not all(0 < number <= 100 for number in numbers):
        raise Invalid("Invalid field_fov_attributes: [width, height] of a rectangle, [radius] of a circle, in degrees.")
    return footprints.rectangle(*numbers) if wanted == 2 else footprints.circle(*numbers)


def keep_fields(instrument: Instrument, said: Mapping[str, Any]) -> int:
    """The fields of a table; those of an ID that is there move, the others stay. How many the table has."""
    rows = _rows(instrument, said.get("field_data"), _references(said.get("references")))
    if rows and not instrument.region:
        raise Invalid("field_data needs field_region, or field_fov_type with field_fov_attributes.")
    InstrumentField.objects.bulk_create(
        rows, batch_size=5000, update_conflicts=True, unique_fields=["instrument", "field_id"],
        update_fields=["ra", "dec", "reference_filters"],
    )  # fmt: skip
    if instrument.fields.count() > MOST_FIELDS:
        raise Invalid(f"Invalid field_data: an instrument has {MOST_FIELDS} fields at most.")
    return len(rows)


def _rows(instrument: Instrument, table: Any, references: dict[int, list[str]]) -> list[InstrumentField]:
    if not table:
        if references:
            raise Invalid("references go with field_data.")
        return []
    ids, ra, dec = _columns(table)
    if len(set(ids)) < len(ids):
        raise Invalid("Invalid field_data: an ID stands there twice.")
    if not all(-(2**31) <= one < 2**31 for one in ids):
        raise Invalid("Invalid field_data: an ID has 32 bits.")
    if not all(0 <= one <= 360 for one in ra) or not all(-90 <= one <= 90 for one in dec):
        raise Invalid("Invalid field_data: RA from 0 to 360, Dec from -90 to 90 degrees.")
    return [
        InstrumentField(instrument=instrument, field_id=one, ra=x, dec=y, reference_filters=references.get(one, []))
        for one, x, y in zip(ids, ra, dec, strict=True)
    ]


def _columns(table: Any) -> tuple[list[int], list[float], list[float]]:
    if not isinstance(table, dict):
        raise Invalid("Invalid field_data: must be an object of columns ID, RA and Dec.")
    by_name = {str(name).strip().lower(): values for name, values in table.items()}
    columns = [_column(by_name.get(name.lower()), name) for name in COLUMNS[1:]]
    ids = _column(by_name["id"], "ID") if by_name.get("id") else [float(n) for n in range(1, len(columns[0]) + 1)]
    if not len(ids) == len(columns[0]) == len(columns[1]) <= MOST_FIELDS:
        raise Invalid(f"Invalid field_data: ID, RA and Dec must have one length, {MOST_FIELDS} at most.")
    if any(one != int(one) for one in ids):
        raise Invalid("Invalid field_data: an ID is a whole number.")
    return [int(one) for one in ids], columns[0], columns[1]


def _column(values: Any, name: str) -> list[float]:
    """A list of numbers; tables of pandas come as objects by row."""
    listed = list(values.values()) if isinstance(values, dict) else values
    try:
        found = [float(value) for value in listed]
    except (TypeError, ValueError):
        raise Invalid(f"Invalid field_data: {name} must be a list of numbers.") from None
    if not all(map(math.isfinite, found)):
        raise Invalid(f"Invalid field_data: {name} holds what is no number.")
    return found


def _references(said: Any) -> dict[int, list[str]]:
    """Bandpasses by field, of a table with the columns field and filter."""
    if not said:
        return {}
    if not isinstance(said, dict) or not all(isinstance(said.get(name), list) for name in ("field", "filter")):
        raise Invalid("Invalid references: must be an object of the lists field and filter.")
    found: dict[int, list[str]] = {}
    for field, bandpass in zip(said["field"], said["filter"], strict=False):
        if bandpass not in BANDPASSES:
            raise Invalid(f"Invalid references: {str(bandpass)[:40]!r} is not an allowed bandpass.")
        try:
            found.setdefault(int(field), []).append(bandpass)
        except (TypeError, ValueError, OverflowError):
            raise Invalid("Invalid references: a field is a whole number.") from None
    return found
