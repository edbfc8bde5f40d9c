"""When a place was observed, and how deep: every visit that alerts of any object in the same exposure imply.

A survey's alerts name the exposure and the detector they were found on. Whatever lies amid the alerts of one detector
was observed too, also where nothing was found. For surveys that point at fixed fields (ZTF), alerts of all nights tell
what a detector of a field covers; for others those of the one exposure do. Rather missed than invented: the area is
the convex hull of the alerts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from apps.groups.models import Stream
from apps.groups.queries import streams as streams_of
from apps.sources.slots import Depth
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.photometry import limiting_magnitude
from skyportal.astro.time import JD_OF_MJD

from ..alerts import nights
from ..alerts.archive import night_of
from ..alerts.backtest import readable
from ..alerts.basics import column_at
from ..alerts.places import read_schema
from ..alerts.surveys import BY_KEY, rubin, ztf
from ..alerts.surveys.measures import CLOCKS
from .archived import archive, archive_name, reader, survey_key

NEAR = 60.0  # arcsec: so close to an alert is on its detector, hull or not
WIDEST = 1.5  # degrees: no detector reaches farther
MOST = 1000


@dataclass(frozen=True)
class Visit:
    """One exposure that covered the place."""

    mjd: float
    bandpass: str
    depth: float | None  # limiting magnitude, 5 sigma
    field: str
    alerts: int  # of any object, on the same detector


ZTF_FIELDS = ("jd", "fid", "field", "rcid", "diffmaglim", "ra", "dec")
LSST_FIELDS = ("visit", "detector", "band", "midpointMjdTai", "psfFluxErr", "ra", "dec")


def visits(viewer: Viewer, stream: Stream, ra: float, dec: float, first: str, last: str) -> list[Visit]:
    """Visits to a place (ICRS degrees) between two nights, the newest first."""
    if not (0 <= ra <= 360 and -90 <= dec <= 90):
        raise Invalid("Give a place as RA and Dec in degrees, or as 12:34:56 +12:34:56.")
    rows = _alerts_around(viewer, stream, ra, dec, first, last)
    by_place: dict[Any, list[dict]] = defaultdict(list)
    for row in rows:
        by_place[row["place"]].append(row)
    found = []
    for place, alerts in by_place.items():
        if covers(np.array([a["ra"] for a in alerts]), np.array([a["dec"] for a in alerts]), ra, dec):
            by_exposure: dict[Any, list[dict]] = defaultdict(list)
            for alert in alerts:
                by_exposure[alert["exposure"]].append(alert)
            found += [_visit(place, of_one) for of_one in by_exposure.values()]
    return sorted(found, key=lambda visit: -visit.mjd)[:MOST]


def depths(viewer: Viewer, ra: float, dec: float, first: float, last: float) -> list[Depth]:
    """Visits to a place between two MJDs, of every survey whose alerts the viewer may read and that names exposures."""
    found = []
    for stream in streams_of(viewer):
        if (key := survey_key(stream)) in ("ztf", "lsst"):
            seen = visits(viewer, stream, ra, dec, night_of(first), night_of(last))
            instrument = BY_KEY[key].instrument
            found += [Depth(one.mjd, one.bandpass, one.depth, instrument) for one in seen if one.depth is not None]
    return list({(one.mjd, one.bandpass): one for one in found}.values())


def _visit(place: tuple, alerts: list[dict]) -> Visit:
    depths = [a["depth"] for a in alerts if a["depth"] is not None and np.isfinite(a["depth"])]
    depth = float(np.median(depths)) if depths else None
    return Visit(alerts[0]["mjd"], alerts[0]["bandpass"], depth, " / ".join(map(str, place)), len(alerts))


def covers(ra: np.ndarray, dec: np.ndarray, at_ra: float, at_dec: float) -> bool:
    """Whether a place lies within the convex hull of others, or within an arcminute of one.

    In the tangent plane of the place itself it is inside when the directions to the others leave no gap of half a
    turn.
    """
    x = np.cos(np.radians(at_dec)) * ((ra - at_ra + 180) % 360 - 180)
    y = dec - at_dec
    if (np.hypot(x, y) * 3600 <= NEAR).any():
        return True
    angles = np.sort(np.arctan2(y, x))
    gaps = np.diff(np.concatenate([angles, angles[:1] + 2 * np.pi]))
    return len(angles) >= 3 and bool(gaps.max() < np.pi)


def _alerts_around(viewer: Viewer, stream: Stream, ra: float, dec: float, first: str, last: str) -> list[dict]:
    may_read, kept, found = reader(viewer, stream), archive(), []
    for path in kept.parts(archive_name(stream), first or "", last or "99999999"):
        try:
            schema = read_schema(path)
            survey = nights.survey_of_part(schema, survey_key(stream))
            if survey.key not in ("ztf", "lsst"):
                raise Invalid(f"Alerts of {survey.label} do not name their exposures, so no visit can be told.")
            above, names = ("candidate", ZTF_FIELDS) if survey.key == "ztf" else ("diaSource", LSST_FIELDS)
            columns = [f"{above}.{name}" for name in names if nights.has(schema, f"{above}.{name}")]
            programme = [survey.programid] if survey.programid else []
            for table in nights.read(path, [*columns, *programme], 20_000):
                near = _near(table, above, ra, dec)
                if near.any():
                    some = table.filter(pa.array(near))
                    some = some.filter(pa.array(readable(some, survey.programid, may_read)))
                    records = column_at(some, [above]).to_pylist() if len(some) else []
                    found += [row for r in records if (row := (_ztf if survey.key == "ztf" else _lsst)(r))]
        except FileNotFoundError:  # merged just now
            continue
    return found


def _near(table: pa.Table, above: str, ra: float, dec: float) -> np.ndarray:
    at_ra, at_dec = (
        np.asarray(column_at(table, [above, name]).to_numpy(zero_copy_only=False), float) for name in ("ra", "dec")
    )
    with np.errstate(invalid="ignore"):
        across = np.abs((at_ra - ra + 180) % 360 - 180) * max(np.cos(np.radians(dec)), 1e-3)
        return (np.abs(at_dec - dec) < WIDEST) & (across < WIDEST)


def _ztf(record: dict[str, Any]) -> dict[str, Any] | None:
    if record.get("field") is None or record.get("rcid") is None or record.get("ra") is None:
        return None
    mjd = record["jd"] - JD_OF_MJD
    return {
        "place": (record["field"], record["rcid"]), "exposure": (round(mjd * 86_400), record["fid"]), "mjd": mjd,
        "bandpass": ztf.BANDS.get(record["fid"], ""), "depth": record.get("diffmaglim"),
        "ra": record["ra"], "dec": record["dec"],
    }  # fmt: skip


def _lsst(record: dict[str, Any]) -> dict[str, Any] | None:
    """A Rubin alert gives no limiting magnitude: five times the error of its flux stands for it."""
    if record.get("visit") is None or record.get("detector") is None or record.get("ra") is None:
        return None
    error = record.get("psfFluxErr")
    depth = float(limiting_magnitude(error * rubin.NANOJANSKY, 5.0)) if error else None
    place = (record["visit"], record["detector"])
    return {
        "place": place, "exposure": place, "mjd": CLOCKS["tai"](record["midpointMjdTai"]),

        "bandpass": rubin.BANDS.get(str(record.get("band")), ""),
        "depth": depth, "ra": record["ra"], "dec": record["dec"],
    }  # fmt: skip
