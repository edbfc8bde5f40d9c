"""Reading uploads of photometry: scalars and lists, magnitudes or fluxes, checked column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.access.errors import Invalid
from skyportal.astro import photometry as phot
from skyportal.astro.bandpasses import BANDPASSES
from skyportal.astro.zeropoints import NoZeropoint, ab_offset

MOST_ROWS = 10_000
TEXTS = ("obj_id", "filter", "magsys", "origin")
NUMBERS = (
    "mjd", "ra", "dec", "ra_unc", "dec_unc", "mag", "magerr", "limiting_mag", "limiting_mag_nsigma", "magref",
    "e_magref", "flux", "fluxerr", "zp", "ref_flux", "ref_fluxerr", "ref_zp",
)  # fmt: skip
OTHERS = ("instrument_id", "altdata", "assignment_id")


@dataclass(frozen=True)
class Measured:
    """Rows as checked columns: names still names, fluxes already in µJy AB."""

    obj_name: list[str]
    instrument_id: list[int]
    bandpass: list[str]
    origin: list[str]
    mjd: NDArray
    flux: NDArray
    fluxerr: NDArray
    limiting_mag: NDArray
    ref_flux: NDArray
    ref_fluxerr: NDArray
    ra: NDArray
    dec: NDArray
    ra_unc: NDArray
    dec_unc: NDArray
    altdata: list[Any] | None

    def __len__(self) -> int:
        return len(self.mjd)


class NeitherForm(Invalid):
    """The rows are neither magnitudes nor fluxes; what each reading complained of."""

    def __init__(self, complaints: Mapping[str, str]) -> None:
        super().__init__(
            f"Invalid input format: Tried to parse data in mag space, got: {complaints['mag']}"
            f" Tried to parse data in flux space, got: {complaints['flux']}"
        )
        self.complaints = complaints


def row_count(data: Mapping[str, Any]) -> int:
    """How many rows a body has."""
    return _Table(data).rows


def some_rows(data: Mapping[str, Any], wanted: Sequence[int], count: int) -> dict[str, Any]:
    """The body of some rows of a body of `count`; what stands for all rows stays."""
    named = {*TEXTS, *NUMBERS, *OTHERS}
    return {
        key: [value[n] for n in wanted] if key in named and isinstance(value, list) and len(value) == count else value
        for key, value in data.items()
    }


def complaint_of(problem: Invalid, data: Mapping[str, Any]) -> str:
    """Why a row was refused, in the words of the form it was meant to have."""
    if not isinstance(problem, NeitherForm):
        return problem.message
    return problem.complaints["flux" if "mag" not in data and {"flux", "fluxerr"} & data.keys() else "mag"]


def read(data: Mapping[str, Any]) -> Measured:
    """The points of a request body; Invalid says what is wrong with which row."""
    table = _Table(data)
    common = _common(table)
    forms: list[tuple[str, Callable]] = [("mag", _from_magnitudes), ("flux", _from_fluxes)]
    if "flux" in data and "mag" not in data:
        forms.reverse()
    complaints = {}
    for space, form in forms:
        try:
            return Measured(**common, **form(table))
        except Invalid as problem:
            complaints[space] = problem.message
    raise NeitherForm(complaints)


class _Table:
    """The body's columns, scalars repeated to the length of the lists."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.given = set(data)
        self.data = {key: data[key] for key in (*TEXTS, *NUMBERS, *OTHERS) if data.get(key) is not None}
        lengths = {key: len(value) for key, value in self.data.items() if isinstance(value, list)}
        if len(set(lengths.values())) > 1:
            raise Invalid(f"Invalid input: lists must have the same length, got {lengths}.")
        self.rows = next(iter(lengths.values()), 1)
        if self.rows > MOST_ROWS:
            raise Invalid(f"Maximum number of photometry rows to post exceeded: {self.rows} > {MOST_ROWS}.")
        if not self.rows:
            raise Invalid("Invalid input: there are no rows.")
        self._numbers: dict[str, NDArray] = {}

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def column(self, key: str) -> list[Any]:
        value = self.data.get(key)
        return value if isinstance(value, list) else [value] * self.rows

    def texts(self, key: str) -> list[str]:
        """A required column of text."""
        values = self.column(key)
        distinct = set(map(type, values))
        if type(None) in distinct:
            raise Invalid(f"missing required field {key!r} in row {values.index(None)}.")
        if not distinct <= {str, int} or any("\x00" in value for value in values if isinstance(value, str)):
            raise Invalid(f"Invalid value for {key}: must be text.")
        return values if distinct == {str} else [str(value) for value in values]

    def numbers(self, key: str) -> NDArray:
        """A column of numbers, NaN where there is none; infinities are refused."""
        if key not in self._numbers:
            try:
                value = np.array(self.column(key), dtype=float)
            except (TypeError, ValueError, OverflowError):
                raise Invalid(f"Invalid value for {key}: must be a number.") from None
            if value.ndim != 1 or np.isinf(value).any():
                raise Invalid(f"Invalid value for {key}: must be finite.")
            self._numbers[key] = value
        return self._numbers[key]

    def required(self, key: str) -> NDArray:
        values = self.numbers(key)
        if np.isnan(values).any():
            raise Invalid(f"missing required field {key!r} in row {int(np.argmax(np.isnan(values)))}.")
        return values

    def integers(self, key: str) -> list[int]:
        values = self.required(key)
        if (values != np.round(values)).any() or (np.abs(values) >= 2**31).any():
            raise Invalid(f"Invalid value for {key}: must be an integer.")
        return values.astype(int).tolist()


