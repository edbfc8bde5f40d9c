"""Searching the alert archive: by object, place, night and condition.

Everybody reads packets of their own streams, of the programmes that those carry.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from django.conf import settings

from apps.groups.models import Stream
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.astro.sky import separation

from ..alerts import nights
from ..alerts.archive import CANDID, MJD, OBJECT, Archive
from ..alerts.backtest import readable
from ..alerts.basics import column_at
from ..alerts.conditions import BadCondition, Validated
from ..alerts.places import read_schema
from ..alerts.sandbox import Failed, FilterSpec, shared
from ..alerts.surveys import BY_KEY
from ..alerts.surveys.base import Survey
from . import schemas
from .audiences import Audiences

MOST = 200
SECONDS = 10.0
LARGEST_RADIUS = 3600.0


def archive() -> Archive:
    return Archive(settings.ALERT_ARCHIVE)


def archive_name(stream: Stream) -> str:
    """The stream's folder in the archive."""
    return f"{re.sub(r'[^A-Za-z0-9_.+-]+', '_', stream.name)[:50].strip('._') or 'stream'}-{stream.pk}"


def survey_key(stream: Stream) -> str:
    said = stream.altdata.get("survey") if isinstance(stream.altdata, dict) else None
    return str(said).lower() if said and str(said).lower() in BY_KEY else ""


def get_stream(viewer: Viewer, stream_id: int) -> Stream:
    found = Stream.objects.visible_to(viewer).filter(pk=stream_id).first()
    if found is None or not (viewer.sees_all or found.pk in viewer.stream_ids):
        raise NotVisible(f"There is no stream {stream_id} for you.", status=404)
    return found


def reader(viewer: Viewer, stream: Stream):
    """Whether the viewer may read a packet or point of a programme that came by this stream."""
    audiences = Audiences(stream)
    known: dict[int | None, bool] = {}

    def may_read(programme: int | None) -> bool:
        if programme not in known:
            known[programme] = viewer.sees_all or bool(viewer.stream_ids & set(audiences.stream_ids(programme)))
        return known[programme]

    return may_read


@dataclass(frozen=True)
class Hit:
    """A packet that was found."""

    object_id: str
    candid: str
    mjd: float
    night: str
    ra: float
    dec: float
    separation: float | None


@dataclass
class Asked:
    """What is searched for in a stream's archive."""

    object_id: str = ""
    ra: float | None = None
    dec: float | None = None
    radius: float = 5.0  # arcsec
    first: str = ""
    last: str = "99999999"
    condition: str = ""


@dataclass
class Answer:
    """Packets found, the newest first; ``stopped`` names the night after which there was no more time or room."""

    hits: list[Hit] = field(default_factory=list)
    stopped: str = ""
    full: bool = False
    searched: int = 0


def search(viewer: Viewer, stream: Stream, asked: Asked) -> Answer:
    """Look through a stream's archive, the newest night first, for as long as a page may wait."""
    checked = _checked(stream, asked)
    answer, deadline = Answer(), time.monotonic() + SECONDS
    may_read, kept = reader(viewer, stream), archive()
    for night in reversed(nights.nights(kept, archive_name(stream), asked.first, asked.last)):
        for table, survey in _tables(kept, stream, night, asked, checked):
            answer.searched += len(table)
            found = table.filter(pa.array(readable(table, survey.programid, may_read)))
            hits = _hits(found, survey, night, asked, checked)
            answer.full |= len(answer.hits) + len(hits) > MOST
            answer.hits = sorted([*answer.hits, *hits], key=lambda hit: -hit.mjd)[:MOST]
            if time.monotonic() > deadline:
                answer.stopped = night
                break
        if answer.stopped or answer.full:
            answer.stopped = night
            break
    return answer


def _checked(stream: Stream, asked: Asked) -> Validated | None:
    if (asked.ra is None) != (asked.dec is None):
        raise Invalid("A place needs both RA and Dec.")
    if asked.ra is not None and not 0 < asked.radius <= LARGEST_RADIUS:
        raise Invalid("The radius must be above 0 and at most 3600 arcsec.")
    if not asked.condition.strip():
        return None
    try:
        return schemas.validated(stream, asked.condition.strip(), {})
    except BadCondition as problem:
        raise Invalid(str(problem)) from None


def _tables(
    kept: Archive, stream: Stream, night: str, asked: Asked, checked: Validated | None
) -> Iterator[tuple[pa.Table, Survey]]:
    for path in kept.parts(archive_name(stream), night, night):
        try:
            schema = read_schema(path)
            survey = nights.survey_of_part(schema, survey_key(stream))
            columns = [p for p in (*survey.ra, *survey.dec, survey.programid or "") if p and nights.has(schema, p)]
            columns += nights.leaves(checked.needs, schema) if checked else []
            if asked.object_id:
                names = [asked.object_id, asked.object_id.removeprefix(survey.key.upper())]
                yield nights.find(path, OBJECT, names, list(dict.fromkeys(columns))), survey
            else:
                for table in nights.read(path, list(dict.fromkeys(columns)), 5000):
                    yield table, survey
        except FileNotFoundError:  # merged or forgotten just now
            continue


def _hits(table: pa.Table, survey: Survey, night: str, asked: Asked, checked: Validated | None) -> list[Hit]:
    ra, dec = (_numbers(table, paths) for paths in (survey.ra, survey.dec))
    apart = np.full(len(table), np.nan)
    keep = np.ones(len(table), bool)
    if asked.ra is not None and asked.dec is not None and len(table):
        with np.errstate(invalid="ignore"):
            keep = np.abs(dec - asked.dec) <= asked.radius / 3600
        apart[keep] = separation(asked.ra, asked.dec, ra[keep], dec[keep])
        with np.errstate(invalid="ignore"):
            keep &= apart <= asked.radius
    rows = np.nonzero(keep)[0]
    if checked and len(rows):
        answer = shared().run(table.take(pa.array(rows)), [FilterSpec("", checked)])[""]
        if isinstance(answer, Failed):
            raise Invalid(f"The condition cannot be judged: {answer.reason}")
        rows = rows[answer.rows]
    names, candids, times = (table[n].take(pa.array(rows)).to_pylist() for n in (OBJECT, CANDID, MJD))
    return [
        Hit(names[i], candids[i], times[i], night, float(ra[r]), float(dec[r]), None if asked.ra is None else apart[r])
        for i, r in enumerate(rows)
    ]


def _numbers(table: pa.Table, paths: tuple[str, ...]) -> np.ndarray:
    values = np.full(len(table), np.nan)
    for path in paths:
        column = column_at(table, path.split("."))
        if column is not None:
            found = np.array([np.nan if v is None else float(v) for v in column.to_pylist()], float)
            values = np.where(np.isnan(values), found, values)
    return values
