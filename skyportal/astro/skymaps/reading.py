"""Sky maps out of FITS files: multi-order and flat, gzipped or not.

The formats are those of the LIGO-Virgo-KAGRA public alerts (HEALPix FITS with PROB, and multi-order maps with UNIQ and
PROBDENSITY), which GBM, IPN and others share.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sky import HPX_ORDER
from .coarsening import coarsened
from .tiles import CELL, Distance, NotASkyMap, SkyMap, cells_of

MOST_BYTES = 2**30
"""An unpacked map larger than this is refused."""
_PROBABILITIES = ("PROB", "PROBABILITY", "PROBDENSITY")


def read(content: bytes) -> SkyMap:
    """The map in the bytes of a FITS file, in at most `coarsening.MOST_TILES` tiles.

    Raises
    ------
    NotASkyMap
        saying what the file holds instead.
    """
    with _opened(content) as table:
        return coarsened(_multi_order(table) if "UNIQ" in _names(table) else _flat(table))


def check(content: bytes) -> None:
    """Whether a file may be a sky map, by its headers: whoever just chose it can choose another.

    Raises
    ------
    NotASkyMap
        saying what the file holds instead.
    """
    with _opened(content):
        pass


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """The table of probabilities in a file; whatever astropy raises on a broken one, here or later, is said plainly."""
    from astropy.io import fits

    try:
        with fits.open(io.BytesIO(_unpacked(content)), memmap=False) as units:
            yield _table(units)
    except NotASkyMap:
        raise
    except Exception as problem:
        said = str(problem)[:200] or type(problem).__name__
        raise NotASkyMap(f"The file cannot be read as FITS: {said}") from problem


def _table(units: Any) -> Any:
    found = next((unit for unit in units if _holds_probability(unit)), None)
    if found is None:
        raise NotASkyMap(_instead(units))
    return found


def _unpacked(content: bytes) -> bytes:
    raw = _gunzipped(content) if content[:2] == b"\x1f\x8b" else content
    if not raw.startswith(b"SIMPLE"):
        raise NotASkyMap("The file cannot be read as FITS: it does not begin with SIMPLE, as all such files do.")
    return raw


def _gunzipped(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            raw = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise NotASkyMap(f"The gzip file is broken: {problem}") from None
    if len(raw) > MOST_BYTES:
        raise NotASkyMap("The file unpacks to more than a gigabyte; send a multi-order map.")
    return raw


def _names(table: Any) -> dict[str, str]:
    """Columns as the file writes them, by upper-case name."""
    return {name.upper(): name for name in table.columns.names}


def _holds_probability(unit: Any) -> bool:
    return hasattr(unit, "columns") and any(name in _names(unit) for name in _PROBABILITIES)


def _instead(units: Any) -> str:
    tables = [unit for unit in units if hasattr(unit, "columns")]
    if any("UNIQ" in _names(table) for table in tables):
        return "The file is a coverage map (MOC) without probabilities."
    if tables:
        return f"No column of the file is a probability; there are {', '.join(tables[0].columns.names[:8])}."
    return "The file is an image, not a HEALPix table."


def _multi_order(table: Any) -> SkyMap:
    names = _names(table)
    uniq = np.asarray(table.data[names["UNIQ"]]).astype(np.int64)
    if "PROBDENSITY" not in names:
        raise NotASkyMap("A multi-order map needs a PROBDENSITY column.")
    density = np.asarray(table.data[names["PROBDENSITY"]], float)
    return SkyMap.of(*cells_of(uniq), density, _distance(table, names, slice(None)))


def _flat(table: Any) -> SkyMap:
    import healpy

    names = _names(table)
    column = next(name for name in _PROBABILITIES if name in names)
    values = np.array(table.data[names[column]], float).ravel()
    nside = round((len(values) / 12) ** 0.5)
    if 12 * nside**2 != len(values) or nside & (nside - 1):
        raise NotASkyMap(f"{len(values)} pixels are no HEALPix map of the whole sky.")
    if str(table.header.get("COORDSYS", "C")).strip().upper()[:1] not in ("C", "E", ""):
        raise NotASkyMap("The map is not in equatorial coordinates (COORDSYS must be C).")
    order = nside.bit_length() - 1
    cell = CELL * 4.0 ** (HPX_ORDER - order)
    if column != "PROBDENSITY":
        values /= cell
    if str(table.header.get("ORDERING", "RING")).upper().startswith("RING"):
        chosen = np.flatnonzero(np.isfinite(values) & (values > 0))
        pixel, orders = healpy.ring2nest(nside, chosen), np.full(len(chosen), order)
    else:
        also = table.data[names["DISTMU"]].ravel() if "DISTMU" in names else None
        chosen, pixel, orders = _without_repeats(values, also, order)
    shift = 2 * (HPX_ORDER - orders)
    lo = pixel.astype(np.int64) << shift
    return SkyMap.of(lo, lo + (np.int64(1) << shift), values[chosen], _distance(table, names, chosen))


def _without_repeats(values: NDArray, also: NDArray | None, order: int) -> tuple[NDArray, NDArray, NDArray]:
    """Pixels of a nested map, four sisters with the very same values as their parent, over and over.

    Flat maps are mostly made from multi-order ones, so this finds those tiles again: of twelve million pixels a few ten
    thousand are left. Returns the row of each tile's values, its pixel number and its order.
    """
    rows, pixels, orders = [], [], []
    value, first = np.where(values > 0, values, np.nan), np.arange(len(values))
    while order > 0:
        four = value.reshape(-1, 4)
        alike = (four[:, 1:] == four[:, :1]).all(axis=1)
        if also is not None:
            mu = also[first].reshape(-1, 4)
            alike &= (mu[:, 1:] == mu[:, :1]).all(axis=1)
        left = np.flatnonzero(~np.repeat(alike, 4) & ~np.isnan(value))
        rows.append(first[left])
        pixels.append(left)
        orders.append(np.full(len(left), order))
        value, first = np.where(alike, four[:, 0], np.nan), first[::4]
        order -= 1
    left = np.flatnonzero(~np.isnan(value))
    rows.append(first[left])
    pixels.append(left)
    orders.append(np.full(len(left), 0))
    return np.concatenate(rows), np.concatenate(pixels), np.concatenate(orders)


def _distance(table: Any, names: dict[str, str], rows: NDArray | slice) -> Distance | None:
    wanted = ("DISTMU", "DISTSIGMA", "DISTNORM")
    if not all(name in names for name in wanted):
        return None
    mu, sigma, norm = (np.asarray(table.data[names[name]], float).ravel()[rows] for name in wanted)
    known = np.isfinite(mu) & np.isfinite(sigma) & (sigma > 0)
    return Distance(*(np.where(known, part, np.nan) for part in (mu, sigma, norm)))
