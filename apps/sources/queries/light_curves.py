"""Light curves as columns, for pictures: many objs in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from skyportal.access.viewer import Viewer
from skyportal.astro import photometry
from skyportal.astro.epochs import best_of_epochs

from ..models import Photometry
from ..slots import Depth

MOST_POINTS = 20_000
"""Points drawn of one obj, newest first; a page says when there are more."""


BAD = "bad"
ALERT = Photometry.ALERT
"""The flag of points that an alert brought."""


@dataclass(frozen=True)
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
    ref_fluxerr: NDArray
    exposure: NDArray
    bandpass: NDArray
    instrument: NDArray
    origin: NDArray
    flags: NDArray
    upload: NDArray
    verdict: NDArray
    """Whether somebody found it good, bad or doubtful; "" where nobody looked."""
    note: NDArray
    """What they wrote beside it."""

    def __len__(self) -> int:
        return len(self.mjd)

    @property
    def detected(self) -> NDArray:
        return np.isfinite(self.mag)

    @property
    def forced(self) -> NDArray:
        return (self.flags & Photometry.FORCED) > 0

    @cached_property
    def snr(self) -> NDArray:
        return photometry.signal_to_noise(self.flux, self.fluxerr)

    @cached_property
    def when(self) -> NDArray:
        """UTC to the second, as text."""
        moments = np.datetime64("1858-11-17") + np.round(self.mjd * 86400).astype("timedelta64[s]")
        return np.char.replace(np.datetime_as_string(moments, unit="s"), "T", " ").astype(object)

    @cached_property
    def kind(self) -> NDArray:
        """How each was measured, in words: "forced · alert · difference"."""
        return np.array([Photometry.in_words(flag) for flag in range(Photometry.ALL_FLAGS + 1)], object)[self.flags]

    @property
    def judged(self) -> NDArray:
        """The verdict with its note; "" where there is none."""
        pairs = zip(self.verdict.tolist(), self.note.tolist(), strict=True)
        return np.array([f"{verdict} · {note}" if note else verdict for verdict, note in pairs], object)

    @cached_property
    def stands_for(self) -> NDArray:
        """By point, the index of the best measurement of its epoch, often itself.

        One epoch is 30 s of one instrument in one band on the same kind of image. Best is what nobody found bad, then
        a measured flux before a limit, forced before found, then the newest upload, then the newest point.
        """
        measured = np.isfinite(self.flux)
        rank = np.column_stack([self.verdict != BAD, measured, self.forced, self.upload, self.id])
        return best_of_epochs(self._series, self.mjd, rank, numbered(self.origin)[0])

    @property
    def _series(self) -> NDArray:
        difference = (self.flags & Photometry.DIFFERENCE) > 0
        return (numbered(self.instrument)[0] * 10_000 + numbered(self.bandpass)[0]) * 2 + difference

    @cached_property
    def best(self) -> NDArray:
        """Which points are the best measurement of their epoch."""
        return self.stands_for == np.arange(len(self))

    def take(self, rows: NDArray) -> LightCurve:
        """Some of its points, by a mask or by index."""
        return LightCurve(*(getattr(self, column.name)[rows] for column in fields(self)))

    def with_depths(self, depths: Iterable[Depth]) -> LightCurve:
        """And visits at which nothing was measured, as upper limits after its own points. They have no id."""
        seen = {(band, round(mjd * 2880)) for band, mjd in zip(self.bandpass.tolist(), self.mjd.tolist(), strict=True)}
        new = [one for one in depths if not {(one.bandpass, round(one.mjd * 2880) + n) for n in (-1, 0, 1)} & seen]
        if not new:
            return self
        told = LightCurve.of_plain({
            "id": [0] * len(new), "mjd": [one.mjd for one in new], "limit": [one.limiting_mag for one in new],
            "bandpass": [one.bandpass for one in new], "instrument": [one.instrument for one in new],
            "origin": ["pointing"] * len(new),
        })  # fmt: skip
        return LightCurve(*(np.concatenate([getattr(self, f.name), getattr(told, f.name)]) for f in fields(self)))

    def plain(self, names: Iterable[str]) -> dict[str, list[Any]]:
        """Some of its columns as JSON can hold them: null where a number is unknown."""
        return {name: plain_column(getattr(self, name)) for name in names}

    @classmethod
    def of_plain(cls, columns: Mapping[str, list[Any]]) -> LightCurve:
        """A light curve out of what `plain` gave; columns that were not kept say nothing."""
        count = len(columns["mjd"])
        unsaid: dict[str, Any] = {"id": np.arange(count)} | dict.fromkeys(("flags", "upload"), np.zeros(count, int))
        unsaid |= dict.fromkeys(_TEXTS, np.full(count, "", object))
        kinds: dict[str, Any] = {"id": int, "flags": int, "upload": int} | dict.fromkeys(_TEXTS, object)

        def column(name: str) -> NDArray:
            if name not in columns:
                return unsaid.get(name, np.full(count, np.nan))
            return np.array(columns[name], kinds.get(name, float))

        return cls(*(column(field.name) for field in fields(cls)))


def plain_column(column: Any) -> list[Any]:
    return [None if isinstance(v, float) and not np.isfinite(v) else v for v in np.asarray(column).tolist()]


_TEXTS = ("bandpass", "instrument", "origin", "verdict", "note")


def numbered(names: NDArray) -> tuple[NDArray, list[str]]:
    """Texts as small numbers, and the texts behind them."""
    words: dict[str, int] = {}
    codes = [words.setdefault(name, len(words)) for name in names.tolist()]
    return np.array(codes, np.int32), list(words)


_OF_POINTS = (
    "obj_id", "id", "mjd", "flux", "fluxerr", "limiting_mag", "ref_flux", "ref_fluxerr", "bandpass_id", "instrument_id",
    "origin_id", "flags", "upload_id", "altdata",
)  # fmt: skip
_COLUMNS = (
    "p.obj_id, p.id, p.mjd, p.flux, p.fluxerr, p.limiting_mag, p.ref_flux, p.ref_fluxerr, p.bandpass_id,"
    " p.instrument_id, p.origin_id, p.flags, p.upload_id, p.altdata->>'exposure', case when v.id is null then ''"
    " when v.validated then 'good' when not v.validated then 'bad' else 'doubtful' end,"
    " concat_ws(' · ', nullif(v.explanation, ''), nullif(v.notes, ''))"
)


def light_curves(viewer: Viewer, obj_ids: Sequence[int]) -> dict[int, LightCurve]:
    """The light curve of each of these objs, of the points the viewer may read. Four queries, however many objs."""
    if not obj_ids:
        return {}
    visible = Photometry.objects.visible_to(viewer).filter(obj_id__in=list(obj_ids)).order_by().values(*_OF_POINTS)
    inner, args = visible.query.sql_with_params()
    # The points are read where they are found. Looked up again by their ids, five thousand took a minute in a database
    # that took the table for empty, as one that was just restored does.
    sql = (
        f"select {_COLUMNS} from ({inner}) as p left join sources_pointvalidation v on v.photometry_id = p.id"  # noqa: S608 - our own compiled query
        " order by p.obj_id, p.mjd, p.id"
    )
    columns = columns_of(sql, args)
    return _by_obj(columns) if columns else {}


def columns_of(sql: str, args: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a query finds, column by column; none where it finds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        return list(zip(*cursor.fetchall(), strict=True))


def light_curve(viewer: Viewer, obj_id: int) -> LightCurve | None:
    """The light curve of one obj; None where the viewer may read no point of it."""
    return light_curves(viewer, [obj_id]).get(obj_id)


def _by_obj(columns: list[tuple[Any, ...]]) -> dict[int, LightCurve]:
    obj_ids = np.array(columns[0])
    id_ = np.array(columns[1])
    mjd, flux, fluxerr, limiting, ref, referr = (np.array(column, float) for column in columns[2:8])
    names = names_of_points(*columns[8:11])
    flags, upload = np.array(columns[11]), np.array(columns[12])
    mag, magerr = photometry.magnitude(flux, fluxerr)
    faint = photometry.signal_to_noise(flux, fluxerr) < photometry.DETECTION_SNR
    mag[faint], magerr[faint] = np.nan, np.nan
    limit = np.where(np.isfinite(limiting), limiting, photometry.limiting_magnitude(fluxerr))
    measured = (id_, mjd, flux, fluxerr, mag, magerr, limit, ref, referr, _seconds(columns[13]))
    words = (np.array(column, object) for column in columns[14:16])
    everything = (*measured, *names, flags, upload, *words)
    starts = np.flatnonzero(np.r_[True, obj_ids[1:] != obj_ids[:-1]])
    stops = np.r_[starts[1:], len(obj_ids)]
    return {
        int(obj_ids[a]): LightCurve(*(column[a:b] for column in everything)) for a, b in zip(starts, stops, strict=True)
    }


def _seconds(texts: tuple[str | None, ...]) -> NDArray:
    """Exposure times, NaN where none or nonsense is written: what is beside a point is its uploader's."""

    def seconds(text: str | None) -> float:
        try:
            return float(text) if text else np.nan
        except ValueError:
            return np.nan

    return np.array([seconds(text) for text in texts], float)


def names_of_points(
    bandpasses: Sequence[int], instruments: Sequence[int], origins: Sequence[int]
) -> tuple[NDArray, NDArray, NDArray]:
    """The names behind the ids of points, column by column. Three queries."""
    return (
        _names("sources_bandpass", bandpasses),
        _names("sources_instrument", instruments),
        _names("sources_origin", origins),
    )


def _names(table: str, ids: Sequence[int]) -> NDArray:
    """Tables are small, and only the ids that occur are asked for: joined, each point would carry its texts."""
    occurring, where = np.unique(np.array(ids), return_inverse=True)
    with connection.cursor() as cursor:
        cursor.execute(f"select id, name from {table} where id = any(%s)", [occurring.tolist()])  # noqa: S608 - constants
        names = dict(cursor.fetchall())
    return np.array([names.get(int(i), "") for i in occurring], dtype=object)[where]
