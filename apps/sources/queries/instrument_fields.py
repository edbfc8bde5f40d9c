"""Where an instrument points, and what it sees there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import footprints, observing
from skyportal.astro.footprints import Footprint
from skyportal.astro.time import mjd_of

from ..models import Instrument, InstrumentField

MOST_OUTLINES = 5000
"""Fields whose outlines one answer gives."""


@dataclass(frozen=True)
class Fields:
    """An instrument's fields in the order of their ids, and its footprint."""

    instrument: Instrument
    footprint: Footprint
    rows: list[dict[str, Any]]

    @property
    def ra(self) -> NDArray:
        return np.array([row["ra"] for row in self.rows], float)

    @property
    def dec(self) -> NDArray:
        return np.array([row["dec"] for row in self.rows], float)


def get_instrument(viewer: Viewer, instrument_id: int) -> Instrument:
    found = Instrument.objects.visible_to(viewer).filter(pk=instrument_id).select_related("telescope").first()
    if found is None:
        raise Invalid(f"Could not load instrument with ID {instrument_id}")
    return found


def with_fields(viewer: Viewer) -> list[tuple[int, str]]:
    """Instruments whose fields are known, by name."""
    tiled = InstrumentField.objects.values("instrument_id").distinct()
    rows = Instrument.objects.visible_to(viewer).filter(pk__in=tiled, region__isnull=False)
    return list(rows.order_by("name").values_list("pk", "name"))


def fields_of(viewer: Viewer, instrument_id: int) -> Fields:
    """All of its fields; Invalid where its footprint is not known."""
    instrument = get_instrument(viewer, instrument_id)
    rows: list[Any] = list(
        instrument.fields.order_by("field_id").values("id", "field_id", "ra", "dec", "reference_filters")
    )
    if not rows or not instrument.region:
        raise Invalid(f"{instrument} has no fields: they come as field_data with a field_region.")
    try:
        footprint = footprints.read(instrument.region)
    except footprints.NotAFootprint as problem:
        raise Invalid(f"The region of {instrument} cannot be read: {problem}") from None
    return Fields(instrument, footprint, rows)


def outlines(fields: Fields, chosen: Iterable[int], *, summary: bool = False) -> list[list[list[list[float]]]]:
    """Closed lines of (ra, dec) around each of these fields; in short one around all that the instrument sees."""
    seen = Footprint((fields.footprint.hull(),)) if summary else fields.footprint
    return [
        [np.vstack([line, line[:1]]).round(6).tolist() for line in seen.at(fields.rows[n]["ra"], fields.rows[n]["dec"])]
        for n in chosen
    ]


def items(
    fields: Fields, chosen: list[int], *, contours: bool, summaries: bool, at: datetime | None
) -> list[dict[str, Any]]:
    """Fields as the API has them."""
    if contours and len(chosen) > MOST_OUTLINES:
        raise Invalid(
            f"{len(chosen)} fields are too many for their outlines: ask for includeGeoJSONSummary, or for those in a "
            f"sky map (localizationDateobs), {MOST_OUTLINES} at most."
        )
    found = [dict(fields.rows[n]) for n in chosen]
    for wanted, name, summary in ((contours, "contour", False), (summaries, "contour_summary", True)):
        if wanted:
            for row, lines in zip(found, outlines(fields, chosen, summary=summary), strict=True):
                row[name] = _geojson(fields.instrument, row, lines)
    if at is not None:
        for row, airmass in zip(found, _airmasses(fields, chosen, at), strict=True):
            row["airmass"] = airmass
    return found


def _geojson(instrument: Instrument, row: dict[str, Any], lines: list[list[list[float]]]) -> dict[str, Any]:
    properties = {
        "instrument": instrument.name, "telescope": instrument.telescope.name, "field_id": row["field_id"],
        "ra": row["ra"], "dec": row["dec"],
    }  # fmt: skip
    geometry = {"type": "MultiPolygon", "coordinates": [[line] for line in lines]}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return {"type": "FeatureCollection", "features": [feature], "properties": properties}


def _airmasses(fields: Fields, chosen: list[int], at: datetime) -> list[float | None]:
    """None below the horizon."""
    telescope = fields.instrument.telescope
    if not telescope.fixed_location or telescope.lat is None or telescope.lon is None:
        raise Invalid(f"airmassTime: {telescope} does not stand on the ground.")
    site = observing.Site(telescope.lat, telescope.lon, telescope.elevation or 0.0)
    high = observing.altitudes(fields.ra[chosen], fields.dec[chosen], np.array([mjd_of(at)]), site)[:, 0]
    found = observing.airmass(high)
    return [round(float(value), 3) if np.isfinite(value) else None for value in found]
