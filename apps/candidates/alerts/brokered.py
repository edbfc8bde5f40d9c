"""What a broker tells of an object, as an alert packet: so that it comes in by the same door as the survey's own.

The packet is the survey's in small (its own names and units), with what the broker adds under ``broker``; filters read
it like any other. It is an Avro container, which can be kept and read again by itself.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import fastavro
import numpy as np

from skyportal.astro.photometry import magnitude
from skyportal.astro.time import JD_OF_MJD

from .containers import BadPacket, wrapped
from .lightcurve import Point
from .simulator.lsst_schema import OBJECT, SOURCE
from .simulator.schema import CANDIDATE, PREVIOUS, record
from .surveys.measures import CLOCKS
from .surveys.rubin import BANDS as LSST_BANDS
from .surveys.rubin import NANOJANSKY
from .surveys.ztf import BANDS as ZTF_BANDS


def _open(text: str) -> str:
    """The survey's own fields, any of which may be unknown here: a filter that names one finds it null."""
    return " ".join(field if field.endswith("?") else f"{field}?" for field in text.split())


_BROKER = {"name": "broker", "type": {"type": "record", "name": "broker", "fields": [
    {"name": "name", "type": "string"}, {"name": "classes", "type": {"type": "array", "items": "string"}},
]}}  # fmt: skip


def _schema(name: str, *fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": "brokered", "namespace": name, "fields": [*fields, _BROKER]}


def _list(name: str, item: str, text: str) -> dict[str, Any]:
    return {"name": name, "type": {"type": "array", "items": record(item, text)}}


SCHEMAS = {
    "ZTF": _schema(
        "ztf", {"name": "objectId", "type": "string"}, {"name": "candid", "type": "long"},
        {"name": "candidate", "type": record("candidate", _open(CANDIDATE))},
        _list("prv_candidates", "prv_candidate", _open(PREVIOUS)),
    ),
    "LSST": _schema(
        "lsst", {"name": "diaSourceId", "type": "long"},
        {"name": "diaSource", "type": record("diaSource", _open(SOURCE))},
        {"name": "diaObject", "type": record("diaObject", _open(OBJECT))},
        _list("prvDiaSources", "prvDiaSource", _open(SOURCE)),
    ),
}  # fmt: skip
_PARSED = {survey: fastavro.parse_schema(json.loads(json.dumps(schema))) for survey, schema in SCHEMAS.items()}
_FID = {name: number for number, name in ZTF_BANDS.items()}
_BAND = {name: letter for letter, name in LSST_BANDS.items() if letter != "Y"}


def packet(
    survey: str, name: str, place: tuple[float, float], points: Iterable[Point], broker: str, classes: Sequence[str]
) -> bytes:
    """The alert of an object's newest detection, with its earlier ones. ``place``: ICRS degrees.

    Raises BadPacket where there is no detection with an id of its own, or the survey is not ours to write.
    """
    told = [p for p in points if p.bandpass in (_FID if survey == "ZTF" else _BAND) and p.origin != "forced"]
    seen = [p for p in told if p.candid.isdecimal() and math.isfinite(p.flux)]
    if survey not in SCHEMAS or not seen:
        raise BadPacket(f"the broker tells of no detection of {name} with an id")
    newest = max(seen, key=lambda p: p.mjd)
    earlier = [p for p in told if p is not newest]
    write = _ztf if survey == "ZTF" else _lsst
    values = write(name, place, newest, earlier, seen) | {
        "broker": {"name": broker, "classes": [str(one)[:100] for one in classes][:50]}
    }
    out = io.BytesIO()
    try:
        fastavro.schemaless_writer(out, _PARSED[survey], values)
    except (TypeError, ValueError, OverflowError) as problem:
        raise BadPacket(f"{name} cannot be written as a packet: {problem}") from None
    return wrapped(json.dumps(SCHEMAS[survey]).encode(), out.getvalue())


def _ztf(name: str, place: tuple[float, float], newest: Point, earlier: list[Point], seen: list[Point]) -> Any:
    history = {"ndethist": len(seen), "jdstarthist": min(p.mjd for p in seen) + JD_OF_MJD}
    own = _ztf_point(newest)
    own |= {"ra": own["ra"] if own["ra"] is not None else place[0],
            "dec": own["dec"] if own["dec"] is not None else place[1]}  # fmt: skip
    return {
        "objectId": name, "candid": int(newest.candid), "candidate": own | history,
        "prv_candidates": [_ztf_point(p) for p in earlier],
    }  # fmt: skip


def _ztf_point(point: Point) -> dict[str, Any]:
    mag, magerr = (float(x) for x in np.ravel(magnitude(abs(point.flux), point.fluxerr)))
    is_seen = math.isfinite(point.flux)
    return {
        "jd": point.mjd + JD_OF_MJD, "fid": _FID[point.bandpass], "programid": point.programid or 1,
        "candid": int(point.candid) if point.candid.isdecimal() else None,
        "isdiffpos": ("t" if point.flux > 0 else "f") if is_seen else None,
        "magpsf": _or_none(mag), "sigmapsf": _or_none(magerr), "diffmaglim": _or_none(point.limiting_mag),
        "ra": _or_none(point.ra), "dec": _or_none(point.dec),
    }  # fmt: skip


def _lsst(name: str, place: tuple[float, float], newest: Point, earlier: list[Point], seen: list[Point]) -> Any:
    if not name.isdecimal():
        raise BadPacket(f"{name[:60]} is no number, as ids of LSST are")
    times = [_tai(p.mjd) for p in seen]
    about = {"diaObjectId": int(name), "ra": place[0], "dec": place[1], "nDiaSources": len(seen),
             "firstDiaSourceMjdTai": min(times), "lastDiaSourceMjdTai": max(times)}  # fmt: skip
    own = _lsst_point(newest, name)
    own |= {"ra": own["ra"] if own["ra"] is not None else place[0],
            "dec": own["dec"] if own["dec"] is not None else place[1]}  # fmt: skip
    detections = [p for p in earlier if math.isfinite(p.flux)]
    return {
        "diaSourceId": int(newest.candid), "diaSource": own, "diaObject": about,
        "prvDiaSources": [_lsst_point(p, name) for p in detections],
    }  # fmt: skip


def _lsst_point(point: Point, name: str) -> dict[str, Any]:
    flux, fluxerr = point.flux / NANOJANSKY, point.fluxerr / NANOJANSKY
    return {
        "diaSourceId": int(point.candid) if point.candid.isdecimal() else None, "diaObjectId": int(name),
        "midpointMjdTai": _tai(point.mjd), "band": _BAND[point.bandpass], "psfFlux": _or_none(flux),
        "psfFluxErr": _or_none(fluxerr), "snr": _or_none(flux / fluxerr) if fluxerr else None,
        "ra": _or_none(point.ra), "dec": _or_none(point.dec), "visit": None, "detector": None,
    }  # fmt: skip


def _tai(mjd: float) -> float:
    """TAI of a UTC day: the clock that `surveys.measures` reads, turned round."""
    return mjd + (mjd - CLOCKS["tai"](mjd))


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
