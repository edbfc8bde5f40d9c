"""Spectra out of files, and photometry out of spectra."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.photometry import magnitude
from skyportal.astro.spectra import reading
from skyportal.astro.spectra.binary import ANGSTROMS
from skyportal.astro.spectra.headers import facts
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


@dataclass(frozen=True)
class Read:
    """A file of a request body: what it holds, and which of its columns is the flux."""

    file: File
    table: SpectrumTable
    arrays: Arrays
    flux: int

    @property
    def altdata(self) -> dict[str, Any] | None:
        return plain(self.table.header) or None


def parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a request body as arrays, with its header under ``altdata``; nothing is kept."""
    one = _read(data)
    arrays = one.arrays
    return {
        "wavelengths": arrays.wavelengths,
        "fluxes": arrays.fluxes,
        "errors": arrays.errors,
        "altdata": one.altdata,
    }


def _read(data: Mapping[str, Any]) -> Read:
    """``ascii`` holds text, whose first columns are wavelength and flux where the body names no others; ``fits`` a FITS
    file in base64, whose columns are told by their names. Wavelengths in a unit that the file names become angstroms.
    """
    file = _file(data)
    table = read_table(file.body)
    guessed = reading.guess(table) if data.get("fits") else reading.Columns()
    wave, flux = (
        _index(data, f"{name}_column", default) for name, default in (("wave", guessed.wave), ("flux", guessed.flux))
    )
    error = _index(data, "fluxerr_column", guessed.error)
    try:
        found = spectrum_of(table, wave, flux, error)
    except Unreadable as problem:
        raise Invalid(f"Error parsing the file. {problem}") from None
    scale = ANGSTROMS.get(table.units[wave].lower(), 1.0)
    kind = guessed.error_kind if error == guessed.error else "sigma"
    errors = found.errors if found.errors is None else reading.sigmas(found.errors, kind)
    return Read(file, table, Arrays(found.wavelengths * scale, found.fluxes, errors), flux)


def _file(data: Mapping[str, Any]) -> File:
    text, packed = data.get("ascii"), data.get("fits")
    if packed:
        try:
            body = base64.b64decode(packed, validate=True)
        except (TypeError, ValueError):
            raise Invalid("Invalid / missing parameters; {'fits': ['Must be a FITS file in base64.']}") from None
        return File(str(data.get("filename") or "spectrum.fits"), body)
    if not isinstance(text, str):
        raise Invalid("Invalid / missing parameters; {'ascii': ['Missing data for required field.']}")
    return File(str(data.get("filename") or "spectrum.ascii"), text.encode())


def _index(data: Mapping[str, Any], name: str, default: Any) -> Any:
    value = data.get(name, default)
    if value is None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise Invalid(f"Invalid / missing parameters; {{'{name}': ['Not a valid integer.']}}") from None


def add_file(viewer: Viewer, data: Mapping[str, Any]) -> int:
    """Keep a spectrum that came as a file in a request body, and the file with it; the spectrum's id.

    When it was observed and the unit of its flux are taken from the file where the body does not say.
    """
    need(viewer, "Upload data")
    one = _read(data)
    said = facts(one.table.header)
    arrays = one.arrays
    columns = {"wavelengths": arrays.wavelengths, "fluxes": arrays.fluxes, "errors": arrays.errors}
    by_file = {"observed_at": said.observed_at, "units": one.table.units[one.flux] or said.units}
    by_file = {name: value for name, value in by_file.items() if data.get(name) in (None, "")}
    return add_spectrum(viewer, {**data, **by_file, **columns, "altdata": one.altdata}, file=one.file)


# --- synthetic photometry --------------------------------------------------------------------------------------------

FLUX_UNIT = "erg / (s cm2 AA)"
ORIGIN = "synthphot"
BRIGHTEST = 3.631e9
"""µJy, magnitude 0: beyond it a flux without a unit is no flux but a ratio."""


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
    if not spectrum.units and (brightest := max(flux for flux, _ in found)) > BRIGHTEST:
        raise Invalid(
            f"This spectrum names no unit of its flux, and in erg/s/cm2/AA it would be of magnitude "
            f"{float(magnitude(brightest, 0)[0]):.1f}: it is scaled or normalised. "
            "Synthetic photometry needs a calibrated flux."
        )
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
