"""Spectra out of files, and photometry out of spectra."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.spectra import reading
from skyportal.astro.spectra.tables import Spectrum as Arrays
from skyportal.astro.spectra.tables import SpectrumTable, Unreadable, spectrum_of
from skyportal.astro.time import mjd_of

from ..models import Spectrum
from ..queries.spectra import get_spectrum
from .checks import need, plain
from .photometry import Points, store
from .spectra import File, add_spectrum


def read_table(content: bytes | str) -> SpectrumTable:
    """The table in a file; Invalid with the line and the reason where there is none."""
    try:
        return reading.read(content.encode() if isinstance(content, str) else content)
    except Unreadable as problem:
        raise Invalid(f"Error parsing the file. {problem}") from None


def parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    """An ASCII spectrum of a request body as arrays, with its header under ``altdata``; nothing is kept."""
    if not isinstance(data.get("ascii"), str):
        raise Invalid("Invalid / missing parameters; {'ascii': ['Missing data for required field.']}")
    table = read_table(data["ascii"])
    wave, flux = _index(data, "wave_column", 0), _index(data, "flux_column", 1)
    try:
        spectrum = spectrum_of(table, wave or 0, 1 if flux is None else flux, _index(data, "fluxerr_column", None))
    except Unreadable as problem:
        raise Invalid(f"Error parsing the file. {problem}") from None
    return {
        "wavelengths": spectrum.wavelengths,
        "fluxes": spectrum.fluxes,
        "errors": spectrum.errors,
        "altdata": plain(table.header) or None,
    }


def _index(data: Mapping[str, Any], name: str, default: int | None) -> int | None:
    value = data.get(name, default)
    if value is None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise Invalid(f"Invalid / missing parameters; {{'{name}': ['Not a valid integer.']}}") from None


def add_ascii(viewer: Viewer, data: Mapping[str, Any]) -> int:
    """Keep an ASCII spectrum of a request body, and its file with it; the spectrum's id."""
    need(viewer, "Upload data")
    file = File(str(data.get("filename") or "spectrum.ascii"), str(data.get("ascii") or "").encode())
    return add_spectrum(viewer, {**data, **parsed(data)}, file=file)


# --- synthetic photometry --------------------------------------------------------------------------------------------

FLUX_UNIT = "erg / (s cm2 AA)"
ORIGIN = "synthphot"


def add_synthetic_photometry(viewer: Viewer, spectrum_id: Any, bandpasses: Any) -> list[int]:
    """Measure a spectrum through bandpasses and keep the points, shared as the spectrum is; their ids.

    Points that were made before are found again, not made twice.
    """
    need(viewer, "Upload data")
    names = [bandpasses] if isinstance(bandpasses, str) else bandpasses
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Invalid("Missing required parameter: filters, a list of bandpasses.")
    spectrum = get_spectrum(viewer, spectrum_id)
    fluxes, errors = zip(*measured(spectrum, dict.fromkeys(names)), strict=True)
    count = len(fluxes)
    points = Points(
        obj_id=[spectrum.obj_id] * count,
        mjd=[mjd_of(spectrum.observed_at)] * count,
        flux=np.array(fluxes),
        fluxerr=np.array(errors),
        instrument_id=[spectrum.instrument_id] * count,
        origin=[ORIGIN] * count,
        audience_id=[spectrum.audience_id] * count,
        bandpass=list(dict.fromkeys(names)),
        altdata=[{"spectrum_id": spectrum.pk}] * count,
    )
    return store(points, owner_id=viewer.user_id).ids


def measured(spectrum: Spectrum, bandpasses: Iterable[str]) -> list[tuple[float, float]]:
    """Flux density, µJy, through each bandpass, and its error: NaN where the spectrum has none."""
    from skyportal.astro import synthetic

    scale = _in_cgs(spectrum.units)
    errors = None if spectrum.errors is None else spectrum.errors * scale
    arrays = Arrays(spectrum.wavelengths, spectrum.fluxes * scale, errors)
    found = []
    for name in bandpasses:
        try:
            found.append(synthetic.flux_density(arrays, name))
        except (synthetic.NoCurve, synthetic.OutsideSpectrum) as problem:
            raise Invalid(str(problem)) from None
    return found


def _in_cgs(units: str | None) -> float:
    """What to multiply a flux by to have it in erg/s/cm²/Å; a spectrum that names no unit is in it."""
    if not units:
        return 1.0
    from astropy import units as u

    text = units.replace("cm2", "cm^2").replace("^-1", "-1").replace("^-2", "-2")
    text = " ".join({"A": "AA", "Ang": "AA", "ang": "AA"}.get(part, part) for part in text.replace("/", " / ").split())
    try:
        parts = text.split(" / ")
        below = " ".join(f"({part})" for part in parts[1:])
        unit = u.Unit(f"{parts[0]} / ({below})" if below else parts[0])
        return float(unit.to(FLUX_UNIT))
    except (ValueError, TypeError, u.UnitsError):
        raise Invalid(
            f"The flux of this spectrum is in {units[:60]!r}, which cannot be turned into erg/s/cm2/AA; "
            "synthetic photometry needs a calibrated flux."
        ) from None
