"""Points as the public API writes them: magnitudes or fluxes, in any system we know a zero-point for."""

from __future__ import annotations

from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.access.errors import Invalid
from skyportal.astro import photometry as phot
from skyportal.astro.extinction import extinction
from skyportal.astro.zeropoints import NoZeropoint, ab_offset

from ..queries.photometry import PointColumns

FORMATS = ("mag", "flux", "both", "plot")


def rows(points: PointColumns, form: str = "mag", magsys: str = "ab", **extra: bool) -> list[dict[str, Any]]:
    """One dict a point."""
    if form not in FORMATS:
        raise Invalid(f"Invalid format: {form[:40]!r}. Must be one of: {', '.join(FORMATS)}.")
    if not len(points):
        return []
    offset = _offsets(points, magsys)
    if form == "plot":
        return _written(_for_plots(points, offset))
    columns = _facts(points, **extra)
    if form in ("mag", "both"):
        columns |= _magnitudes(points, offset)
    if form in ("flux", "both"):
        columns |= _fluxes(points, offset)
    return _written(columns | {"magsys": repeat(magsys)})


def rows_by_obj(points: PointColumns) -> dict[int, list[dict[str, Any]]]:
    """Points of several objs, magnitudes and fluxes, by the obj's id."""
    found: dict[int, list[dict[str, Any]]] = {}
    for obj_id, row in zip(points.columns["obj_id"], rows(points, "both"), strict=True):
        found.setdefault(obj_id, []).append(row)
    return found


def _written(columns: dict[str, Any]) -> list[dict[str, Any]]:
    names = tuple(columns)
    values = (c.tolist() if isinstance(c, np.ndarray) else c for c in columns.values())
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=False)]


def _offsets(points: PointColumns, magsys: str) -> NDArray | float:
    try:
        by_band = {pk: ab_offset(name, magsys) for pk, name in points.bandpasses.items()}
    except NoZeropoint as problem:
        raise Invalid(str(problem)) from None
    if not any(by_band.values()):
        return 0.0
    return np.array([by_band[pk] for pk in points.columns["bandpass_id"]])


def _named(names: dict[int, Any], ids: tuple) -> list[Any]:
    return [names[pk] for pk in ids]


def _facts(points: PointColumns, *, owner: bool = False, stream: bool = False) -> dict:
    c = points.columns
    columns = {
        "obj_id": _named(points.obj_names, c["obj_id"]),
        "ra": c["ra"],
        "dec": c["dec"],
        "filter": _named(points.bandpasses, c["bandpass_id"]),
        "mjd": c["mjd"],
        "snr": phot.signal_to_noise(points.floats("flux"), points.floats("fluxerr")),
        "instrument_id": c["instrument_id"],
        "instrument_name": _named(points.instruments, c["instrument_id"]),
        "ra_unc": c["ra_unc"],
        "dec_unc": c["dec_unc"],
        "origin": _named(points.origins, c["origin_id"]),
        "id": c["id"],
        "altdata": c["altdata"],
        "created_at": c["created_at"],
        "groups": _named(points.groups, c["audience_id"]),
        "annotations": repeat([]),
    }
    if owner:
        columns["owner"] = [points.owners.get(pk) for pk in c["owner_id"]]
    if stream:
        columns["streams"] = _named(points.streams, c["audience_id"])
    return columns


def _limits(points: PointColumns, offset: NDArray | float) -> NDArray:
    """The uploader's limiting magnitude, or five times the error where there was none."""
    given = points.floats("limiting_mag")
    return np.where(np.isnan(given), phot.limiting_magnitude(points.floats("fluxerr")), given) - offset


def _magnitudes(points: PointColumns, offset: NDArray | float) -> dict[str, NDArray]:
    flux, fluxerr = points.floats("flux"), points.floats("fluxerr")
    mag, magerr = phot.magnitude(flux, fluxerr)
    columns = {"mag": mag - offset, "magerr": magerr, "limiting_mag": _limits(points, offset)}
    if any(value is not None for value in points.columns["ref_flux"]):
        ref, referr = points.floats("ref_flux"), points.floats("ref_fluxerr")
        magref, e_magref = phot.magnitude(ref, referr)
        magtot, e_magtot = phot.magnitude(ref + flux, np.hypot(referr, fluxerr))
        columns |= {"magref": magref - offset, "e_magref": e_magref, "magtot": magtot - offset, "e_magtot": e_magtot}
    return columns


def _fluxes(points: PointColumns, offset: NDArray | float) -> dict[str, Any]:
    flux, fluxerr = points.floats("flux"), points.floats("fluxerr")
    columns: dict[str, Any] = {
        "flux": flux,
        "fluxerr": fluxerr,
        "zp": np.full(len(points), phot.AB_ZEROPOINT) - offset,
    }
    if any(value is not None for value in points.columns["ref_flux"]):
        ref, referr = points.floats("ref_flux"), points.floats("ref_fluxerr")
        columns |= {
            "ref_flux": ref,
            "ref_fluxerr": referr,
            "tot_flux": ref + flux,
            "tot_fluxerr": np.hypot(referr, fluxerr),
        }
    return columns


def _for_plots(points: PointColumns, offset: NDArray | float) -> dict[str, Any]:
    mag, magerr = phot.magnitude(points.floats("flux"), points.floats("fluxerr"))
    c = points.columns
    return {
        "id": c["id"],
        "obj_id": _named(points.obj_names, c["obj_id"]),
        "filter": _named(points.bandpasses, c["bandpass_id"]),
        "mjd": c["mjd"],
        "origin": _named(points.origins, c["origin_id"]),
        "mag": mag - offset,
        "magerr": magerr,
        "limiting_mag": _limits(points, offset),
    }


def deduplicated(points: PointColumns) -> PointColumns:
    """The first of each measurement that several uploads brought."""
    c = points.columns
    seen: dict[tuple, int] = {}
    for n, key in enumerate(zip(*(c[k] for k in ("obj_id", "instrument_id", "bandpass_id", "mjd")), strict=True)):
        flux, fluxerr = c["flux"][n], c["fluxerr"][n]
        seen.setdefault((*key, None if flux != flux else flux, fluxerr), n)
    return points if len(seen) == len(points) else points.take(seen.values())


def add_extinction(rows: list[dict[str, Any]], ebv: float | None) -> None:
    """Give rows their extinction in magnitudes, and what they would be without it; null where it is unknown."""
    by_band = {band: extinction(band, ebv) for band in {row["filter"] for row in rows}}
    for row in rows:
        row["extinction"] = dimmed = by_band[row["filter"]]
        for name in ("mag", "flux"):
            if name in row:
                row[f"{name}_corr"] = _undimmed(name, row[name], dimmed)


def _undimmed(name: str, value: float | None, dimmed: float | None) -> float | None:
    if value is None or dimmed is None:
        return None
    return value - dimmed if name == "mag" else value * 10 ** (0.4 * dimmed)
