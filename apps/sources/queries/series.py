"""Reading photometric series: rows of figures, and the points in their files."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.envelope import isoformat
from skyportal.api.params import BIG, path_key
from skyportal.astro import photometry as phot
from skyportal.astro.series import Series, read

from ..models import Obj, PhotometricSeries
from ..slots import series_links
from .came_from import come_from, origins_of
from .objs import ids_in_cone
from .photometry import PointColumns, audience_members

COLUMNS = (
    "id", "series_name", "series_obj_id", "filter", "channel", "origin", "ra", "dec", "ra_unc", "dec_unc", "exp_time",
    "frame_rate", "num_exp", "time_stamp_alignment", "magref", "e_magref", "limiting_mag", "altdata", "mjd_first",
    "mjd_mid", "mjd_last", "mjd_last_detected", "is_detected", "mean_mag", "rms_mag", "robust_mag", "robust_rms",
    "median_snr", "best_snr", "worst_snr", "filename", "hash", "instrument_id", "owner_id", "created_at", "modified",
)  # fmt: skip
SORTABLE = {name: name for name in COLUMNS if name != "altdata"} | {"obj_id": "obj__name"}
FORMATS = ("json", "hdf5", "none")


def get_series(viewer: Viewer, series_id: Any) -> PhotometricSeries:
    """One series; absent and hidden are never told apart."""
    key = path_key("photometric_series_id", series_id, BIG)
    visible = PhotometricSeries.objects.visible_to(viewer).select_related("obj", "audience", "instrument")
    found = visible.filter(pk=key).first()
    if found is None:
        raise NotVisible(f"Cannot find photometric series with ID: {key}")
    return found


def body_of(row: PhotometricSeries) -> bytes:
    """The HDF5 file."""
    try:
        with default_storage.open(row.filename) as file:
            return file.read()
    except OSError:
        raise NotVisible(f"The file of series {row.pk} is lost; upload the series again.", status=404) from None


def points_in(row: PhotometricSeries) -> Series:
    return read(body_of(row))


def shown(viewer: Viewer, rows: list[PhotometricSeries], form: str = "none") -> list[dict[str, Any]]:
    """Series as the public API shows them; ``data`` as a dict of lists or as the file in base64."""
    if form not in FORMATS:
        raise Invalid(f"Invalid dataFormat: must be one of {', '.join(FORMATS)}.")
    groups, streams = audience_members(viewer, {row.audience_id for row in rows}, streams=True)
    links = origins_of(series_links, viewer, [row.pk for row in rows])
    answers = []
    for row in rows:
        answer = {name: getattr(row, name) for name in COLUMNS} | {"obj_id": row.obj.name}
        answer |= {"instrument_name": row.instrument.name, "groups": groups[row.audience_id]}
        answer |= {"streams": streams[row.audience_id], **links[row.pk]}
        if form == "hdf5":
            answer["data"] = base64.b64encode(body_of(row)).decode()
        elif form == "json":
            answer["data"] = {name: _finite(column) for name, column in points_in(row).columns.items()}
        answers.append(answer)
    return answers


def _finite(column: Any) -> list[Any]:
    return [None if value != value or value in (np.inf, -np.inf) else value for value in column.tolist()]


# --- lists -----------------------------------------------------------------------------------------------------------

Narrow = Callable[[QuerySet, Any], QuerySet]


def _where(rows: QuerySet, value: Any, *, lookup: str) -> QuerySet:
    return rows.filter(**{lookup: value})


def _without(rows: QuerySet, name: str) -> QuerySet:
    return rows.exclude(obj__name__icontains=name)


def _no_limit(rows: QuerySet, wanted: bool) -> QuerySet:
    return rows.filter(limiting_mag__isnull=wanted)


_LOOKUPS = {
    "objectID": "obj__name__icontains", "seriesName": "series_name__icontains",
    "seriesObjID": "series_obj_id__icontains", "filter": "filter", "channel": "channel", "origin": "origin__icontains",
    "filename": "filename__icontains", "startBefore": "mjd_first__lte", "startAfter": "mjd_first__gte",
    "midBefore": "mjd_mid__lte", "midAfter": "mjd_mid__gte", "endBefore": "mjd_last__lte",
    "endAfter": "mjd_last__gte", "detected": "is_detected", "expTime": "exp_time", "minExpTime": "exp_time__gte",
    "maxExpTime": "exp_time__lte", "minFrameRate": "frame_rate__gte", "maxFrameRate": "frame_rate__lte",
    "minNumExposures": "num_exp__gte", "maxNumExposures": "num_exp__lte", "instrumentID": "instrument_id",
    "ownerID": "owner_id", "limitingMagBrighterThan": "limiting_mag__lte",
    "limitingMagFainterThan": "limiting_mag__gte",
    "magrefBrighterThan": "magref__lte", "magrefFainterThan": "magref__gte", "minMedianSNR": "median_snr__gte",
    "maxMedianSNR": "median_snr__lte", "minBestSNR": "best_snr__gte", "maxBestSNR": "best_snr__lte",
    "minWorstSNR": "worst_snr__gte", "maxWorstSNR": "worst_snr__lte", "hash": "hash",
}  # fmt: skip
FILTERS: dict[str, Narrow] = {name: partial(_where, lookup=lookup) for name, lookup in _LOOKUPS.items()} | {
    "rejectedObjectID": _without,
    "limitingMagIsNaN": _no_limit,
}
"""By public name, what a parameter does to the rows."""
_OF_MAGNITUDES = {
    "magBrighterThan": ("mag__lte", "mean_mag__lte"), "magFainterThan": ("mag__gte", "mean_mag__gte"),
    "minRMS": ("rms__gte", "rms_mag__gte"), "maxRMS": ("rms__lte", "rms_mag__lte"),
}  # fmt: skip


def page_of(viewer: Viewer, asked: Mapping[str, Any], start: int, stop: int) -> tuple[list[PhotometricSeries], int]:
    """Series that fulfil all that is asked, and how many they are."""
    rows: QuerySet[PhotometricSeries] = PhotometricSeries.objects.visible_to(viewer)
    for name, narrow in FILTERS.items():
        if asked[name] is not None:
            rows = narrow(rows, asked[name])
    for name, (robust, plain) in _OF_MAGNITUDES.items():
        if asked[name] is not None:
            rows = rows.filter(**{f"robust_{robust}" if asked["useRobustMagAndRMS"] else plain: asked[name]})
    for name, field in (("followupRequestID", "followup_request_id"), ("assignmentID", "assignment_id")):
        if asked[name] is not None:
            rows = rows.filter(pk__in=come_from(series_links, viewer, field, [asked[name]]))
    place = [asked[name] for name in ("ra", "dec", "radius")]
    if any(part is not None for part in place):
        rows = rows.filter(_within(*place))
    if asked["sortBy"] not in SORTABLE or asked["sortOrder"] not in ("asc", "desc"):
        raise Invalid(f"Invalid sortBy or sortOrder: use one of {', '.join(sorted(SORTABLE))}, and asc or desc.")
    key = F(SORTABLE[asked["sortBy"]])
    order = key.asc(nulls_last=True) if asked["sortOrder"] == "asc" else key.desc(nulls_last=True)
    found = rows.select_related("obj", "instrument").order_by(order, "pk")
    return list(found[start:stop]), rows.count()


def _within(ra: float | None, dec: float | None, radius: float | None) -> Q:
    if ra is None or dec is None or radius is None:
        raise Invalid("If any of 'ra', 'dec' or 'radius' are provided, all three are required.")
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 10):
        raise Invalid("Invalid values for ra, dec or radius: degrees, with a radius from 0 to 10.")
    return Q(obj__in=ids_in_cone(ra, dec, radius * 3600))


# --- of one obj ------------------------------------------------------------------------------------------------------


def series_of(viewer: Viewer, obj: Obj) -> list[PhotometricSeries]:
    """The series of an obj that the viewer may read, in order of time."""
    rows = PhotometricSeries.objects.visible_to(viewer).filter(obj=obj)
    return list(rows.select_related("obj", "instrument").order_by("mjd_first", "pk"))


def points_of(viewer: Viewer, obj: Obj) -> list[PointColumns]:
    """The points of each series of an obj, as points of photometry are read; those without a flux are left out."""
    return [_as_points(viewer, row) for row in series_of(viewer, obj)]


def _as_points(viewer: Viewer, row: PhotometricSeries) -> PointColumns:
    series = points_in(row)
    flux, fluxerr = series.fluxes
    known = np.isfinite(flux)
    n = int(known.sum())
    same = {
        "id": None, "obj_id": row.obj_id, "limiting_mag": row.limiting_mag, "bandpass_id": 0,
        "instrument_id": row.instrument_id, "origin_id": 0, "audience_id": row.audience_id, "ra": row.ra,
        "dec": row.dec, "ra_unc": row.ra_unc, "dec_unc": row.dec_unc, "altdata": {"series_id": row.pk}, "flags": 0,
        "created_at": isoformat(row.created_at), "owner_id": row.owner_id, "ref_flux": None, "ref_fluxerr": None,
    }  # fmt: skip
    if row.magref is not None:
        ref_flux, ref_fluxerr = phot.flux_density(row.magref, row.e_magref or 0.0)
        same |= {"ref_flux": float(ref_flux), "ref_fluxerr": float(ref_fluxerr)}
    columns = {name: (value,) * n for name, value in same.items()}
    measured = {"mjd": series.mjd, "flux": flux, "fluxerr": fluxerr}
    columns |= {name: tuple(column[known].tolist()) for name, column in measured.items()}
    groups, streams = audience_members(viewer, {row.audience_id}, streams=True)
    return PointColumns(
        columns, {row.obj_id: row.obj.name}, {0: row.filter}, {row.instrument_id: row.instrument.name},
        {0: row.origin or "None"}, groups, streams, {},
    )  # fmt: skip
