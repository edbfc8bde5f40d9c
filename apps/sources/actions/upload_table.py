"""From a table as somebody wrote it to the body of an upload: columns named, cells read, gaps filled."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skyportal.astro.photometry_columns import implied_zeropoint, mjd_in
from skyportal.astro.photometry_tables import TextTable

NOTHING = {"", "nan", "null", "none", "-", "--", "n/a", "na"}
NO_MAGNITUDE = 90.0
"""Magnitudes from here on, either sign, are how tables write "none" (99, -99, 999)."""

NUMBERS = ("limiting_mag", "flux", "fluxerr", "zp", "ra", "dec", "ra_unc", "dec_unc", "ref_flux", "ref_fluxerr",
           "magref", "e_magref")  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """How to read a table: what its columns are, what its words for bands mean, and what it leaves unsaid.

    A word for a band means what its row's instrument has by that name: two cameras of one table each have their g.
    """

    fields: Mapping[str, str]
    bands: Mapping[tuple[int | None, str], str] = field(default_factory=dict)
    instruments: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def column_of(self, wanted: str) -> str | None:
        return next((name for name, is_ in self.fields.items() if is_ == wanted), None)


@dataclass
class Body:
    """The body of an upload, column by column, and the cells that could not be read: (row, column, why)."""

    data: dict[str, Any]
    problems: list[tuple[int, str, str]]


def body(table: TextTable, reading: Reading) -> Body:
    """What `POST /api/photometry` takes. A cell that cannot be read is a problem and stands as null."""
    cells = _Cells(table, reading)
    count = len(table.rows)
    instruments = cells.instruments()
    bands = zip(instruments, cells.texts("filter"), strict=True)
    data: dict[str, Any] = {
        "obj_id": cells.texts("obj_id"),
        "mjd": cells.times(),
        "filter": [(reading.bands.get((of, band)) or band) if band else None for of, band in bands],
        "magsys": [system.lower() if system else None for system in cells.texts("magsys")],
        "origin": [origin or "None" for origin in cells.texts("origin")],
        "instrument_id": instruments,
        **{name: cells.numbers(name) for name in NUMBERS if cells.has(name)},
        "altdata": cells.beside(),
    }
    if cells.has("flux"):
        zp = implied_zeropoint(reading.column_of("flux") or "") or reading.defaults.get("zp")
        data["zp"] = [zp if given is None else given for given in data.get("zp", [None] * count)]
    else:
        data |= cells.magnitudes()
    if reading.defaults.get("extinction_corrected"):
        data["extinction_corrected"] = True
    return Body({key: column for key, column in data.items() if column is not None}, cells.problems)


def _number(text: str) -> float | None:
    """A cell as a number; None where it says there is none; ValueError where it is no number."""
    return None if text.strip().lower() in NOTHING else float(text)


class _Cells:
    """The cells of a table by field, with what was wrong with them."""

    def __init__(self, table: TextTable, reading: Reading) -> None:
        self.table, self.reading = table, reading
        self.problems: list[tuple[int, str, str]] = []

    def has(self, name: str) -> bool:
        return self.reading.column_of(name) is not None

    def texts(self, name: str) -> list[str | None]:
        """A column of text, gaps filled with what was said for all."""
        default = self.reading.defaults.get(name)
        column = self.reading.column_of(name)
        if column is None:
            return [default] * len(self.table.rows)
        return [default if cell.lower() in NOTHING else cell for cell in self.table.column(column)]

    def numbers(self, name: str, read: Callable[[str], float | None] = _number) -> list[float | None]:
        column = self.reading.column_of(name)
        if column is None:
            return [None] * len(self.table.rows)
        found: list[float | None] = []
        for row, cell in enumerate(self.table.column(column)):
            try:
                value = read(cell)
            except ValueError:
                self.problems.append((row, column, f"{cell[:40]!r} is not a {'time' if name == 'mjd' else 'number'}."))
                value = None
            found.append(value)
        return found

    def times(self) -> list[float | None]:
        for name in ("mjd", "jd", "date"):
            if column := self.reading.column_of(name):
                renamed = _Cells(self.table, Reading({column: "mjd"}))
                renamed.problems = self.problems
                return renamed.numbers("mjd", lambda cell, name=name: mjd_in(cell, name) if cell else None)  # type: ignore[misc]
        return [None] * len(self.table.rows)

    def instruments(self) -> list[int | None]:
        known, default = self.reading.instruments, self.reading.defaults.get("instrument_id")
        column = self.reading.column_of("instrument")
        if column is None:
            return [default] * len(self.table.rows)
        found: list[int | None] = []
        for row, cell in enumerate(self.table.column(column)):
            pk = known.get(cell.lower(), int(cell) if cell.isdecimal() else default)
            if pk is None:
                self.problems.append((row, column, f"there is no instrument {cell[:40]!r}; choose one for all rows."))
            found.append(pk)
        return found

    def magnitudes(self) -> dict[str, list[float | None]]:
        """Magnitudes, errors and limits; ``>20.1`` is a limit, and so is a magnitude with an infinite error."""
        mags, errors, limits = [], [], self.numbers("limiting_mag")
        given = self.table.column(column) if (column := self.reading.column_of("mag")) else []
        for row, (mag, error) in enumerate(zip(self.numbers("mag", _magnitude), self.numbers("magerr"), strict=True)):
            if mag is not None and (given[row].startswith(">") or (error is not None and math.isinf(error))):
                limits[row], mag, error = mag if limits[row] is None else limits[row], None, None
            if mag is None or (error is not None and not math.isfinite(error)):
                error = None
            mags.append(mag)
            errors.append(error)
        return {"mag": mags, "magerr": errors, "limiting_mag": limits}

    def beside(self) -> list[dict[str, Any] | None] | None:
        """What is kept beside each point: its exposure time, and columns that were asked to be kept."""
        kept = {name: self.table.column(name) for name, is_ in self.reading.fields.items() if is_ == "keep"}
        exposures = self.numbers("exposure")
        default = self.reading.defaults.get("exposure")
        rows: list[dict[str, Any] | None] = []
        for n, exposure in enumerate(exposures):
            beside: dict[str, Any] = {name: column[n] for name, column in kept.items() if column[n]}
            if (seconds := default if exposure is None else exposure) is not None:
                beside["exposure"] = seconds
            rows.append(beside or None)
        return rows if any(rows) else None


def _magnitude(text: str) -> float | None:
    value = _number(text.lstrip(">< "))
    return None if value is None or abs(value) >= NO_MAGNITUDE else value
