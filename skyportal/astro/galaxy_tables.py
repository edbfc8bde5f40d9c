"""Catalogues of galaxies as they are published, brought to one set of columns and units.

Read are CSV, plain columns, HDF5 and FITS, packed with gzip or not. Columns are known by the names that CLU, GLADE+,
NED-LVS, REGALADE and their like give them. A distance that a catalogue leaves out is that of its redshift.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cosmology import luminosity_distances

NUMBERS = (
    "ra", "dec", "distmpc", "distmpc_unc", "redshift", "redshift_error", "mstar", "sfr_fuv", "sfr_w4", "magb", "magk",
    "mag_fuv", "mag_nuv", "mag_w1", "mag_w2", "mag_w3", "mag_w4", "a", "b2a", "pa", "btc",
)  # fmt: skip
_ALIASES = {
    "name": ("name", "objname", "galaxy", "galaxy_name", "main_id", "objid", "source_name", "id"),
    "alt_name": ("alt_name", "altname"),
    "ra": ("ra", "ra_deg", "raj2000", "_ra"),
    "dec": ("dec", "dec_deg", "dej2000", "decj2000", "_dec", "de"),
    "distmpc": ("distmpc", "d_l", "dist", "distance", "d", "bestdist"),
    "distmpc_unc": ("distmpc_unc", "d_l err", "d_l_err", "dist_err", "e_dist", "d_err", "derr"),
    "redshift": ("redshift", "z", "z_cmb", "z_helio", "zbest"),
    "redshift_error": ("redshift_error", "z_unc", "z_err", "e_z"),
    "mstar": ("mstar", "stellar_mass"),
    "log_mstar": ("logmass", "logmstar", "logm", "log_mstar", "lgmstar"),
    "mstar10": ("m*",),
    "magb": ("magb", "b", "bmag", "m_b"),
    "magk": ("magk", "k", "kmag", "m_ks", "m_k", "ks"),
    "mag_fuv": ("mag_fuv", "m_fuv"),
    "mag_nuv": ("mag_nuv", "m_nuv"),
    **{f"mag_w{n}": (f"mag_w{n}", f"m_w{n}", f"w{n}") for n in (1, 2, 3, 4)},
    **{name: (name,) for name in ("sfr_fuv", "sfr_w4", "a", "b2a", "pa", "btc")},
}
_GLADE = ("glade no", "pgc no", "gwgc name", "hyperleda name", "2mass name", "wisexscos name", "sdss-dr16q name")
_GLADE_PLAIN = {
    "ra": 8, "dec": 9, "magb": 10, "magk": 18, "mag_w1": 20, "mag_w2": 22, "z_helio": 27, "redshift": 28, "z_err": 31,
    "d_l": 32, "d_l err": 33, "m*": 35,
}  # fmt: skip
"""Places of the columns of GLADE+ (Dálya et al. 2022, MNRAS 514, 1403, table 1) in its own file, which names none."""
_NOTHING = {"", "null", "nan", "none", "--"}
_HDF5, _FITS, _GZIP = b"\x89HDF", b"SIMPLE", b"\x1f\x8b"
MOST_BYTES = 2**30
"""Of a packed file once it is unpacked."""


class NotGalaxies(ValueError):
    """The bytes are no catalogue of galaxies; the message says why."""


def read(raw: bytes) -> dict[str, Any]:
    """Columns of a file: ``name`` a list of text, ``alt_name`` where there is one, and those of `NUMBERS` as arrays.

    Raises
    ------
    NotGalaxies
        saying what is missing
    """
    if raw.startswith(_GZIP):
        raw = _unpacked(raw)
    if raw.startswith((_HDF5, _FITS)):
        return brought_to_one_form(_binary(raw))
    return brought_to_one_form(_text(raw))


def _unpacked(raw: bytes) -> bytes:
    """What a gzip file holds; a small one may hold a great deal, so that no more is unpacked than is read."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as packed:
            found = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise NotGalaxies(f"The gzip file is damaged: {problem}.") from None
    if len(found) > MOST_BYTES:
        raise NotGalaxies(f"Unpacked, the file is larger than {MOST_BYTES // 2**20} MB.")
    return found


def _binary(raw: bytes) -> dict[str, NDArray]:
    try:
        if raw.startswith(_FITS):
            from astropy.table import Table

            table = Table.read(BytesIO(raw), format="fits")
            return {name: _plain(table[name]) for name in table.colnames if table[name].ndim == 1}
        import h5py

        with h5py.File(BytesIO(raw)) as file:
            found = next((_hdf5_columns(file[key]) for key in file if not key.startswith("_")), None)
    except (OSError, ValueError, TypeError, KeyError, IndexError) as problem:
        raise NotGalaxies(f"The file cannot be read: {str(problem)[:200]}.") from None
    if not found:
        raise NotGalaxies("The HDF5 file holds no table.")
    return found


def _hdf5_columns(node: Any) -> dict[str, NDArray]:
    """A compound data set, or a group with a data set for each column."""
    if getattr(getattr(node, "dtype", None), "names", None):
        rows = node[:]
        return {name: rows[name] for name in rows.dtype.names}
    return {name: node[name][:] for name in node} if hasattr(node, "keys") else {}


