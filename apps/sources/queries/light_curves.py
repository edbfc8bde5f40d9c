"""Light curves as columns, for pictures: many objs in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from skyportal.access.viewer import Viewer
from skyportal.astro import photometry

from ..models import Photometry

MOST_POINTS = 20_000
"""Points drawn of one obj, newest first; a page says when there are more."""


@dataclass(frozen=True, slots=True)
class LightCurve:
    """Points of one obj in order of time; all arrays have one length, fluxes in µJy (AB 23.9).

    ``mag`` and ``magerr`` are NaN where the point is no detection, ``limit`` is its limiting magnitude.
    """

    id: NDArray
    mjd: NDArray
    flux: NDArray
    fluxerr: NDArray
    mag: NDArray
    magerr: NDArray
    limit: NDArray
    ref_flux: NDArray
    bandpass: NDArray
    instrument: NDArray
    origin: NDArray
    flags: NDArray

    def __len__(self) -> int:
        return len(self.mjd)

    @property
    def detected(self) -> NDArray:
        return np.isfinite(self.mag)

    @property
    def forced(self) -> NDArray:
        return (self.flags & Photometry.FORCED) > 0


_COLUMNS = (
    "p.obj_id, p.id, p.mjd, p.flux, p.fluxerr, p.limiting_mag, p.ref_flux, p.bandpass_id, p.instrument_id, p.origin_id,"
    " p.flags"
)


def light_curves(viewer: Viewer, obj_ids: Sequence[int]) -> dict[int, LightCurve]:
    """The light curve of each of these objs, of the points the viewer may read. Two queries, however many objs."""
    if not obj_ids:
        return {}
    visible = Photometry.objects.visible_to(viewer).filter(obj_id__in=list(obj_ids)).order_by().values_list("pk")
    inner, args = visible.query.sql_with_params()
    sql = f"select {_COLUMNS} from sources_photometry p where p.id in ({inner}) order by p.obj_id, p.mjd"  # noqa: S608 - our own compiled query
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        rows = cursor.fetchall()
    if not rows:
        return {}
    return _by_obj(list(zip(*rows, strict=True)))


def _by_obj(columns: list[tuple[Any, ...]]) -> dict[int, LightCurve]:
    obj_ids = np.array(columns[0])
    id_, mjd, flux, fluxerr, limiting, ref = (np.array(column, float) for column in columns[1:7])
    names = [_names(table, np.array(column)) for table, column in zip(_TABLES, columns[7:10], strict=True)]
    flags = np.array(columns[10])
    mag, magerr = photometry.magnitude(flux, fluxerr)
    faint = photometry.signal_to_noise(flux, fluxerr) < photometry.DETECTION_SNR
    mag[faint], magerr[faint] = np.nan, np.nan
    limit = np.where(np.isfinite(limiting), limiting, photometry.limiting_magnitude(fluxerr))
    everything = (id_.astype(np.int64), mjd, flux, fluxerr, mag, magerr, limit, ref, *names, flags)
    starts = np.flatnonzero(np.r_[True, obj_ids[1:] != obj_ids[:-1]])
    stops = np.r_[starts[1:], len(obj_ids)]
    return {
        int(obj_ids[a]): LightCurve(*(column[a:b] for column in everything)) for a, b in zip(starts, stops, strict=True)
    }


_TABLES = ("sources_bandpass", "sources_instrument", "sources_origin")


def _names(table: str, ids: NDArray) -> NDArray:
    """The names of these ids; tables are small, and only the ids that occur are asked for."""
    occurring, where = np.unique(ids, return_inverse=True)
    with connection.cursor() as cursor:
        cursor.execute(f"select id, name from {table} where id = any(%s)", [occurring.tolist()])  # noqa: S608 - constants
        names = dict(cursor.fetchall())
    return np.array([names.get(int(i), "") for i in occurring], dtype=object)[where]
