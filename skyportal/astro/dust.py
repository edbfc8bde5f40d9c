"""Reddening by the Galaxy's dust, read from a map where there is one: without a map it is unknown.

The map is that of Schlegel, Finkbeiner & Davis: two FITS images (one for each Galactic hemisphere, zenithal
equal-area), kept in the folder named by `use`. `manage.py fetch_dust_map` puts them there.

References
----------
Schlegel, Finkbeiner & Davis 1998, ApJ 500, 525.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .sky import galactic

FILES = {1: "SFD_dust_4096_ngp.fits", -1: "SFD_dust_4096_sgp.fits"}
"""File names by hemisphere: 1 north, -1 south of the Galactic equator."""

_BLOCK = 2880  # bytes; FITS headers and data come in whole ones
_CARD = 80
_LONGEST_HEADER = 100

_folder: Path | None = None


class NotADustMap(ValueError):
    """A file that is not one hemisphere of the map."""


@dataclass(frozen=True)
class Hemisphere:
    """One image, mapped into memory: a position touches four of its pixels, not the 64 MB."""

    north: int  # 1 or -1
    scale: float  # pixels from the equator to the pole
    pole: tuple[float, float]  # zero-based (x, y) of the pole
    pixels: NDArray

    def ebv(self, longitude: float, latitude: float) -> float | None:
        """Between the four nearest pixels; None beyond the edge of the image (degrees, Galactic)."""
        lon, lat = np.radians(longitude), np.radians(latitude)
        radius = self.scale * np.sqrt(1 - self.north * np.sin(lat))
        x = self.pole[0] + radius * np.cos(lon)
        y = self.pole[1] - self.north * radius * np.sin(lon)
        height, width = self.pixels.shape
        if not (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5):
            return None
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        left, low = min(int(x), width - 2), min(int(y), height - 2)
        dx, dy = x - left, y - low
        corner = self.pixels[low : low + 2, left : left + 2].astype(float)
        return float(np.array([1 - dy, dy]) @ corner @ np.array([1 - dx, dx]))


def use(folder: Path) -> None:
    """Name the folder of the map, whether or not there is one in it yet."""
    global _folder
    _folder = folder


def ebv(ra: float, dec: float) -> float | None:
    """E(B−V) in magnitudes on the scale of the map; None where no map covers the position.

    Parameters
    ----------
    ra, dec : float, degrees, ICRS
    """
    if _folder is None:
        return None
    longitude, latitude = (float(angle) for angle in galactic(ra, dec))
    path = _folder / FILES[1 if latitude >= 0 else -1]
    try:
        written = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _opened(path, written).ebv(longitude, latitude)


@lru_cache(maxsize=4)
def _opened(path: Path, written: int) -> Hemisphere:
    """Kept until the file is replaced."""
    return read(path)


def read(path: Path) -> Hemisphere:
    """One hemisphere out of a FITS file.

    Raises
    ------
    NotADustMap
        Where the file is something else, or shorter than its header says.
    """
    header, start = _header(path)
    try:
        north, scale = int(header["LAM_NSGP"]), float(header["LAM_SCAL"])
        shape = int(header["NAXIS2"]), int(header["NAXIS1"])
        pole = float(header["CRPIX1"]) - 1, float(header["CRPIX2"]) - 1
        kind = header["BITPIX"], header["OBJECT"].strip("' ")
    except (KeyError, ValueError) as error:
        raise NotADustMap(f"{path.name} is not a map of E(B−V): its header has no readable {error}.") from error
    if kind != ("-32", "E(B-V)") or north not in (1, -1):
        raise NotADustMap(f"{path.name} is not a map of E(B−V) as Schlegel, Finkbeiner & Davis published it.")
    if path.stat().st_size < start + shape[0] * shape[1] * 4:
        raise NotADustMap(f"{path.name} is cut short: it has {path.stat().st_size} bytes.")
    return Hemisphere(north, scale, pole, np.memmap(path, ">f4", "r", start, shape))


def _header(path: Path) -> tuple[dict[str, str], int]:
    """Keywords and where the pixels begin. Small enough to read by hand: astropy takes half a second to import."""
    cards: dict[str, str] = {}
    with path.open("rb") as file:
        for block in range(1, _LONGEST_HEADER):
            text = file.read(_BLOCK).decode("ascii", "replace")
            if len(text) < _BLOCK or (block == 1 and not text.startswith("SIMPLE  =")):
                break
            for n in range(0, _BLOCK, _CARD):
                card = text[n : n + _CARD]
                if card.rstrip() == "END":
                    return cards, block * _BLOCK
                if card[8:10] == "= ":
                    cards[card[:8].strip()] = card[10:].split("/")[0].strip()
    raise NotADustMap(f"{path.name} is not a FITS file.")
