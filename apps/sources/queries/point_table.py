"""Points of one obj as a table: chosen columns, in order, narrowed; the page and its CSV read the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.access.errors import Invalid

from ..models import Photometry
from .light_curves import BAD, LightCurve

NARROWING = ("bandpass", "instrument", "origin", "verdict")
NOT_BAD = "not bad"
"""Narrows to what nobody found bad."""


@dataclass(frozen=True)
class Column:
    """A column of the table: its heading, its values for a light curve, decimals where it is a number."""

    label: str
    values: Callable[[LightCurve], NDArray]
    digits: int | None = None
    default: bool = False


def _attribute(name: str) -> Callable[[LightCurve], NDArray]:
    return lambda curve: getattr(curve, name)


def _origin(curve: LightCurve) -> NDArray:
    """The public API calls an origin that nobody gave "None": here it says nothing."""
    return np.where(curve.origin == "None", "", curve.origin)


def _superseded_by(curve: LightCurve) -> NDArray:
    other = curve.id[curve.stands_for].astype(object)
    other[curve.best] = None
    return other


COLUMNS = {
    "mjd": Column("MJD", _attribute("mjd"), 5, True),
    "date": Column("UTC", _attribute("when")),
    "bandpass": Column("Band", _attribute("bandpass"), None, True),
    "mag": Column("mag (AB)", _attribute("mag"), 3, True),
    "magerr": Column("± mag", _attribute("magerr"), 3, True),
    "limit": Column("limit", _attribute("limit"), 2, True),
    "flux": Column("flux (µJy)", _attribute("flux"), 3),
    "fluxerr": Column("± flux", _attribute("fluxerr"), 3),
    "snr": Column("S/N", _attribute("snr"), 1),
    "instrument": Column("Instrument", _attribute("instrument"), None, True),
    "origin": Column("Origin", _origin, None, True),
    "verdict": Column("Verdict", _attribute("verdict")),
    "note": Column("Note", _attribute("note")),
    "kind": Column("Kind", _attribute("kind")),
    "exposure": Column("exposure (s)", _attribute("exposure"), 1),
    "ref_flux": Column("reference (µJy)", _attribute("ref_flux"), 3),
    "ref_fluxerr": Column("± reference", _attribute("ref_fluxerr"), 3),
    "upload": Column("Upload", _attribute("upload")),
    "superseded_by": Column("Superseded by", _superseded_by),
    "id": Column("Point", _attribute("id")),
}
DEFAULT = tuple(name for name, column in COLUMNS.items() if column.default)


@dataclass(frozen=True)
class Table:
    """What is asked of the table, and which points of the whole light curve answer, in its order."""

    curve: LightCurve
    chosen: NDArray
    columns: tuple[str, ...]
    sort: str

    def __len__(self) -> int:
        return len(self.chosen)

    def rows(self, start: int = 0, stop: int | None = None) -> list[list[Any]]:
        """Values row by row; None where a column says nothing of a point."""
        chosen = self.chosen[start:stop]
        columns = [[_known(v) for v in COLUMNS[name].values(self.curve)[chosen].tolist()] for name in self.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def alert_times(self, start: int, stop: int) -> list[float]:
        """MJD of each point that was made from an alert, -1 of the others."""
        chosen = self.chosen[start:stop]
        made = (self.curve.flags[chosen] & Photometry.ALERT) > 0
        return np.where(made, self.curve.mjd[chosen], -1.0).tolist()

    def ids(self, start: int, stop: int) -> list[int]:
        return self.curve.id[self.chosen[start:stop]].tolist()


def _known(value: Any) -> Any:
    return None if value == "" or (isinstance(value, float) and not np.isfinite(value)) else value


def table(curve: LightCurve, query: Mapping[str, str], *, sort: str = "-mjd") -> Table:
    """The table that a query string asks for: ``columns``, ``sort``, ``bandpass``, ``instrument``, ``origin``,
    ``verdict``, ``all``.

    Without ``all`` it holds the best measurement of each epoch.
    """
    chosen = tuple(name for name in query.get("columns", "").split(",") if name in COLUMNS) or _default(curve)
    sort = query.get("sort") or sort
    if sort.removeprefix("-") not in COLUMNS:
        raise Invalid(f"There is no column {sort.removeprefix('-')[:40]!r} to sort by.")
    wanted = np.ones(len(curve), bool) if query.get("all") else curve.best
    for name in NARROWING:
        if value := query.get(name):
            wanted = wanted & ((curve.verdict != BAD) if value == NOT_BAD else getattr(curve, name) == value)
    order = _order(COLUMNS[sort.removeprefix("-")].values(curve), descending=sort.startswith("-"))
    return Table(curve, order[wanted[order]], chosen, sort)


def _default(curve: LightCurve) -> tuple[str, ...]:
    """The columns that are always shown, and the verdicts where there are any."""
    return DEFAULT + (("verdict",) if (curve.verdict != "").any() else ())


def _order(values: NDArray, *, descending: bool) -> NDArray[np.intp]:
    """Indices that sort; what is unknown comes last either way, ties keep the order of time."""
    keys: NDArray
    if values.dtype == object:
        known = np.array([value is not None and value != "" for value in values])
        keys = np.unique(values.astype(str), return_inverse=True)[1]
    else:
        known = np.isfinite(values)
        keys = np.where(known, values, 0)
    order: NDArray[np.intp] = np.lexsort((np.arange(len(values)), -keys if descending else keys, ~known))
    return order
