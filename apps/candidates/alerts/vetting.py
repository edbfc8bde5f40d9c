"""How likely an alert is a new transient: seven terms from what the packet itself says, each with what it used.

A term is between 0 (speaks against) and 1 (speaks for); None where the packet does not tell, and then it counts for
nothing. The numbers below are in docs/vetting.md with the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

TERMS = {
    "real_bogus": "Real/bogus",
    "star": "Star underneath",
    "bright_star": "Bright star near",
    "minor_planet": "Minor planet",
    "history": "History",
    "host": "Off the nucleus",
    "known": "Known variable or AGN",
}
"""Terms in the order in which they are shown. `known` comes from catalogue annotations, not from the packet."""
WEIGHTS = {"real_bogus": 3.0, "star": 2.0, "bright_star": 1.0, "minor_planet": 3.0, "history": 1.0, "host": 0.0,
           "known": 2.0}  # fmt: skip
"""What each counts for a group that chose nothing. Whether a nuclear transient is wanted is for the group to say."""

POINT_LIKE = 0.5  # star/galaxy score above which a PS1 source is rather a star
UNDERNEATH, BESIDE = 1.0, 3.0  # arcsec: a star so near is the alert's source; one so far is not
BRIGHT = 15.0  # magnitude
NEAR_PLANET = 10.0  # arcsec
SAME_VISIT = 0.02  # days: detections so close in time do not tell a moving object
YOUNG, OLD = 100.0, 365.0  # days since the first detection
NUCLEUS, OUTSIDE, OF_HOST = 0.5, 1.5, 15.0  # arcsec from a galaxy


def facts(record: Mapping[str, Any], survey: str) -> dict[str, Any]:
    """What of a packet the terms need, under names of our own; what is missing or a survey's "unknown" is left out."""
    read = {"ztf": _ztf, "lsst": _lsst}.get(survey)
    found = read(record) if read else {}
    return {name: value for name, value in found.items() if value is not None}


def _ztf(record: Mapping[str, Any]) -> dict[str, Any]:
    said = record.get("candidate")
    if not isinstance(said, Mapping):
        return {}
    stars = [(d, m) for n in (1, 2, 3) if (d := _known(said, f"distpsnr{n}")) is not None
             and (_known(said, f"sgscore{n}") or 0) > POINT_LIKE and (m := _known(said, f"srmag{n}")) is not None
             and m < BRIGHT]  # fmt: skip
    gaia = _known(said, "neargaiabright"), _known(said, "maggaiabright")
    if None not in gaia:
        stars.append(gaia)  # type: ignore[arg-type]
    nearest = min(stars, key=lambda star: star[0] / shine(star[1]), default=None)
    first, now = _known(said, "jdstarthist"), _known(said, "jd")
    planet = _known(said, "ssdistnr")
    return {
        "real": _known(said, "drb") if _known(said, "drb") is not None else _known(said, "rb"),
        "ps1_distance": _known(said, "distpsnr1"),
        "ps1_star": _known(said, "sgscore1"),
        "stars_looked_for": True if "neargaiabright" in said or "distpsnr1" in said else None,
        "bright_distance": nearest[0] if nearest else None,
        "bright_mag": nearest[1] if nearest else None,
        "planets_looked_for": True if "ssdistnr" in said else None,
        "planet_distance": planet,
        "planet": str(said["ssnamenr"]) if planet is not None and said.get("ssnamenr") not in (None, "null") else None,
        "detections": _known(said, "ndethist"),
        "days": now - first if first is not None and now is not None and now >= first else None,
    }


def _lsst(record: Mapping[str, Any]) -> dict[str, Any]:
    source, known = record.get("diaSource"), record.get("diaObject")
    if not isinstance(source, Mapping):
        return {}
    known = known if isinstance(known, Mapping) else {}
    earlier = record.get("prvDiaSources") or []
    first = _known(known, "firstDiaSourceMjdTai")
    times = [t for row in earlier if isinstance(row, Mapping) and (t := _known(row, "midpointMjdTai")) is not None]
    first, now = first if first is not None else min(times, default=None), _known(source, "midpointMjdTai")
    count = _known(known, "nDiaSources")
    planet, body = bool(source.get("ssObjectId")), record.get("ssSource")
    body = body if isinstance(body, Mapping) else {}
    return {
        "real": _known(source, "reliability"),
        "planets_looked_for": True if "ssObjectId" in source else None,
        "planet_distance": abs(_known(body, "ephOffset") or 0.0) if planet else None,
        "planet": str(body.get("designation") or source["ssObjectId"]) if planet else None,
        "detections": count if count is not None else 1 + len(times),
        "days": now - first if first is not None and now is not None and now >= first else 0.0,
    }