def _common(table: _Table) -> dict[str, Any]:
    """What both forms share."""
    bandpass = table.texts("filter")
    if unknown := sorted(set(bandpass) - BANDPASSES.keys()):
        raise Invalid(f"Invalid value for filter: {unknown[0][:60]!r} is not an allowed bandpass.")
    if table.data.get("assignment_id") is not None:
        raise Invalid("Invalid value for assignment_id: there are no assignments.")
    for key, (low, high) in {"ra": (0, 360), "dec": (-90, 90), "mjd": (-1e6, 1e6)}.items():
        values = table.numbers(key)
        if ((values < low) | (values > high)).any():
            raise Invalid(f"Invalid value for {key}: must be between {low:g} and {high:g}.")
    return {
        "obj_name": table.texts("obj_id"),
        "instrument_id": table.integers("instrument_id"),
        "bandpass": bandpass,
        "origin": [name or "None" for name in table.texts("origin")] if "origin" in table else ["None"] * table.rows,
        "mjd": table.required("mjd"),
        **{key: table.numbers(key) for key in ("ra", "dec", "ra_unc", "dec_unc")},
        "altdata": _altdata(table),
    }


def _altdata(table: _Table) -> list[Any] | None:
    if "altdata" not in table:
        return None
    values = table.column("altdata")
    if not all(value is None or isinstance(value, dict) for value in values):
        raise Invalid("Invalid value for altdata: must be a dictionary.")
    return values


def _offsets(table: _Table) -> NDArray:
    """AB minus the magnitude system of each row."""
    pairs = list(zip(table.column("filter"), table.texts("magsys"), strict=True))
    try:
        known = {pair: ab_offset(*pair) for pair in set(pairs)}
    except NoZeropoint as problem:
        raise Invalid(str(problem)) from None
    return np.array([known[pair] for pair in pairs]) if any(known.values()) else np.zeros(table.rows)


def _first(rows: NDArray) -> int:
    return int(np.argmax(rows))


def _from_magnitudes(table: _Table) -> dict[str, Any]:
    """Fluxes from magnitudes; where there is none, an upper limit from limiting_mag."""
    if not {"mag", "limiting_mag"} & table.given:
        raise Invalid("missing required field 'mag'.")
    offset = _offsets(table)
    mag, magerr, limit = table.numbers("mag") + offset, table.numbers("magerr"), table.numbers("limiting_mag") + offset
    detected = ~np.isnan(mag)
    if (odd := detected != ~np.isnan(magerr)).any():
        raise Invalid(f"Invalid value in row {_first(odd)}: mag and magerr must both be null, or neither.")
    if (magerr < 0).any():
        raise Invalid(f"Invalid value for magerr in row {_first(magerr < 0)}: must not be negative.")
    if (bare := ~detected & np.isnan(limit)).any():
        raise Invalid(f"missing required field 'limiting_mag' in row {_first(bare)}, which has no mag.")
    nsigma = np.where(np.isnan(table.numbers("limiting_mag_nsigma")), 3.0, table.numbers("limiting_mag_nsigma"))
    if (nsigma <= 0).any():
        raise Invalid("Invalid value for limiting_mag_nsigma: must be positive.")
    for values in (mag, limit):
        if (np.abs(values) > 100).any():
            raise Invalid("Invalid value: magnitudes must be between -100 and 100.")
    flux, fluxerr = phot.flux_density(mag, magerr)
    ref_flux, ref_fluxerr = phot.flux_density(table.numbers("magref") + offset, table.numbers("e_magref"))
    return {
        "flux": flux,
        "fluxerr": np.where(detected, fluxerr, phot.limiting_fluxerr(limit, nsigma)),
        "limiting_mag": limit,
        "ref_flux": ref_flux,
        "ref_fluxerr": ref_fluxerr,
    }


def _from_fluxes(table: _Table) -> dict[str, Any]:
    """Fluxes rescaled from their zero-points; a missing flux is an upper limit."""
    zp = table.required("zp") + _offsets(table)
    fluxerr = table.required("fluxerr")
    if (fluxerr <= 0).any():
        raise Invalid(f"Invalid value for fluxerr in row {_first(fluxerr <= 0)}: must be positive.")
    if (np.abs(zp) > 100).any():
        raise Invalid("Invalid value for zp: must be between -100 and 100.")
    ref_zp = np.where(np.isnan(table.numbers("ref_zp")), phot.AB_ZEROPOINT, table.numbers("ref_zp"))
    return {
        "flux": phot.to_microjansky(table.numbers("flux"), zp),
        "fluxerr": phot.to_microjansky(fluxerr, zp),
        "limiting_mag": np.full(table.rows, np.nan),
        "ref_flux": phot.to_microjansky(table.numbers("ref_flux"), ref_zp),
        "ref_fluxerr": phot.to_microjansky(table.numbers("ref_fluxerr"), ref_zp),
    }
