"""The development data's notices."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from django.conf import settings

DATA = Path(os.environ.get("SKYPORTAL_TEST_DATA", settings.ROOT / "../shared/data")) / "gcn"

_ABSENT = f"the development data are not at {DATA} (SKYPORTAL_TEST_DATA)"

if not DATA.is_dir() and os.environ.get("CI"):
    raise FileNotFoundError(f"{_ABSENT}; continuous integration must not skip what needs them")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=_ABSENT)


def raw_of(path: str) -> bytes:
    return (DATA / path).read_bytes()


def expected() -> list[dict[str, str]]:
    """Rows of the table that says what the VOEvents hold; none without the data."""
    table = DATA / "voevent" / "voevent_expected.csv"
    if not table.exists():
        return []
    with table.open() as file:
        return list(csv.DictReader(file))


def examples(folder: str) -> list[str]:
    """Paths below the JSON folder."""
    root = DATA / "json"
    return sorted(str(path.relative_to(root)) for path in (root / folder).rglob("*.json")) if root.exists() else []


VOEVENT = """<?xml version="1.0"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="{role}" ivorn="{ivorn}">
<Who><Date>{date}</Date></Who>
<What>{what}</What>
<WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords coord_system_id="UTC-FK5-GEO">
<Time><TimeInstant><ISOTime>{time}</ISOTime></TimeInstant></Time>
<Position2D unit="{unit}"><Value2><C1>{ra}</C1><C2>{dec}</C2></Value2><Error2Radius>{error}</Error2Radius></Position2D>
</AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>
</voe:VOEvent>"""


def voevent(**said: str) -> bytes:
    """A small VOEvent of our own."""
    usual = {
        "role": "observation", "ivorn": "ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1-001", "date": "2026-01-02T03:04:15",
        "time": "2026-01-02T03:04:05.25", "unit": "deg", "ra": "10.5", "dec": "-20.25", "error": "0.05",
        "what": '<Param name="Packet_Type" value="61"/><Param name="TrigID" value="1234567"/>',
    }  # fmt: skip
    return VOEVENT.format(**{**usual, **said}).encode()
