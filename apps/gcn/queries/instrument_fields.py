"""Which fields of an instrument see how much of a sky map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.sources.queries.instrument_fields import Fields, fields_of, outlines
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps.fields import in_fields

from ..models import Localization
from ..slots import Layer
from .localizations import of_event, sky_map
from .regions import checked_level

DRAWN = 200
"""Fields on the sphere, the most probable ones."""


@dataclass(frozen=True)
class Seen:
    """Fields that see some of a map's region, the most probable first, and the probability in each."""

    fields: Fields
    order: list[int]
    probability: list[float]


def seen(viewer: Viewer, where: Localization, instrument_id: int, level: float) -> Seen:
    fields = fields_of(viewer, instrument_id)
    return _seen(fields, where, level)


def _seen(fields: Fields, where: Localization, level: float) -> Seen:
    sky = sky_map(where).without_distance()
    found = in_fields(sky, fields.footprint, fields.ra, fields.dec, checked_level(level))
    order = [int(n) for n in np.argsort(-found, kind="stable") if found[n] > 0]
    return Seen(fields, order, found[order].tolist())


def fields_in_map(fields: Fields, viewer: Viewer, query: dict[str, Any]) -> list[int] | None:
    """Rows of the fields that see some of the region that is asked for; None where none is."""
    if query.get("localizationDateobs") is None:
        return None
    where = of_event(viewer, query["localizationDateobs"], query.get("localizationName") or None)
    return sorted(_seen(fields, where, query["localizationCumprob"]).order)


def layer(viewer: Viewer, where: Localization, instrument_id: int, level: float = 0.9) -> Layer:
    """Outlines of the most probable fields, and what each is in its middle."""
    found = seen(viewer, where, instrument_id, level)
    few = found.order[:DRAWN]
    rows = [found.fields.rows[n] for n in few]
    lines = [line for field in outlines(found.fields, few, summary=True) for line in field]
    points: list[tuple[float, float, str, str]] = [
        (row["ra"], row["dec"], f"Field {row['field_id']} · rank {place}, {chance:.2%}", "")
        for place, (row, chance) in enumerate(zip(rows, found.probability[:DRAWN], strict=True), 1)
    ]
    outlined: list[list[tuple[float, float]]] = [[(x, y) for x, y in line] for line in lines]
    name = f"Fields of {found.fields.instrument.name}"
    return Layer(name, points, outlined, marker="dot", colour="#cc79a7")


def answer(found: Seen) -> dict[str, Any]:
    """As the API has it."""
    ids = [found.fields.rows[n]["field_id"] for n in found.order]
    return {"field_ids": ids, "probabilities": [round(chance, 8) for chance in found.probability]}