def _known(said: Mapping[str, Any], name: str) -> float | None:
    """A number that the survey really means: -999 and the like say that there is none."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= -99:
        return None
    return round(float(value), 4)


def shine(mag: float) -> float:
    """How far, in arcsec, a star of this magnitude spoils a difference image."""
    return min(60.0, max(5.0, 5.0 + 5.0 * (16.0 - mag)))


def terms(known: Mapping[str, Any]) -> dict[str, float | None]:
    """The value of each term, from what `facts` found; all but `known`."""
    return {
        "real_bogus": _clipped(known.get("real")),
        "star": _star(known),
        "bright_star": _bright_star(known),
        "minor_planet": _minor_planet(known),
        "history": _history(known),
        "host": _host(known),
    }


def _clipped(value: float | None) -> float | None:
    return None if value is None else min(1.0, max(0.0, value))


def _between(value: float, nought: float, one: float) -> float:
    """0 at ``nought``, 1 at ``one``, straight between."""
    return min(1.0, max(0.0, (value - nought) / (one - nought)))


def _star(known: Mapping[str, Any]) -> float | None:
    if "ps1_distance" not in known:
        return 1.0 if known.get("stars_looked_for") else None
    if "ps1_star" not in known:
        return None
    likely = known["ps1_star"] if known["ps1_star"] > POINT_LIKE else 0.0
    return 1.0 - likely * (1.0 - _between(known["ps1_distance"], UNDERNEATH, BESIDE))


def _bright_star(known: Mapping[str, Any]) -> float | None:
    if "bright_distance" not in known:
        return 1.0 if known.get("stars_looked_for") else None
    return _between(known["bright_distance"], 0.0, shine(known["bright_mag"]))


def _minor_planet(known: Mapping[str, Any]) -> float | None:
    if "planet_distance" not in known:
        return 1.0 if known.get("planets_looked_for") else None
    return _between(known["planet_distance"], 2.0, NEAR_PLANET)


def _history(known: Mapping[str, Any]) -> float | None:
    if "detections" not in known:
        return None
    if known["detections"] <= 1:
        return 0.4
    days = known.get("days", 0.0)
    if days < SAME_VISIT:
        return 0.5
    return 1.0 - 0.8 * _between(days, YOUNG, OLD)


def _host(known: Mapping[str, Any]) -> float | None:
    """Only of a catalogued galaxy near; of what has none in reach, nothing is said."""
    if known.get("ps1_distance", 99.0) > OF_HOST or known.get("ps1_star", 1.0) > POINT_LIKE:
        return None
    return _between(known["ps1_distance"], NUCLEUS, OUTSIDE)


def sentences(known: Mapping[str, Any]) -> dict[str, str]:
    """What each term rests on, in words."""
    distance, star = known.get("ps1_distance"), known.get("ps1_star")
    planet, bright = known.get("planet_distance"), known.get("bright_distance")
    near = "no PS1 source near" if known.get("stars_looked_for") else "the packet names no neighbours"
    if distance is not None:
        kind = "of unknown kind" if star is None else f"star/galaxy score {star:.2f}"
        near = f"nearest PS1 source at {distance:.1f}″, {kind}"
    away = "no bright star near" if known.get("stars_looked_for") else "the packet names no bright stars"
    if bright is not None:
        away = f"star of {known['bright_mag']:.1f} mag at {bright:.0f}″"
    moving = "no known minor planet near" if known.get("planets_looked_for") else "the packet does not say"
    if planet is not None:
        moving = f"{known.get('planet') or 'a minor planet'} predicted {planet:.0f}″ away"
    return {
        "real_bogus": f"the survey's classifier says {known['real']:.2f}" if "real" in known else "not classified",
        "star": near,
        "bright_star": away,
        "minor_planet": moving,
        "history": _history_said(known),
        "host": near if _host(known) is not None else "no catalogued galaxy in reach",
    }


def _history_said(known: Mapping[str, Any]) -> str:
    if "detections" not in known:
        return "the packet does not say"
    count, days = int(known["detections"]), known.get("days")
    told = f"{count} detection{'' if count == 1 else 's'}"
    return told if count <= 1 or days is None else f"{told}, the first {days:.1f} d before this one"


def score(values: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """The weighted mean of the terms that are known; a negative weight turns its term round. None without any."""
    parts = [(abs(w), v if w > 0 else 1.0 - v) for name, w in weights.items()
             if w and (v := values.get(name)) is not None]  # fmt: skip
    total = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / total if total else None
