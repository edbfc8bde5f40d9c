"""The list of sources as a file: exactly the rows and columns that are shown, of all pages."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import orjson
from django.http import HttpResponse

from skyportal.access.errors import Invalid

Row = dict[str, Any]
MOST = 50_000


def answer(rows: list[Row], kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Invalid(f"Invalid format: use {', '.join(WRITERS)}.")
    content_type, write = WRITERS[kind]
    response = HttpResponse(write(rows), content_type=content_type)
    ending = "vot" if kind == "votable" else kind
    response["Content-Disposition"] = f'attachment; filename="sources.{ending}"'
    return response


def _csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["id"])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _json(rows: list[Row]) -> bytes:
    return orjson.dumps(rows)


def _votable(rows: list[Row]) -> bytes:
    """Numbers as doubles with NaN where unknown, everything else as text."""
    from astropy.table import Table

    table = Table()
    for name in rows[0] if rows else ["id"]:
        values = [row[name] for row in rows]
        if _are_numbers(values):
            table[name] = [math.nan if value is None else float(value) for value in values]
        else:
            table[name] = ["" if value is None else str(value) for value in values]
    for name, unit in (("ra", "deg"), ("dec", "deg")):
        if name in table.colnames:
            table[name].unit = unit
    written = io.BytesIO()
    table.write(written, format="votable")
    return written.getvalue()


def _are_numbers(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)


WRITERS = {
    "csv": ("text/csv", _csv),
    "json": ("application/json", _json),
    "votable": ("application/x-votable+xml", _votable),
}
