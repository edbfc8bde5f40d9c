"""Points out of the rows that brokers give, and the form in which the public API shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from skyportal.access.errors import Invalid
from skyportal.astro.photometry import AB_ZEROPOINT, magnitude
from skyportal.astro.time import JD_OF_MJD
from skyportal.astro.zeropoints import NoZeropoint, ab_offset
from skyportal.outside import Unreachable

from ..alerts.lightcurve import Point, light_curve
from .base import Known

if TYPE_CHECKING:
    from ..alerts.surveys.measures import Measure


def measured(measure: Measure, rows: Iterable[Mapping[str, Any]], origin: str | None = None) -> tuple[Point, ...]:
    """The measurements among these rows, each once, in order of time; what is none is left out."""
    points = []
    for row in rows:
        try:
            point = measure(row, origin)
        except (TypeError, ValueError, OverflowError):
            continue
        if point is not None:
            points.append(point)
    return tuple(light_curve(points).points())


def mean_place(points: Iterable[Point]) -> tuple[float, float]:
    """Where the points lie together, ICRS degrees; across 0 h too."""
    placed = [(p.ra, p.dec) for p in points if math.isfinite(p.ra) and math.isfinite(p.dec)]
    if not placed:
        raise Unreachable("The broker gave no position.")
    ra, dec = np.radians(np.array(placed)).T
    x, y, z = (np.cos(dec) * np.cos(ra)).mean(), (np.cos(dec) * np.sin(ra)).mean(), np.sin(dec).mean()
    return math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))


def place_of(ra: Any, dec: Any, points: Iterable[Point]) -> tuple[float, float]:
    """Where the broker says that an object is, else where its points lie together."""
    return mean_place(points) if ra is None or dec is None else (float(ra), float(dec))


def newest_candid(points: Iterable[Point]) -> str:
    """The id of the newest alert among these points; empty where none has one."""
    newest = max((point for point in points if point.candid), key=lambda point: point.mjd, default=None)
    return newest.candid if newest else ""


def without_prefix(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Columns that begin with a prefix, without it."""
    return {name[len(prefix) :]: value for name, value in row.items() if name.startswith(prefix)}


def shown(known: Known) -> dict[str, Any]:
    """An object as the public API shows an alert: ``objectId``, ``candidate``, ``prv_candidates``."""
    rows = [_shown(point) for point in known.points]
    seen = [row for row in rows if row["magpsf"] is not None or row["psfFlux"] is not None]
    newest = seen[-1] if seen else {}
    return {
        "objectId": known.name,
        "candid": known.candid or None,
        "survey": known.survey,
        "candidate": {**newest, "ra": known.ra, "dec": known.dec},
        "prv_candidates": rows,
        "broker": dict(known.facts),
    }


def _shown(point: Point) -> dict[str, Any]:
    mag, magerr = (float(value) for value in magnitude(point.flux, point.fluxerr))
    return {
        "jd": point.mjd + JD_OF_MJD,
        "band": point.bandpass,
        "magpsf": _or_none(mag),
        "sigmapsf": _or_none(magerr),
        "psfFlux": _or_none(point.flux * 1e3),  # nJy
        "psfFluxErr": _or_none(point.fluxerr * 1e3),
        "diffmaglim": _or_none(point.limiting_mag),
        "ra": _or_none(point.ra),
        "dec": _or_none(point.dec),
        "programid": point.programid,
        "candid": point.candid or None,
    }


def plainly(facts: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """What a broker says of an object, as names and words; what is in a thing is named after it."""
    found: list[tuple[str, str]] = []
    for key, value in facts.items():
        name = f"{above} · {key}" if above else str(key)
        if isinstance(value, Mapping) and above.count("·") < 2:
            found += plainly(value, name)
        elif isinstance(value, list | tuple) and all(isinstance(one, str | int | float) for one in value):
            found += [(name, ", ".join(str(one) for one in value))] if value else []
        elif isinstance(value, bool):
            found.append((name, "yes" if value else "no"))
        elif value not in (None, "", {}, []):
            found.append((name, f"{value:.6g}" if isinstance(value, float) else str(value)))
    return found[:MOST_FACTS]


MOST_FACTS = 60


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def magnitudes(known: Known, form: str, magsys: str, origin: str) -> list[dict[str, Any]]:
    """A broker's points as those kept here are shown (`GET /sources/{id}/photometry`); they have no id."""
    if form not in ("mag", "flux", "both"):
        raise Invalid("Invalid format: a broker's points are given as mag, flux or both.")
    rows = []
    for point in known.points:
        try:
            offset = ab_offset(point.bandpass, magsys)
        except NoZeropoint as problem:
            raise Invalid(str(problem)) from None
        row: dict[str, Any] = {
            "id": None, "obj_id": known.name, "filter": point.bandpass, "mjd": point.mjd, "magsys": magsys,
            "instrument_name": known.survey, "origin": origin, "ra": _or_none(point.ra), "dec": _or_none(point.dec),
            "altdata": None,
        }  # fmt: skip
        if form in ("mag", "both"):
            mag, magerr = (float(value) for value in magnitude(point.flux, point.fluxerr))
            row |= {"mag": _or_none(mag - offset), "magerr": _or_none(magerr),
                    "limiting_mag": _or_none(point.limiting_mag - offset)}  # fmt: skip
        if form in ("flux", "both"):
            row |= {"flux": _or_none(point.flux), "fluxerr": _or_none(point.fluxerr), "zp": AB_ZEROPOINT - offset}
        rows.append(row)
    return rows
