"""Reading ASCII spectra: columns by blanks, commas or tabs, a header in comment lines; and ECSV."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from ..cells import is_number
from . import headers
from .tables import MOST_POINTS, SpectrumTable, Unreadable

_COMMENT = ("#", "%", "!", ";")
_MISSING = {"", "nan", "--", "null", "none", "indef"}


def read_text(text: str) -> SpectrumTable:
    """The table in a text file.

    Raises
    ------
    Unreadable
        Naming the first line that does not fit, and why.

    Examples
    --------
    >>> read_text("# EXPTIME: 30\\n4000 1.5\\n4001 1.6").columns[1].tolist()
    [1.5, 1.6]
    """
    if text.lstrip("\ufeff").startswith("# %ECSV"):
        return _ecsv(text)
    comments: list[str] = []
    names: list[str] = []
    rows: list[list[float]] = []
    numbers: list[int] = []
    split = str.split
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        bare = line.strip()
        if not bare:
            continue
        if bare.startswith(_COMMENT):
            comments.append(bare.lstrip("#%!; \t"))
            continue
        if not rows and not names:
            split = _splitter(bare)
            cells = split(line)
            if not any(is_number(cell) for cell in cells):
                names = [cell.strip("\"'") for cell in cells]
                continue
        rows.append(_row(split(line), number, len(rows[0]) if rows else len(names)))
        numbers.append(number)
        if len(rows) > MOST_POINTS:
            raise Unreadable(f"a spectrum may have at most {MOST_POINTS} points.", number)
    if not rows:
        raise Unreadable("There is no line of numbers in it.")
    if len(rows[0]) < 2:
        raise Unreadable("one column only; a spectrum needs a wavelength and a flux.", numbers[0])
    columns = list(np.array(rows, dtype=float).T)
    named, units = _named(comments, len(columns))
    return SpectrumTable(columns, names or named, units, headers.parse(comments), np.array(numbers))


def _splitter(line: str):
    """How the columns are parted, by the first line that is no comment."""
    for sign in (",", ";", "\t"):
        if sign in line:
            return lambda text: [cell.strip() for cell in text.split(sign)]
    return str.split


def _row(cells: list[str], number: int, wanted: int) -> list[float]:
    if wanted and len(cells) != wanted:
        raise Unreadable(f"{len(cells)} columns, where the lines before have {wanted}.", number)
    values = []
    for n, cell in enumerate(cells, 1):
        if cell.lower() in _MISSING:
            values.append(math.nan)
            continue
        try:
            values.append(float(cell))
        except ValueError:
            raise Unreadable(f"column {n} is {cell[:40]!r}, which is not a number.", number) from None
    return values


def _named(comments: list[str], count: int) -> tuple[list[str], list[str]]:
    """Names and units of columns, where comment lines just above the numbers have one word for each."""
    names, units = [""] * count, [""] * count
    for line in comments[-4:]:
        if ":" in line or "=" in line:
            continue
        if brackets := re.findall(r"\[([^\]]*)\]", line):
            units = [*brackets[:count], *[""] * (count - len(brackets))]
        elif len(words := line.replace(",", " ").split()) == count and all(w[0].isalpha() for w in words):
            names = words
    return names, units


def _ecsv(text: str) -> SpectrumTable:
    from astropy.table import Table

    try:
        table = Table.read(text.splitlines(), format="ascii.ecsv")
    except Exception as problem:  # noqa: BLE001  astropy and PyYAML raise many kinds for a bad file
        raise Unreadable(f"This is no ECSV table that can be read: {problem}") from None
    numeric = [name for name in table.colnames if table[name].dtype.kind in "iuf" and table[name].ndim == 1]
    if len(numeric) < 2 or not len(table):
        raise Unreadable("The ECSV table needs rows, and two columns of numbers: wavelength and flux.")
    columns: list[NDArray] = [np.ma.filled(np.ma.asarray(table[name], dtype=float), np.nan) for name in numeric]
    units = ["" if table[name].unit is None else str(table[name].unit) for name in numeric]
    meta = {str(key): value for key, value in table.meta.items() if isinstance(value, str | int | float | bool)}
    return SpectrumTable(columns, numeric, units, meta)
