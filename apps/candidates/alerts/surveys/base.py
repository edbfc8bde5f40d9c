"""What a survey's packet means, and the one form all of them are brought to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..containers import BadPacket
from ..lightcurve import LightCurve, Point, light_curve
from ..schemas import Field, PacketSchema
from .measures import CLOCKS, Measure, number

FIRST_MJD, LAST_MJD = 15020, 88128  # the years 1900 to 2099


@dataclass(slots=True)
class Alert:
    """An alert, whatever survey it came from. Ids are text: they do not fit a browser's numbers."""

    object_id: str
    candid: str
    ra: float  # ICRS degrees
    dec: float
    mjd: float  # UTC
    survey: str
    programid: int | None  # of the alert itself; each point has its own
    photometry: LightCurve
    cutouts: dict[str, bytes] = field(repr=False)  # new, ref, sub, packed as they came


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One survey's packets. Paths are dotted; of several the first that is there counts."""

    key: str
    label: str
    marks: tuple[str, ...]  # fields that together tell this survey from the others
    names: tuple[str, ...] = ()  # beginnings of schema names that are this survey's whatever the fields
    instrument: str = ""  # as the public API names it
    object_id: tuple[str, ...]
    candid: tuple[str, ...]
    ra: tuple[str, ...]
    dec: tuple[str, ...]
    time: tuple[str, ...]
    clock: str = "jd"
    programid: str | None = None
    detection: tuple[str, Measure] | None = None
    history: tuple[tuple[str, Measure], ...] = ()
    new: tuple[str, ...] = ("cutoutScience",)
    ref: tuple[str, ...] = ("cutoutTemplate",)
    sub: tuple[str, ...] = ("cutoutDifference",)
    first_row_up: bool = False  # of its cutouts; otherwise the picture would be a mirror image of the sky

    def matches(self, schema: PacketSchema) -> bool:
        """Whether packets of this schema are this survey's."""
        if any(schema.name.startswith(name) for name in self.names):
            return True
        return bool(self.marks) and all(has_field(schema.fields, mark) for mark in self.marks)

    def normalise(self, record: Mapping[str, Any]) -> Alert:
        """The alert that a packet is. Raises BadPacket, saying what is missing."""
        ra, dec = (_first_number(record, paths) for paths in (self.ra, self.dec))
        if not (math.isfinite(ra) and math.isfinite(dec)):
            raise BadPacket(f"no position: {' or '.join(self.ra)} is missing or not a number")
        if not (-360 <= ra <= 720 and -90 <= dec <= 90):
            raise BadPacket(f"impossible position: RA {ra}, Dec {dec}")
        time = _first_number(record, self.time)
        if not time > 0:
            raise BadPacket(f"no time: {' or '.join(self.time)} is missing or not a number")
        if not FIRST_MJD < (mjd := CLOCKS[self.clock](time)) < LAST_MJD:
            raise BadPacket(f"impossible time: {' or '.join(self.time)} is {time}, MJD {mjd:.1f}")
        program = (
            number(record_at(record, self.programid), self.programid.rpartition(".")[2]) if self.programid else math.nan
        )
        return Alert(
            object_id=_first_id(record, self.object_id, "object"),
            candid=_first_id(record, self.candid, "candidate"),
            ra=ra % 360,
            dec=dec,
            mjd=mjd,
            survey=self.key,
            programid=None if math.isnan(program) else int(program),
            photometry=light_curve(self.points(record)),
            cutouts=self.cutouts(record),
        )

    def points(self, record: Mapping[str, Any]) -> Iterator[Point]:
        """Every measurement in a packet: its own, earlier ones, upper limits, forced photometry."""
        if self.detection:
            path, measure = self.detection
            point = measure(value_at(record, path) if path else record, "alert")
            if point is not None:
                yield point
        for path, measure in self.history:
            for earlier in value_at(record, path) or []:
                point = measure(earlier) if earlier else None
                if point is not None:
                    yield point

    def cutouts(self, record: Mapping[str, Any]) -> dict[str, bytes]:
        """The pictures by their role."""
        found = {}
        for role, paths in (("new", self.new), ("ref", self.ref), ("sub", self.sub)):
            for path in paths:
                picture = value_at(record, path)
                picture = picture.get("stampData") if isinstance(picture, dict) else picture
                if isinstance(picture, (bytes, bytearray)) and picture:
                    found[role] = bytes(picture)
                    break
        return found


def public_name(object_id: str, survey: str) -> str:
    """How an obj of a survey is called here: a bare number, which two surveys may both use, gets its name in front."""
    return f"{survey.upper()}{object_id}" if object_id.isdecimal() else object_id


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None when any part of the way is missing."""
    value: Any = record
    for name in path.split("."):
        value = value[-1] if isinstance(value, list) and value else value  # of a list, its newest
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def record_at(record: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The record that holds the last name of a dotted path."""
    above = path.rpartition(".")[0]
    found = value_at(record, above) if above else record
    found = found[-1] if isinstance(found, list) and found else found
    return found if isinstance(found, Mapping) else {}


def has_field(fields: tuple[Field, ...], path: str) -> bool:
    """Whether a schema has a field at a dotted path (lists are looked into)."""
    name, _, rest = path.partition(".")
    for f in fields:
        if f.name == name:
            inner = f.children[0].children if f.kind == "array" else f.children
            return not rest or has_field(inner, rest)
    return False


def _first_number(record, paths: tuple[str, ...]) -> float:
    for path in paths:
        found = number(record_at(record, path), path.rpartition(".")[2])
        if math.isfinite(found):
            return found
    return math.nan


def _first_id(record, paths: tuple[str, ...], what: str) -> str:
    for path in paths:
        value = value_at(record, path)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value not in (None, "", 0) and not isinstance(value, (dict, list, float)):
            return str(value)
    raise BadPacket(f"no {what} identifier: {' or '.join(paths)} is missing or empty")
