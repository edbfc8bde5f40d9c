"""Keeping photometric series: uploaded as columns or HDF5, changed, deleted."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Conflict, Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.bandpasses import BANDPASSES
from skyportal.astro.series import BadSeries, Series, from_columns, read, summary, write
from skyportal.journal.recording import record

from ..entries import SeriesChanged
from ..models import Obj, PhotometricSeries
from ..queries.objs import get_obj
from ..queries.series import get_series
from ..slots import series_links
from .attachments import keep
from .checks import need, need_right, optional_text, plain, text
from .objs import make_known_to_audiences
from .spectra import set_links
from .uploads import audience_asked, instrument_complaints

MAY = "Upload data"
_TEXTS = ("channel", "origin")
_NAMES = ("series_name", "series_obj_id")
_NUMBERS = ("ra", "dec", "ra_unc", "dec_unc", "exp_time", "magref", "e_magref", "limiting_mag")
_METADATA = (*_NAMES, *_TEXTS, *_NUMBERS, "filter", "time_stamp_alignment")
_NEEDED = ("series_name", "series_obj_id", "filter", "exp_time")


def add_series(viewer: Viewer, data: Mapping[str, Any]) -> int:
    """Keep a series of an obj that the viewer sees; its id.

    ``data`` is a dict of lists or an HDF5 file in base64. What the body does not say is read from the file.
    """
    need(viewer, MAY)
    if missing := [name for name in ("obj_id", "instrument_id", "data") if data.get(name) in (None, "")]:
        raise Invalid(f"Missing required parameter: `{missing[0]}`.")
    obj = get_obj(viewer, str(data["obj_id"]), message=f"Invalid object ID: {str(data['obj_id'])[:60]}", status=400)
    body, series = _read(data["data"])
    said = {name: value for name, value in series.metadata.items() if name in _METADATA} | {
        name: value for name, value in data.items() if value is not None
    }
    if lacking := [name for name in _NEEDED if said.get(name) in (None, "")]:
        raise Invalid(f"Missing required parameter: `{lacking[0]}`: the body must say it, or the file.")
    columns = {"ra": obj.ra, "dec": obj.dec} | _columns(said) | summary(series)
    if columns["ra"] is None or columns["dec"] is None:
        raise Invalid("Missing required parameter: `ra` and `dec`: the source has no position either.")
    columns["instrument_id"] = _instrument(said["instrument_id"], columns["filter"])
    audience = audience_asked(viewer, data)
    kept = _kept(
        body
        if body is not None
        else write(Series(series.columns, {n: columns[n] for n in _METADATA if columns.get(n) is not None}))
    )
    with transaction.atomic():
        row, is_new = PhotometricSeries.objects.get_or_create(
            obj=obj, hash=kept["hash"], audience=audience, defaults={**columns, **kept, "owner_id": viewer.user_id}
        )
        if not is_new:
            raise Conflict(f"This series is here already: it has the ID {row.pk}.", status=400)
        set_links(series_links, viewer, row.pk, data)
        _changed(viewer, row, "added")
    return row.pk


@transaction.atomic
def change_series(viewer: Viewer, series_id: Any, data: Mapping[str, Any]) -> int:
    """Change what a body says; groups and streams are replaced when given. Its points stay: send others anew."""
    need(viewer, MAY)
    row = get_series(viewer, series_id)
    need_right(viewer, row, "edit", "series", "who uploaded it, or a holder of Manage photometry,")
    if "data" in data:
        raise Invalid("The points of a series stay as they are: upload others as a series of their own.")
    if "obj_id" in data and str(data["obj_id"]) != row.obj.name:
        raise Invalid("A series stays with its source; upload it to the other one.")
    changes = _columns({name: value for name, value in data.items() if value is not None})
    if {"instrument_id", "filter"} & data.keys():
        wanted = data.get("instrument_id") or row.instrument_id
        changes["instrument_id"] = _instrument(wanted, changes.get("filter", row.filter))
    if {"group_ids", "stream_ids"} & data.keys():
        changes["audience"] = audience_asked(viewer, data)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    set_links(series_links, viewer, row.pk, data)
    _changed(viewer, row, "edited")
    return row.pk


@transaction.atomic
def delete_series(viewer: Viewer, series_id: Any) -> None:
    """Delete a series; its file goes when nothing names it any more (see `sweeping`)."""
    need(viewer, MAY)
    row = get_series(viewer, series_id)
    need_right(viewer, row, "delete", "series", "who uploaded it, or a holder of Manage photometry,")
    _changed(viewer, row, "deleted")
    row.delete()


def _changed(viewer: Viewer, row: PhotometricSeries, deed: str) -> None:
    obj: Obj = row.obj
    make_known_to_audiences([(obj.pk, row.audience_id)])
    record(SeriesChanged(obj.pk, obj.name, viewer.user_id, row.pk, deed))


def _kept(body: bytes) -> dict[str, str]:
    return {"filename": keep(body, "series", ".h5"), "hash": hashlib.sha256(body).hexdigest()}


def _read(data: Any) -> tuple[bytes | None, Series]:
    """The file, where it came as one, and what is in it."""
    try:
        if isinstance(data, dict):
            return None, from_columns(data)
        if isinstance(data, str):
            body = base64.b64decode(data.rpartition("base64,")[2], validate=True)
            return body, read(body)
    except (binascii.Error, ValueError) as problem:
        why = str(problem) if isinstance(problem, BadSeries) else "it is not base64"
        raise Invalid(f"Invalid value for data: {why}.") from None
    raise Invalid("Invalid value for data: send a dict of lists, or an HDF5 file in base64.")


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    """The checked columns of what is said."""
    columns: dict[str, Any] = {name: optional_text(said[name], name) for name in _TEXTS if name in said}
    columns |= {name: text(said[name], name, most=1000) for name in _NAMES if name in said}
    columns |= {name: _number(name, said[name]) for name in _NUMBERS if name in said}
    if "filter" in said:
        if said["filter"] not in BANDPASSES:
            raise Invalid(f"Invalid value for filter: {str(said['filter'])[:40]!r} is no known bandpass; name another.")
        columns["filter"] = said["filter"]
    if "time_stamp_alignment" in said:
        if said["time_stamp_alignment"] not in PhotometricSeries.ALIGNMENTS:
            raise Invalid(f"Invalid value for time_stamp_alignment: use {', '.join(PhotometricSeries.ALIGNMENTS)}.")
        columns["time_stamp_alignment"] = said["time_stamp_alignment"]
    if "altdata" in said:
        if not isinstance(said["altdata"], dict):
            raise Invalid("Invalid value for altdata: must be an object.")
        columns["altdata"] = plain(said["altdata"])
    return columns


_BOUNDS = {"ra": (0, 360), "dec": (-90, 90), "exp_time": (0, 1e6), "ra_unc": (0, 1e6), "dec_unc": (0, 1e6)}


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    low, high = _BOUNDS.get(name, (-1000, 1000))
    if isinstance(value, bool) or not low <= number <= high:
        raise Invalid(f"Invalid value for {name}: must be a number from {low:g} to {high:g}.")
    return number


def _instrument(value: Any, bandpass: str) -> int:
    try:
        instrument_id = int(value)
    except (TypeError, ValueError):
        raise Invalid(f"Invalid instrument ID: {str(value)[:40]}") from None
    if not 0 <= instrument_id < 2**31:
        raise Invalid(f"Invalid instrument ID: {instrument_id}")
    if complaints := instrument_complaints([(instrument_id, bandpass)]):
        raise Invalid(min(complaints.values()))
    return instrument_id
