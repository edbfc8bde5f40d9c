"""Reading points, as columns: five thousand of them must never be the slow part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import F, QuerySet, Value
from numpy.typing import NDArray

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.api.envelope import isoformat
from skyportal.api.params import BIG, path_key
from skyportal.astro import photometry as phot
from skyportal.astro.time import mjd_of

from ..access import measured
from ..models import Annotation, Bandpass, Instrument, Obj, Origin, Photometry, Upload
from . import links
from .objs import beneath

_COLUMNS = {
    "id": "pk", "obj_id": "obj_id", "mjd": "mjd", "flux": "flux", "fluxerr": "fluxerr",
    "limiting_mag": "limiting_mag", "bandpass_id": "bandpass_id", "instrument_id": "instrument_id",
    "origin_id": "origin_id", "audience_id": "audience_id", "ra": "ra", "dec": "dec", "ra_unc": "ra_unc",
    "dec_unc": "dec_unc", "ref_flux": "ref_flux", "ref_fluxerr": "ref_fluxerr", "altdata": "altdata",
    "upload_id": "upload_id", "flags": "flags",
}  # fmt: skip

MOST_IN_RANGE = 100_000


@dataclass(frozen=True)
class PointColumns:
    """Points in order of time, a column for each fact, and the names behind the small numbers."""

    columns: dict[str, tuple]
    obj_names: dict[int, str]
    bandpasses: dict[int, str]
    instruments: dict[int, str]
    origins: dict[int, str]
    groups: dict[int, list[dict[str, Any]]]
    streams: dict[int, list[dict[str, Any]]]
    owners: dict[int, dict[str, Any]]

    def __len__(self) -> int:
        return len(self.columns["id"])

    def floats(self, name: str) -> NDArray:
        """A column of numbers, NaN where there is none."""
        return np.array(self.columns[name], dtype=float)

    def take(self, wanted: Iterable[int]) -> PointColumns:
        rows = list(wanted)
        taken = {name: tuple(column[n] for n in rows) for name, column in self.columns.items()}
        return PointColumns(**{**self.__dict__, "columns": taken})


def points_of(
    viewer: Viewer, obj: Obj, *, owners: bool = False, streams: bool = False, linked: bool = False
) -> PointColumns:
    """All points of one obj that the viewer may read; ``linked``: and of objs that are linked with it as the same."""
    names = {obj.pk: obj.name}
    if linked:
        names |= {row["obj_id"]: row["obj__name"] for row in links.parts(viewer, [obj.pk])}
    points = beneath(viewer, Photometry.objects.filter(obj__in=list(names)), measured).order_by("mjd", "pk")
    return _read(viewer, points, names, owners=owners, streams=streams)


def points_of_many(viewer: Viewer, obj_ids: Iterable[int]) -> PointColumns:
    """The points of several objs that the viewer sees, obj by obj."""
    points = beneath(viewer, Photometry.objects.filter(obj__in=list(obj_ids)), measured).order_by("obj", "mjd", "pk")
    return _read(viewer, points, None)


def point(viewer: Viewer, point_id: int) -> PointColumns:
    """One point, as columns of length one."""
    found = _read(viewer, Photometry.objects.visible_to(viewer).filter(pk=point_id), None)
    if not len(found):
        raise NotVisible(f"Cannot find photometry point with ID: {point_id}")
    return found


def get_point(viewer: Viewer, point_id: Any) -> Photometry:
    """One point as a row, with its obj; absent and hidden are never told apart."""
    key = path_key("photometry_id", point_id, BIG)
    visible = Photometry.objects.visible_to(viewer).select_related("obj")
    found = visible.filter(pk=key).first()
    if found is None:
        raise NotVisible(f"Cannot find photometry point with ID: {key}")
    return found


def editable(viewer: Viewer, point_id: int) -> dict[str, str]:
    """What a person may change of one point, as text: AB magnitudes, empty where it has none."""
    found = point(viewer, point_id)
    c = {name: column[0] for name, column in found.columns.items()}
    mag, magerr = (float(v) for v in phot.magnitude(c["flux"], c["fluxerr"]))
    limit = c["limiting_mag"] if c["limiting_mag"] is not None else float(phot.limiting_magnitude(c["fluxerr"]))
    values = {
        "mjd": c["mjd"], "filter": found.bandpasses[c["bandpass_id"]], "mag": mag, "magerr": magerr,
        "limiting_mag": limit, "origin": found.origins[c["origin_id"]], "ra": c["ra"], "dec": c["dec"],
        "magsys": "ab", "instrument_id": c["instrument_id"],
    }  # fmt: skip
    return {name: "" if value is None or value != value else str(value) for name, value in values.items()}


def points_in_range(
    viewer: Viewer, instrument_ids: list[int] | None, first: datetime | None, last: datetime | None
) -> PointColumns:
    """Points of some instruments between two times; refused where that would be more than a client can want."""
    points = Photometry.objects.visible_to(viewer)
    if instrument_ids is not None:
        points = points.filter(instrument__in=instrument_ids)
    if first:
        points = points.filter(mjd__gte=mjd_of(first))
    if last:
        points = points.filter(mjd__lte=mjd_of(last))
    found = _read(viewer, points.order_by("mjd", "pk")[: MOST_IN_RANGE + 1], None)
    if len(found) > MOST_IN_RANGE:
        raise Invalid(f"More than {MOST_IN_RANGE} points; narrow min_date and max_date.")
    return found


def period_of(viewer: Viewer, obj: Obj) -> float:
    """The newest period, in days, that an annotation gives; Invalid where none does."""
    said = said_period(viewer, obj)
    if said is None:
        raise Invalid(f"{obj.name} has no annotation with a period to fold by.")
    return said[0]


def said_period(viewer: Viewer, obj: Obj) -> tuple[float, str] | None:
    """The newest period, in days, that an annotation gives, and its origin."""
    rows = Annotation.objects.visible_to(viewer).filter(obj=obj, data__has_key="period").order_by("-modified")
    for data, origin in rows.values_list("data", "origin"):
        if isinstance(data["period"], int | float) and data["period"] > 0:
            return float(data["period"]), origin
    return None


def _read(
    viewer: Viewer,
    points: QuerySet,
    obj_names: dict[int, str] | None,
    *,
    owners: bool = False,
    streams: bool = False,
) -> PointColumns:
    rows = list(points.values_list(*_COLUMNS.values()))
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    columns |= _of_uploads(columns["upload_id"])
    used = {name: set(columns[name]) for name in ("obj_id", "bandpass_id", "instrument_id", "origin_id")}
    if obj_names is None:
        obj_names = dict(Obj.objects.filter(pk__in=used["obj_id"]).values_list("pk", "name"))
    group_lists, stream_lists = audience_members(viewer, set(columns["audience_id"]), streams=streams)
    bandpasses, instruments, origins = _names(used)
    return PointColumns(
        columns,
        obj_names,
        bandpasses,
        instruments,
        origins,
        group_lists,
        stream_lists,
        _owners(viewer, set(columns["owner_id"])) if owners else {},
    )


_NAMED = {"bandpass_id": Bandpass, "instrument_id": Instrument, "origin_id": Origin}


def _names(used: dict[str, set[int]]) -> list[dict[int, str]]:
    """Names of the bandpasses, instruments and origins by their ids, in one query."""
    several = [
        model._default_manager.filter(pk__in=used[column]).order_by().values_list(Value(n), "pk", "name")
        for n, (column, model) in enumerate(_NAMED.items())
    ]
    found: list[dict[int, str]] = [{} for _ in several]
    for n, pk, name in several[0].union(*several[1:], all=True):
        found[n][pk] = name
    return found


def _of_uploads(upload_ids: tuple) -> dict[str, tuple]:
    """When each point was uploaded and by whom, read once for each upload: reading a time costs as much as a point."""
    rows = Upload.objects.filter(pk__in=set(upload_ids)).values_list("pk", "created_at", "owner_id")
    uploads = {pk: (isoformat(created_at), owner_id) for pk, created_at, owner_id in rows}
    return {
        "created_at": tuple(uploads[pk][0] for pk in upload_ids),
        "owner_id": tuple(uploads[pk][1] for pk in upload_ids),
    }


def upload_uuid(upload_id: int) -> UUID:
    """The public name of an upload; who may see or delete its points is asked where that is done."""
    found = Upload.objects.filter(pk=upload_id).values_list("uuid", flat=True).first()
    if found is None:
        raise NotVisible(f"Cannot find upload {upload_id}.")
    return found


def upload_of(viewer: Viewer, point_id: int) -> UUID:
    """The public name of the upload that brought a point."""
    rows = Photometry.objects.visible_to(viewer).filter(pk=point_id)
    found = rows.values_list("upload__uuid", flat=True).first()
    if found is None:
        raise NotVisible(f"Cannot find photometry point with ID: {point_id}")
    return found


def brought_by(viewer: Viewer, upload_ids: NDArray) -> NDArray:
    """Of each point, who uploaded it and when, in words; two queries however many points."""
    occurring, where = np.unique(upload_ids, return_inverse=True)
    uploads = {u.pk: u for u in Upload.objects.filter(pk__in=occurring.tolist())}
    names = dict(
        groups.users(viewer).filter(pk__in={u.owner_id for u in uploads.values()}).values_list("pk", "username")
    )

    def words(pk: int) -> str:
        upload = uploads[pk]
        who = names.get(upload.owner_id, "somebody") if upload.owner_id else "the platform"
        return f"{who}, {upload.created_at:%Y-%m-%d %H:%M}, upload {pk}"

    return np.array([words(pk) for pk in occurring.tolist()], object)[where]


def audience_members(
    viewer: Viewer, audience_ids: Iterable[int], *, streams: bool = False
) -> tuple[dict[int, list[dict[str, Any]]], dict[int, list[dict[str, Any]]]]:
    """By audience, its groups (and streams) as far as the viewer may know of them."""
    audiences = list(Audience.objects.filter(pk__in=audience_ids))
    wanted = {g for audience in audiences for g in audience.group_ids}
    known = {
        g["id"]: g
        for g in groups.groups(viewer).filter(pk__in=wanted).values("id", "name", "nickname", "single_user_group")
    }
    by_group = {a.pk: [known[g] for g in a.group_ids if g in known] for a in audiences}
    if not streams:
        return by_group, {}
    names = {s["id"]: s for s in groups.streams(viewer).values("id", "name")}
    return by_group, {a.pk: [names[s] for s in a.stream_ids if s in names] for a in audiences}


def _owners(viewer: Viewer, ids: set[int | None]) -> dict[int, dict[str, Any]]:
    people = groups.users(viewer).filter(pk__in=ids - {None})
    return {p["id"]: p for p in people.values("id", "username", first=F("first_name"), last=F("last_name"))}
