"""The list of sources as a file: exactly the rows and columns that are shown, of all pages."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

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


def _votable(rows: list[Row]) -> str:
    """VOTable 1.3 (IVOA 2013): numbers as doubles, empty where unknown; everything else as text.

    Written by hand: astropy would stay in the memory of every web process that ever exported a list.
    """
    names = list(rows[0]) if rows else ["id"]
    types = {name: _NUMBER if _are_numbers([row[name] for row in rows]) else _TEXT for name in names}
    fields = "".join(
        f"<FIELD ID={quoteattr(f'c{n}')} name={quoteattr(name)} {types[name]}{_UNITS.get(name, '')}/>"
        for n, name in enumerate(names)
    )
    lines = ("".join(f"<TD>{_xml(row[name])}</TD>" for name in names) for row in rows)
    data = "".join(f"<TR>{line}</TR>\n" for line in lines)
    return _VOTABLE.format(fields=fields, data=data)


_NUMBER, _TEXT = 'datatype="double"', 'datatype="unicodeChar" arraysize="*"'
_UNITS = {"ra": ' unit="deg" ucd="pos.eq.ra"', "dec": ' unit="deg" ucd="pos.eq.dec"'}
_VOTABLE = """<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results"><TABLE name="sources">
{fields}
<DATA><TABLEDATA>
{data}</TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>
"""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _xml(value: Any) -> str:
    return "" if value is None else escape(_UNPRINTABLE.sub(" ", str(value)))


def _are_numbers(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)


WRITERS = {
    "csv": ("text/csv", _csv),
    "json": ("application/json", _json),
    "votable": ("application/x-votable+xml", _votable),
}
