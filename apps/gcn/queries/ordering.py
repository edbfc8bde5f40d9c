"""In which order the page of an event shows what lies in a map: by any column, what is unknown last either way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skyportal.access.errors import Invalid

Columns = Mapping[str, Callable[[dict[str, Any]], Any]]

OF_OBJS: Columns = {
    "rank": lambda row: row["rank"],
    "name": lambda row: row["obj"].name,
    "level": lambda row: row["level"],
    "volume": lambda row: row["volume_level"],
    "distance": lambda row: row["distance"],
    "first": lambda row: row["figures"].get("first_det_mjd"),
    "last": lambda row: row["figures"].get("last_det_mjd"),
    "detections": lambda row: row["figures"].get("num_det"),
    "held": lambda row: row["judged"][0]["status"] if row["judged"] else None,
}
OF_ALERTS: Columns = {
    "rank": lambda row: row["rank"],
    "name": lambda row: row["alert"].object_id,
    "level": lambda row: row["alert"].level,
    "stream": lambda row: row["alert"].stream.name,
    "first": lambda row: row["alert"].first_mjd,
    "last": lambda row: row["alert"].last_mjd,
}


def ranked(rows: list[dict[str, Any]], sort: str, columns: Columns) -> list[dict[str, Any]]:
    """Rows that come the most probable first, numbered so, in the order that is asked for: a column, or -column."""
    for number, row in enumerate(rows, 1):
        row["rank"] = number
    return _sorted(rows, sort, columns)


def _sorted(rows: list[dict[str, Any]], sort: str, columns: Columns) -> list[dict[str, Any]]:
    name = sort.removeprefix("-")
    if name not in columns:
        raise Invalid(f"There is no column {name[:40]!r} to sort by; there are {', '.join(columns)}.")
    said = [(columns[name](row), row) for row in rows]
    known = [pair for pair in said if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [row for _, row in known] + [row for value, row in said if value is None]
