"""A file of a spectrum as a table: columns of numbers and what its header says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 100_000


class Unreadable(ValueError):
    """A file that is no spectrum; says why, and in which line where it has lines."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {reason}" if line else reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True)
class SpectrumTable:
    """Columns of one length, with their names and units where the file says them ("" where not).

    ``header`` maps keywords to values, or to ``{"value", "comment"}`` where a comment stands beside the value.
    ``lines`` holds the number of the line that each row stands in, for messages; empty for binary files.
    """

    columns: list[NDArray]
    names: list[str]
    units: list[str]
    header: dict[str, Any] = field(default_factory=dict)
    lines: NDArray = field(default_factory=lambda: np.array([], int))

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Spectrum:
    """Flux over wavelength (angstroms, ascending); errors are of the same unit as the flux, or None."""

    wavelengths: NDArray
    fluxes: NDArray
    errors: NDArray | None = None


def spectrum_of(table: SpectrumTable, wave: int = 0, flux: int = 1, error: int | None = None) -> Spectrum:
    """Three columns of a table as a spectrum in order of wavelength; values are left as they are.

    Raises
    ------
    Unreadable
        Where a column does not exist, a wavelength is not a positive number, or no flux is.
    """
    for name, index in (("wave_column", wave), ("flux_column", flux), ("fluxerr_column", error)):
        if index is not None and not 0 <= index < len(table.columns):
            raise Unreadable(
                f"{name} is {index}, but the file has {len(table.columns)} columns, counted from 0."
                + (" A spectrum needs a wavelength and a flux." if len(table.columns) < 2 else "")
            )
    wavelengths, fluxes = table.columns[wave], table.columns[flux]
    errors = None if error is None else table.columns[error]
    bad = ~(np.isfinite(wavelengths) & (wavelengths > 0))
    if bad.any():
        n = int(np.argmax(bad))
        raise Unreadable(f"the wavelength is {wavelengths[n]:g}; it must be positive.", _line(table, n))
    if not np.isfinite(fluxes).any():
        raise Unreadable("No row has a finite flux.")
    order = np.argsort(wavelengths, kind="stable")
    return Spectrum(wavelengths[order], fluxes[order], None if errors is None else errors[order])


def _line(table: SpectrumTable, row: int) -> int | None:
    return int(table.lines[row]) if len(table.lines) else None
