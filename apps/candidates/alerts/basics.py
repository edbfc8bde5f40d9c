"""Who, where and when of every packet of a table, without decoding one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .surveys.base import FIRST_MJD, LAST_MJD, Survey
from .surveys.measures import CLOCKS


@dataclass(slots=True)
class Basics:
    """One entry a row; null where the packet does not say."""

    object_id: pa.Array  # text
    candid: pa.Array  # text
    mjd: pa.Array  # UTC
    ra: pa.Array  # ICRS degrees
    dec: pa.Array

    def complete(self) -> np.ndarray:
        """Rows that can be an alert: identified, at a possible place and time."""
        whole = np.ones(len(self.mjd), bool)
        for column in (self.object_id, self.candid):
            whole &= ~np.asarray(column.is_null())
        for column, low, high in ((self.mjd, FIRST_MJD, LAST_MJD), (self.ra, -360, 720), (self.dec, -90, 90)):
            values = column.to_numpy(zero_copy_only=False)
            with np.errstate(invalid="ignore"):
                whole &= (values >= low) & (values <= high)
        return whole


def basics(table: pa.Table, survey: Survey) -> Basics:
    """The basics of each row, from the fields that the survey keeps them in."""
    clock = CLOCKS[survey.clock]
    mjd = [None if t is None else clock(float(t)) for t in _first(table, survey.time)]
    places = [
        pa.array([None if x is None else float(x) for x in _first(table, p)], pa.float64())
        for p in (survey.ra, survey.dec)
    ]
    ids = [pa.array([_text(x) for x in _first(table, p)], pa.string()) for p in (survey.object_id, survey.candid)]
    return Basics(ids[0], ids[1], pa.array(mjd, pa.float64()), *places)


def _first(table: pa.Table, paths: tuple[str, ...]) -> list[Any]:
    """For each row the value at the first path that has one."""
    values: list[Any] = [None] * len(table)
    for path in paths:
        column = column_at(table, path.split("."))
        if column is not None:
            values = [v if v not in (None, 0, "") else w for v, w in zip(values, column.to_pylist(), strict=True)]
    return values


def column_at(table: pa.Table, path: list[str]):
    if path[0] not in table.column_names:
        return None
    column = table[path[0]].combine_chunks()
    for name in path[1:]:
        if pa.types.is_list(column.type):  # of a list, its newest
            column = pa.array([v[-1] if v else None for v in column.to_pylist()], column.type.value_type)
        if not pa.types.is_struct(column.type) or column.type.get_field_index(name) < 0:
            return None
        column = pc.struct_field(column, name)
    return column


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)
