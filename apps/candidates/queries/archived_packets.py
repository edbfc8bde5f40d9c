"""One packet of the archive, whole: all its fields but those that the viewer may not read, and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.groups.models import Stream
from apps.sources.models import Obj
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..alerts import nights
from ..alerts.archive import CANDID, MJD, OBJECT, Archive
from ..alerts.backtest import readable
from ..alerts.containers import BadPacket
from ..alerts.cutouts import png
from ..alerts.places import read_schema
from ..alerts.surveys.base import Survey, public_name
from .archived import archive, archive_name, get_stream, reader, survey_key

ROLES = ("new", "ref", "sub")


@dataclass
class Kept:
    """A packet as the archive keeps it, without earlier points that the viewer may not read."""

    stream: Stream
    night: str
    object_id: str
    candid: str
    mjd: float
    record: dict[str, Any]
    left_out: int
    obj_name: str  # empty where the viewer knows of no such obj
    has_pictures: bool


def packet(viewer: Viewer, stream_id: int, night: str, candid: str) -> Kept:
    """One packet of a night."""
    stream = get_stream(viewer, stream_id)
    path, survey = _found(viewer, stream, night, candid)
    row = nights.find(path, CANDID, [candid], None).to_pylist()[0]
    object_id, mjd = row.pop(OBJECT), row.pop(MJD)
    row.pop(CANDID)
    left_out = _hide(row, (survey.programid or "").rpartition(".")[2], reader(viewer, stream))
    name = public_name(object_id, survey.key)
    known = Obj.objects.visible_to(viewer).filter(name=name).exists()
    pictures = any(path.parent.glob("cutouts-*.parquet"))
    return Kept(stream, night, object_id, candid, mjd, row, left_out, name if known else "", pictures)


def picture(viewer: Viewer, stream_id: int, night: str, candid: str, role: str) -> bytes:
    """A picture of a packet as PNG."""
    stream = get_stream(viewer, stream_id)
    path, survey = _found(viewer, stream, night, candid)
    data = archive().picture(path, candid, getattr(survey, role) if role in ROLES else ())
    if data is None:
        raise NotVisible("There is no such picture; the archive keeps them for some nights only.", status=404)
    try:
        return png(data, "linear" if role == "sub" else "asinh")
    except BadPacket as problem:
        raise NotVisible(str(problem), status=404) from None


def _found(viewer: Viewer, stream: Stream, night: str, candid: str) -> tuple[Path, Survey]:
    """The part that holds a packet, once it is known that the viewer may read it."""
    may_read = reader(viewer, stream)
    for path, survey in _parts(archive(), stream, night):
        columns = []
        if survey.programid and nights.has(read_schema(path), survey.programid):
            columns.append(survey.programid)
        table = nights.find(path, CANDID, [candid], columns)
        if len(table) and readable(table, survey.programid, may_read).any():
            return path, survey
    raise NotVisible("The archive holds no such packet for you.", status=404)


def _parts(kept: Archive, stream: Stream, night: str):
    if night.isdecimal() and len(night) == 8:
        for path in kept.parts(archive_name(stream), night, night):
            yield path, nights.survey_of_part(read_schema(path), survey_key(stream))


def _hide(record: dict[str, Any], programme: str, may_read) -> int:
    """Take earlier points of other programmes out of a packet's lists; how many there were."""
    hidden = 0
    for name, value in record.items():
        if programme and isinstance(value, list):
            kept = [
                v for v in value if not isinstance(v, dict) or v.get(programme) is None or may_read(int(v[programme]))
            ]
            hidden += len(value) - len(kept)
            record[name] = kept
    return hidden


def tree(value: Any, name: str = "") -> dict[str, Any]:
    """A value as a tree that a page can draw: a record or list has parts, all else a text."""
    if isinstance(value, dict):
        return {"name": name, "parts": [tree(v, k) for k, v in value.items()], "count": len(value), "kind": "record"}
    if isinstance(value, list):
        parts = [tree(v, str(i + 1)) for i, v in enumerate(value)]
        return {"name": name, "parts": parts, "count": len(value), "kind": "list"}
    return {"name": name, "text": "–" if value is None else str(value), "parts": []}
