"""Reading FITS spectra: a 1D image with a linear or logarithmic wavelength axis, IRAF's bands, a table, columns."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tables import MOST_POINTS, SpectrumTable, Unreadable

ANGSTROMS = {
    "angstrom": 1.0,
    "angstroms": 1.0,
    "a": 1.0,
    "0.1 nm": 1.0,
    "nm": 10.0,
    "um": 1e4,
    "micron": 1e4,
    "m": 1e10,
}

BLOCK = 2880
"""FITS files come in blocks of this many bytes."""


def read_fits(content: bytes) -> SpectrumTable:
    """The first spectrum in a FITS file.

    Raises
    ------
    Unreadable
        Where the file is broken, or no part of it is a spectrum.
    """
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(BytesIO(content), memmap=False, lazy_load_hdus=False) as hdus:
                header = _plain(hdus[0].header)
                for hdu in hdus:
                    if hdu.data is not None and (found := _of_hdu(hdu)) is not None:
                        return SpectrumTable(*found, header | _plain(hdu.header))
    except Unreadable:
        raise
    except Exception as problem:  # noqa: BLE001  astropy raises many kinds for a broken file
        raise Unreadable(f"This FITS file cannot be read: {str(problem)[:200] or type(problem).__name__}") from None
    if len(content) % BLOCK:
        raise Unreadable(
            f"This FITS file is damaged: it has {len(content)} bytes, which is no multiple of {BLOCK}. Some were lost "
            "on the way, as when a binary file is copied as text; ask for it again."
        )
    raise Unreadable("No part of this FITS file is a spectrum: a 1D image with CRVAL1 and CDELT1, or a table.")


Found = tuple[list[NDArray], list[str], list[str]] | None


def _of_hdu(hdu: Any) -> Found:
    if hdu.data.dtype.names:
        return _of_table(hdu)
    image = np.asarray(hdu.data, dtype=float)
    image = image.reshape([n for n in image.shape if n > 1] or [1])
    if image.ndim == 2 and min(image.shape) <= 12 < max(image.shape):
        return _of_columns(image, hdu.header) if image.shape[1] < image.shape[0] else _of_bands(image, hdu.header)
    return _of_bands(image[None, :], hdu.header) if image.ndim == 1 and image.size > 1 else None


def _of_bands(bands: NDArray, header: Any) -> Found:
    """Rows of one wavelength axis; IRAF puts the optimal extraction first and says what each is in BANDIDn."""
    axis = _axis(header, bands.shape[1])
    if axis is None:
        return None
    said = [str(header.get(f"BANDID{n}", "")) for n in range(1, len(bands) + 1)]
    names = ["flux", *(_short(text) or f"band {n}" for n, text in enumerate(said[1:], 2))]
    unit = str(header.get("BUNIT", "")).strip()
    return [axis, *bands], ["wavelength", *names], ["Angstrom", *[unit] * len(bands)]


def _short(bandid: str) -> str:
    return next((word for word in ("sigma", "raw", "background") if word in bandid.lower()), "")


def _axis(header: Any, length: int) -> NDArray | None:
    step = next((header[key] for key in ("CD1_1", "CDELT1") if header.get(key)), None)
    if header.get("CRVAL1") is None or step is None:
        return None
    _check(length)
    pixels = np.arange(1, length + 1) - header.get("CRPIX1", 1.0)
    axis = header["CRVAL1"] + pixels * step
    if header.get("DC-FLAG") == 1 or "LOG" in str(header.get("CTYPE1", "")).upper():
        return 10.0**axis
    return axis * ANGSTROMS.get(str(header.get("CUNIT1", "")).strip().lower(), 1.0)


def _of_columns(image: NDArray, header: Any) -> Found:
    """A table written as an image: its first column ascends as wavelengths do."""
    if not (np.diff(image[:, 0]) > 0).all() or image[0, 0] <= 0:
        return None
    _check(len(image))
    unit = str(header.get("BUNIT", "")).strip()
    count = image.shape[1]
    return list(image.T), ["wavelength", "flux", *[""] * (count - 2)], ["Angstrom", unit, *[""] * (count - 2)]


def _of_table(hdu: Any) -> Found:
    """Columns of numbers; a table of one row whose cells are whole arrays is turned on its side."""
    columns, names, units = [], [], []
    for column in hdu.columns:
        values = np.asarray(hdu.data[column.name])
        if values.dtype.kind not in "iuf" or (values.ndim > 1 and len(values) != 1):
            continue
        columns.append(values.astype(float).ravel())
        names.append(column.name)
        units.append(str(column.unit or "").strip())
    lengths = [len(column) for column in columns]
    if len(columns) < 2 or max(lengths) < 2:
        return None
    kept = [n for n, length in enumerate(lengths) if length == max(lengths)]
    _check(max(lengths))
    columns, names, units = [columns[n] for n in kept], [names[n] for n in kept], [units[n] for n in kept]
    for n, name in enumerate(names):
        if name.lower() in ("loglam", "log_wave", "loglambda"):
            columns[n], units[n] = 10.0 ** columns[n], "Angstrom"
        elif units[n].lower() in ANGSTROMS and name.lower().startswith(("w", "lam")):
            columns[n], units[n] = columns[n] * ANGSTROMS[units[n].lower()], "Angstrom"
    return columns, names, units


def _check(length: int) -> None:
    if length > MOST_POINTS:
        raise Unreadable(f"A spectrum may have at most {MOST_POINTS} points; this one has {length}.")


def _plain(header: Any) -> dict[str, Any]:
    """The cards of a header as JSON can hold them."""
    found: dict[str, Any] = {}
    for card in header.cards:
        try:
            key, value, comment = card.keyword, card.value, card.comment
        except ValueError:  # one card that is no card does not spoil the file
            continue
        if key in ("", "END"):
            continue
        if key in ("COMMENT", "HISTORY"):
            found[key] = f"{found[key]}\n{value}" if key in found else str(value)
        elif isinstance(value, str | int | float | bool):
            found[key] = {"value": value, "comment": comment} if comment else value
    return found
