"""Writing photometry: many points in one statement, whoever brings them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from skyportal.journal.recording import record

from ..entries import PhotometryAdded
from ..models import Bandpass, Obj, Origin, Upload
from . import statistics
from .objs import make_known_to_audiences

Column = NDArray[Any] | Sequence[Any]


@dataclass(frozen=True)
class Points:
    """Points as columns of equal length. Optional columns may be None (nothing known for any row).

    Fluxes in µJy on the AB system; a NaN flux is an upper limit. ``bandpass`` and ``origin`` are public names.
    """

    obj_id: Column
    mjd: Column
    flux: Column
    fluxerr: Column
    bandpass: Column
    instrument_id: Column
    origin: Column
    audience_id: Column
    flags: Column | None = None
    limiting_mag: Column | None = None
    ra: Column | None = None
    dec: Column | None = None
    ra_unc: Column | None = None
    dec_unc: Column | None = None
    ref_flux: Column | None = None
    ref_fluxerr: Column | None = None
    altdata: Column | None = None

    def __post_init__(self) -> None:
        n = len(self)
        for column in fields(self):
            values = getattr(self, column.name)
            if values is not None and len(values) != n:
                raise ValueError(f"Column {column.name} has {len(values)} rows, obj_id has {n}.")

    def __len__(self) -> int:
        return len(self.obj_id)


@dataclass(frozen=True)
class Stored:
    """What became of an upload: an id for each point in the order it came, and which of them were new."""

    upload_id: int | None
    upload_uuid: uuid.UUID | None
    ids: list[int] = field(default_factory=list)
    is_new: list[bool] = field(default_factory=list)


_KEY = ("obj_id", "mjd", "fluxerr", "flux", "instrument_id", "origin_id", "audience_id", "bandpass_id")
_TYPES = {
    "obj_id": "int", "mjd": "float8", "fluxerr": "float8", "flux": "float8", "instrument_id": "int",
    "origin_id": "int", "audience_id": "int", "bandpass_id": "smallint", "flags": "smallint",
    "limiting_mag": "float8", "ra": "float8", "dec": "float8", "ra_unc": "float8", "dec_unc": "float8",
    "ref_flux": "float8", "ref_fluxerr": "float8", "altdata": "text",
}  # fmt: skip
_OPTIONAL = ("limiting_mag", "ra", "dec", "ra_unc", "dec_unc", "ref_flux", "ref_fluxerr")

# Ids are drawn before the insert, so that they come back in the order of the input without matching rows by value.
# Rows go in sorted by (obj, mjd), so that the points of a light curve lie side by side on disk.
_INSERT = """
    with incoming as materialized (
        select nextval('sources_photometry_id_seq') as id, given.*
        from unnest({arrays}) with ordinality as given({names}, n)
    ), inserted as (
        insert into sources_photometry (id, upload_id, {names})
        select id, %(upload)s, {values} from incoming order by obj_id, mjd, n
        on conflict do nothing returning id
    )
    select incoming.id, inserted.id is not null from incoming left join inserted using (id) order by n
"""
_FIND = """
    select given.n, p.id
    from unnest({arrays}) with ordinality as given({names}, n)
    join sources_photometry p using ({names})
"""


@transaction.atomic
def store(points: Points, *, owner_id: int | None) -> Stored:
    """Keep these points; those we have already (same key, same audience) keep their row and their id.

    Whoever the points are shared with may know of their objs from now on; statistics count the new ones. One journal
    entry, whatever the number; none where everything was there already.
    """
    if not len(points):
        return Stored(None, None)
    upload = Upload.objects.create(owner_id=owner_id)
    columns = _columns(points)
    ids, is_new = _insert(columns, upload.pk)
    if not any(is_new):
        upload.delete()
        return Stored(None, None, ids, is_new)
    new = np.array(is_new)
    obj_ids, audience_ids = np.asarray(columns["obj_id"])[new], np.asarray(columns["audience_id"])[new]
    make_known_to_audiences(zip(obj_ids.tolist(), audience_ids.tolist(), strict=True))
    statistics.count_upload(upload.pk)
    names = list(Obj.objects.filter(pk__in=set(obj_ids.tolist())).order_by("name").values_list("name", flat=True))
    record(PhotometryAdded(names, upload.pk, int(new.sum()), owner_id))
    return Stored(upload.pk, upload.uuid, ids, is_new)


def _insert(columns: dict[str, list[Any]], upload_id: int) -> tuple[list[int], list[bool]]:
    """Ids in input order, and whether each was new."""
    names = ", ".join(columns)
    values = ", ".join("altdata::jsonb" if name == "altdata" else name for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(arrays=_arrays(columns), names=names, values=values),
            {**_literals(columns), "upload": upload_id},
        )
        rows = cursor.fetchall()
    ids, is_new = [row[0] for row in rows], [row[1] for row in rows]
    known = [n for n, new in enumerate(is_new) if not new]
    if known:
        for n, found in _find({name: [columns[name][n] for n in known] for name in _KEY}):
            ids[known[n - 1]] = found
    return ids, is_new


def _find(key: dict[str, list[Any]]) -> list[tuple[int, int]]:
    """(1-based position, id) of points by their whole key."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(arrays=_arrays(key), names=", ".join(key)), _literals(key))
        return cursor.fetchall()


def _arrays(names: Iterable[str]) -> str:
    return ", ".join(f"%({name})s::{_TYPES[name]}[]" for name in names)


def _literals(columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Arrays of numbers in PostgreSQL's own notation: five times as fast as adapting each element."""
    return {
        name: values
        if _TYPES[name] == "text"
        else "{" + ",".join("NULL" if v is None else repr(v) for v in values) + "}"
        for name, values in columns.items()
    }


def _columns(points: Points) -> dict[str, list[Any]]:
    """The columns of the table as plain lists; those of which nothing is known are left out."""
    columns: dict[str, list[Any]] = {
        "obj_id": _integers(points.obj_id),
        "mjd": _floats(points.mjd),
        "fluxerr": _floats(points.fluxerr),
        "flux": _floats(points.flux),
        "instrument_id": _integers(points.instrument_id),
        "origin_id": ids_of("origin", points.origin),
        "audience_id": _integers(points.audience_id),
        "bandpass_id": ids_of("bandpass", points.bandpass),
        "flags": [0] * len(points) if points.flags is None else _integers(points.flags),
    }
    for name in _OPTIONAL:
        values = getattr(points, name)
        if values is not None:
            columns[name] = [None if v != v else v for v in _floats(values)]
    if points.altdata is not None and any(value is not None for value in points.altdata):
        columns["altdata"] = [None if value is None else json.dumps(value) for value in points.altdata]
    return columns


_NAMED: dict[str, type[Any]] = {"bandpass": Bandpass, "origin": Origin}


def ids_of(kind: str, names: Column) -> list[int]:
    """Small numbers for public names of bandpasses or origins, made where they are new."""
    model: Any = _NAMED[kind]
    wanted = {str(name) for name in names}
    known = dict(model.objects.filter(name__in=wanted).values_list("name", "pk"))
    if missing := wanted - known.keys():
        model.objects.bulk_create([model(name=name) for name in sorted(missing)], ignore_conflicts=True)
        known = dict(model.objects.filter(name__in=wanted).values_list("name", "pk"))
    return [known[str(name)] for name in names]


def _integers(values: Column) -> list[int]:
    return np.asarray(values, dtype=int).tolist()


def _floats(values: Column) -> list[float]:
    return np.asarray(values, dtype=float).tolist()
