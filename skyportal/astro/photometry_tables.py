"""Tables of photometry as people keep them: reading any of them into text, and guessing what their columns are.

Read are CSV and its relatives (comma, semicolon, tab, bar), ECSV, columns apart by spaces with or without a heading,
SNANA and SALT2 light curve files, FITS binary tables and Parquet. Every cell is kept as the text that was written.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 10_000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|[+-]?(nan|inf|infinity|null|none)$|$", re.IGNORECASE)


class Unreadable(ValueError):
    """This is no table; the message says why and where."""


@dataclass(frozen=True)
class TextTable:
    """A table as text: names of its columns, and rows of as many cells."""

    names: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        at = self.names.index(name)
        return [row[at] for row in self.rows]


def read_table(content: bytes) -> TextTable:
    """The table in a file or in what was pasted.

    Raises
    ------
    Unreadable
        Where there is no table, a line has more or fewer cells than the heading, or there are more than 10,000 rows.

    Examples
    --------
    >>> read_table(b"mjd,mag\\n60000.5,18.2\\n").rows
    [['60000.5', '18.2']]
    """
    if content[:6] == b"SIMPLE":
        names, rows = _fits(content)
    elif content[:4] == b"PAR1":
        names, rows = _parquet(content)
    else:
        names, rows = _text(content)
    if not rows:
        raise Unreadable("There is no row of data in it.")
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"It has {len(rows)} rows; at most {MOST_ROWS} go in one upload. Split it.")
    return TextTable(_distinct(names), rows)


def _distinct(names: list[str]) -> list[str]:
    """Names without blanks around them, none empty, none twice."""
    found: list[str] = []
    for n, name in enumerate(names, 1):
        clean = name.strip().strip("#").strip() or f"column {n}"
        found.append(clean if clean not in found else f"{clean} ({n})")
    return found


def _text(content: bytes) -> tuple[list[str], list[list[str]]]:
    if b"\x00" in content[:4096]:
        raise Unreadable("It is neither text nor a FITS or Parquet table.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    notes = [line for _, line in lines if line.startswith(("#", "@"))]
    data = [(n, line) for n, line in lines if not line.startswith(("#", "@"))]
    if not data:
        raise Unreadable("There is no row of data in it.")
    if any(line.startswith("VARLIST:") for _, line in data):
        return _snana(data)
    cells = _cells(data)
    width = len(cells[0][1])
    if not _is_data(cells[0][1]):
        heading, cells = cells[0][1], cells[1:]
    else:
        heading = _heading_in(notes, width) or [f"column {n}" for n in range(1, width + 1)]
    for n, row in cells:
        if len(row) != len(heading):
            raise Unreadable(f"Line {n} has {len(row)} cells, the heading has {len(heading)}.")
    rows = [row for _, row in cells]
    constants = [line[1:].split(None, 1) for line in notes if line.startswith("@") and len(line.split()) > 1]
    return heading + [key for key, _ in constants], [row + [value.strip() for _, value in constants] for row in rows]


def _cells(lines: list[tuple[int, str]]) -> list[tuple[int, list[str]]]:
    """Lines cut at the first of comma, semicolon, tab, bar that the first lines share; else at blanks."""
    sample = [line for _, line in lines[:20]]
    for mark in ",;\t|":
        if all(mark in line for line in sample):
            parsed = csv.reader([line for _, line in lines], delimiter=mark, skipinitialspace=True)
            return [(n, [cell.strip() for cell in row]) for (n, _), row in zip(lines, parsed, strict=True)]
    parsed = csv.reader([re.sub(r"\s+", " ", line.strip()) for _, line in lines], delimiter=" ")
    return [(n, row) for (n, _), row in zip(lines, parsed, strict=True)]


def _is_data(cells: list[str]) -> bool:
    """Whether a line holds numbers: one cell that starts with a digit is enough, headings have none."""
    return any(_NUMBER.match(cell) and cell for cell in cells) or bool(re.match(r"\d{4}-\d\d-\d\d", cells[0]))


def _heading_in(notes: list[str], width: int) -> list[str] | None:
    """The heading where it stands in a comment, as ATLAS and SALT2 write it."""
    named = [m[1] for line in notes if (m := re.match(r"#\s*(\w+)\s*:", line)) and not line.startswith("# %")]
    if len(named) == width:
        return named
    comments = [re.split(r"[,\s]+", line.strip("# \t")) for line in notes if line.startswith("#")]
    return next((cells for cells in reversed(comments) if len(cells) == width and not _is_data(cells)), None)


def _snana(lines: list[tuple[int, str]]) -> tuple[list[str], list[list[str]]]:
    said = {line.split(":", 1)[0]: line.split()[1:] for _, line in lines}
    heading = said["VARLIST"][: int(said["NVAR"][0]) if said.get("NVAR", [""])[0].isdecimal() else None]
    curves: dict[str, list[list[str]]] = {}
    called = ""
    for n, line in lines:
        if line.startswith("SNID:"):
            called = "".join(line.split()[1:2])
        if line.startswith("OBS:"):
            row = line.split()[1:]
            if len(row) != len(heading):
                raise Unreadable(f"Line {n} has {len(row)} cells, VARLIST has {len(heading)}.")
            curves.setdefault(called, []).append(row)
    return _told_apart(heading, curves)


def _told_apart(names: list[str], curves: dict[str, list[list[str]]]) -> tuple[list[str], list[list[str]]]:
    """One table of several supernovae, with a column that says whose a row is; of one it is as it was."""
    if len(curves) < 2:
        return names, [row for rows in curves.values() for row in rows]
    return ["SNID", *names], [[called, *row] for called, rows in curves.items() for row in rows]


_SNANA_END = "-777.0"
"""The MJD of the row that closes each light curve of SNANA's FITS files."""


