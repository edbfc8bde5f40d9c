"""A spectrum's file, of any kind that is read; and a guess at what its columns are."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .binary import read_fits
from .tables import SpectrumTable, Unreadable
from .text import read_text

MOST_BYTES = 20 * 2**20
GZIP = b"\x1f\x8b"


def read(content: bytes) -> SpectrumTable:
    """The table in a FITS, ECSV, CSV or ASCII file, told apart by what is in it; packed with gzip or not.

    Raises
    ------
    Unreadable
    """
    if not content.strip():
        raise Unreadable("The file is empty.")
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 2**20} MB.")
    if content.startswith(GZIP):
        content = _unpacked(content)
    if content.startswith((b"SIMPLE  =", b"XTENSION=")):
        return read_fits(content)
    if b"\x00" in content:
        raise Unreadable("This is a binary file, but not FITS. Spectra are read from FITS, ECSV, CSV and ASCII tables.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return read_text(text)


def _unpacked(content: bytes) -> bytes:
    """What a gzip file holds; a small one may hold a great deal, so that no more is unpacked than is read."""
    try:
        plain = zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES + 1)
    except zlib.error as problem:
        raise Unreadable(f"This gzip file is damaged: {problem}.") from None
    if len(plain) > MOST_BYTES:
        raise Unreadable(f"Unpacked, the file is larger than {MOST_BYTES // 2**20} MB.")
    return plain


@dataclass(frozen=True)
class Columns:
    """Which column is what, counted from 0; ``error_kind`` is sigma, variance or ivar (an inverse variance)."""

    wave: int = 0
    flux: int = 1
    error: int | None = None
    error_kind: str = "sigma"


_WAVE = ("wav", "lam", "wl", "loglam", "angstrom")
_FLUX = ("fl", "f_lam", "flam")
_ERROR = ("err", "unc", "sig", "std", "e_fl", "dflux")


def guess(table: SpectrumTable) -> Columns:
    """By the names of the columns; where they have none: wavelength, flux, and an error if there are just three."""
    names = [name.lower() for name in table.names]
    kinds = {
        n: "ivar" if "ivar" in name else "variance" if name.startswith("var") else "sigma"
        for n, name in enumerate(names)
        if "ivar" in name or name.startswith("var") or any(part in name for part in _ERROR)
    }
    wave = next((n for n, name in enumerate(names) if name.startswith(_WAVE)), 0)
    others = [n for n in range(len(names)) if n != wave and n not in kinds]
    flux = next((n for n in others if names[n].startswith(_FLUX)), others[0] if others else 1)
    if kinds:
        error = min(kinds)
        return Columns(wave, flux, error, kinds[error])
    if len(names) != 3 or any(names):
        return Columns(wave, flux)
    error = ({0, 1, 2} - {wave, flux}).pop()
    return Columns(wave, flux, error, _error_kind(table.columns[flux], table.columns[error]))


def _error_kind(flux: NDArray, error: NDArray) -> str:
    """An unnamed third column that is of the size of the flux squared is a variance (SEDM writes such)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size, spread = np.log10(np.nanmedian(np.abs(flux))), np.log10(np.nanmedian(np.abs(error)))
    return "variance" if abs(spread - 2 * size) < abs(spread - size) and size < -3 else "sigma"


def sigmas(values: NDArray, kind: str) -> NDArray:
    """Standard errors out of what a file has; NaN where it has none.

    Examples
    --------
    >>> sigmas(np.array([4.0, -1.0]), "variance")
    array([ 2., nan])
    """
    if kind == "sigma":
        return values
    positive = np.where(values > 0, values, np.nan)
    return np.sqrt(positive) if kind == "variance" else 1 / np.sqrt(positive)