def _plain(column: Any) -> NDArray:
    """A column without its mask: what is masked is none."""
    values = np.asarray(column)
    mask = getattr(column, "mask", None)
    if mask is not None and np.any(mask):
        values = values.astype(float if values.dtype.kind in "fiu" else object)
        values[mask] = np.nan if values.dtype.kind == "f" else None
    return values


def _text(raw: bytes) -> dict[str, NDArray]:
    import csv

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotGalaxies("The file is neither FITS nor HDF5 nor text.") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise NotGalaxies("The file is empty.")
    if "," not in lines[0] and len(lines[0].split()) == 40:
        return _glade_plain([line.split() for line in lines])
    delimiter = max(",;\t|", key=lines[0].count)
    header, *rows = csv.reader(StringIO("\n".join(lines)), delimiter=delimiter)
    if any(len(row) != len(header) for row in rows):
        bad = next(n for n, row in enumerate(rows, 2) if len(row) != len(header))
        raise NotGalaxies(f"Line {bad} has not as many cells as the header.")
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {name.strip(): np.array(column, object) for name, column in zip(header, columns, strict=True)}


def _glade_plain(rows: list[list[str]]) -> dict[str, NDArray]:
    if any(len(row) != 40 for row in rows):
        raise NotGalaxies("A file of GLADE+ has 40 columns in each line.")
    columns = np.array(rows, object).T
    return dict(zip(_GLADE, columns, strict=False)) | {name: columns[place] for name, place in _GLADE_PLAIN.items()}


def brought_to_one_form(columns: dict[str, Any]) -> dict[str, Any]:
    """Known columns under our names, in our units; others are left out."""
    there = {name.strip().lower(): np.asarray(column) for name, column in columns.items()}
    said: dict[str, Any] = {}
    for ours, theirs in _ALIASES.items():
        if found := next((name for name in theirs if name in there), None):
            said[ours] = there[found]
    names = _glade_names(there) if _GLADE[0] in there else _texts(said.get("name"))
    if missing := [name for name in ("ra", "dec") if name not in said] + ([] if names else ["name"]):
        raise NotGalaxies(f"No column {missing[0]}; there are {', '.join(sorted(there)[:20]) or 'none'}.")
    numbers = {name: _floats(name, said[name]) for name in said if name not in ("name", "alt_name")}
    found_: dict[str, Any] = {"name": names, **_with_mass(numbers)}
    if "alt_name" in said:
        found_["alt_name"] = _texts(said["alt_name"])
    return _with_distance(found_)


def _with_mass(numbers: dict[str, NDArray]) -> dict[str, NDArray]:
    """Stellar mass in solar masses, from whichever form the catalogue has."""
    logarithm, tens = numbers.pop("log_mstar", None), numbers.pop("mstar10", None)
    if "mstar" not in numbers and tens is not None:
        numbers["mstar"] = tens * 1e10
    elif "mstar" not in numbers and logarithm is not None:
        numbers["mstar"] = 10.0 ** np.where(logarithm < 20, logarithm, np.nan)
    return numbers


def _with_distance(columns: dict[str, Any]) -> dict[str, Any]:
    redshift = columns.get("redshift")
    if redshift is None:
        return columns
    known = columns.get("distmpc", np.full(len(redshift), np.nan))
    gaps = ~(np.isfinite(known) & (known > 0)) & (redshift > 0) & (redshift < 10)
    filled = known.copy()
    if gaps.any():
        filled[gaps] = luminosity_distances(redshift[gaps])
    return {**columns, "distmpc": filled}


def _glade_names(there: dict[str, NDArray]) -> list[str]:
    """GLADE+ names a galaxy once in each of its catalogues: the first name it has, else its number."""
    order = ("gwgc name", "hyperleda name", "2mass name", "sdss-dr16q name", "wisexscos name")
    columns = [_texts(there[name]) for name in order if name in there]
    numbers = _texts(there[_GLADE[0]])
    prefixes = ["", "", "2MASX J", "SDSS J", "WISE "]
    seen: set[str] = set()
    found = []
    for row, number in enumerate(numbers):
        named = (_called(prefixes[n], column[row]) for n, column in enumerate(columns) if column[row])
        name = next((one for one in named if one not in seen), f"GLADE {number}")
        seen.add(name)
        found.append(name)
    return found


def _called(prefix: str, name: str) -> str:
    """HyperLEDA's numbers are those of the PGC."""
    return f"PGC{name}" if name.isdecimal() else prefix + name


def _texts(column: Any) -> list[str]:
    if column is None:
        return []
    words = (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in column.tolist())
    return ["" if word.strip().lower() in _NOTHING else word.strip() for word in words]


def _floats(name: str, column: NDArray) -> NDArray:
    if column.dtype.kind in "fiu":
        return column.astype(float)
    words = _texts(column)
    try:
        return np.array([float(word) if word else np.nan for word in words])
    except ValueError as problem:
        raise NotGalaxies(f"Column {name}: {str(problem)[:100]}.") from None


def chunks(columns: dict[str, Any], size: int) -> Iterator[dict[str, list[Any]]]:
    """The rows some at a time, as lists."""
    for start in range(0, len(columns["name"]), size):
        part = slice(start, start + size)
        yield {
            name: column[part].tolist() if isinstance(column, np.ndarray) else column[part]
            for name, column in columns.items()
        }