def _snana_fits(names: list[str], rows: list[list[str]], called: list[str]) -> tuple[list[str], list[list[str]]]:
    """Light curves that stand one below the other in SNANA's way; ``called`` in the order of the HEAD table, if any."""
    at = next((n for n, name in enumerate(names) if name.upper() == "MJD"), None)
    if at is None or not any(row[at] == _SNANA_END for row in rows):
        return names, rows
    curves: list[list[list[str]]] = [[]]
    for row in rows:
        if row[at] == _SNANA_END:
            curves.append([])
        else:
            curves[-1].append(row)
    found = [curve for curve in curves if curve]
    if len(called) != len(found) or len(set(called)) < len(called):
        called = [f"number {n} (MJD {curve[0][at]} to {curve[-1][at]})" for n, curve in enumerate(found, 1)]
    return _told_apart(names, dict(zip(called, found, strict=True)))


def _fits(content: bytes) -> tuple[list[str], list[list[str]]]:
    from astropy.io import fits

    try:
        with fits.open(io.BytesIO(content)) as hdus:
            tables = [hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU | fits.TableHDU)]
            if not tables:
                raise Unreadable("This FITS file holds no table, only images.")
            heads = [hdu for hdu in tables if {"SNID", "PTROBS_MIN"} <= set(hdu.columns.names)]
            if heads == tables:
                kept = str(hdus[0].header.get("PHOTFILE", "the PHOT file beside it"))[:100]
                raise Unreadable(f"This is SNANA's list of supernovae; their photometry is in {kept}.")
            called = [_plain(name) for hdu in heads for name in hdu.data["SNID"].tolist()]
            table = next(hdu for hdu in tables if hdu not in heads)
            names = [name for name in table.columns.names if table.data[name].ndim == 1]
            if len(table.data) > MOST_ROWS:
                raise Unreadable(f"It has {len(table.data)} rows; at most {MOST_ROWS} go in one upload. Split it.")
            columns = [[_plain(v) for v in table.data[name].tolist()] for name in names]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        if isinstance(problem, Unreadable):
            raise
        raise Unreadable(f"This FITS file cannot be read: {str(problem)[:200]}") from None
    return _snana_fits(names, [list(row) for row in zip(*columns, strict=True)], called)


def _parquet(content: bytes) -> tuple[list[str], list[list[str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows > MOST_ROWS:
            raise Unreadable(f"It has {file.metadata.num_rows} rows; at most {MOST_ROWS} go in one upload. Split it.")
        table = file.read()
    except (pa.ArrowException, OSError) as problem:
        raise Unreadable(f"This Parquet file cannot be read: {str(problem)[:200]}") from None
    columns = {n: c.to_pylist() for n, c in zip(table.column_names, table.columns, strict=True)}
    kept = {n: c for n, c in columns.items() if not any(isinstance(v, list | dict) for v in c)}
    return list(kept), [[_plain(v) for v in row] for row in zip(*kept.values(), strict=True)]


def _plain(value: Any) -> str:
    return "" if value is None else (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip()
