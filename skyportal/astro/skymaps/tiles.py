"""What a sky map is here, and what can be said of it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..sky import HPX_CELLS, HPX_ORDER

CELL = 4 * np.pi / HPX_CELLS
"""Solid angle of a cell of order 29, steradian."""
DEG2 = np.degrees(1.0) ** 2
"""Square degrees in a steradian."""


class NotASkyMap(ValueError):
    """The bytes or numbers are no probability map; the message says why."""


def cells_of(uniq: ArrayLike) -> tuple[NDArray, NDArray]:
    """First order-29 cell of each UNIQ number, and one beyond its last; (n,) int64.

    Raises
    ------
    NotASkyMap
        where a number names no cell, or a finer one

    Examples
    --------
    >>> cells_of([4, 15])[0].tolist() == [0, 11 * 4**29]
    True
    """
    uniq = np.asarray(uniq, np.int64)
    if len(uniq) and (uniq.min() < 4 or uniq.max() >= 4 ** (HPX_ORDER + 2)):
        raise NotASkyMap(f"UNIQ holds numbers that are no HEALPix cells down to order {HPX_ORDER}.")
    # the exponent of the first bit; doubles hold 53 bits, and these numbers have up to 62
    order = (np.frexp(uniq.astype(np.longdouble))[1].astype(np.int64) - 1) // 2 - 1
    pixel, shift = uniq - 4 ** (order + 1), 2 * (HPX_ORDER - order)
    return pixel << shift, (pixel + 1) << shift


@dataclass(frozen=True)
class Distance:
    """Distance along each line of sight: p(r) = norm · N(r; mu, sigma) · r² (Singer et al. 2016, ApJL 829, L15).

    mu, sigma : (n,) Mpc; norm : (n,) Mpc⁻². NaN where a tile has none.
    """

    mu: NDArray
    sigma: NDArray
    norm: NDArray

    def __getitem__(self, chosen: NDArray) -> Distance:
        return Distance(self.mu[chosen], self.sigma[chosen], self.norm[chosen])


@dataclass(frozen=True)
class SkyMap:
    """Tiles that do not overlap, in the order of their cells; where there is no tile there is no probability.

    lo, hi : (n,) int64, cells of order 29 from lo up to, not including, hi
    density : (n,) probability per steradian
    distance : where the map is in three dimensions
    """

    lo: NDArray
    hi: NDArray
    density: NDArray
    distance: Distance | None = None

    @classmethod
    def of(cls, lo: NDArray, hi: NDArray, density: NDArray, distance: Distance | None = None) -> SkyMap:
        """Sorted, without empty tiles, and normalised to one."""
        keep = np.flatnonzero(np.isfinite(density) & (density > 0))
        order = keep[np.argsort(lo[keep], kind="stable")]
        lo, hi, density = lo[order].astype(np.int64), hi[order].astype(np.int64), density[order].astype(float)
        if not len(lo):
            raise NotASkyMap("The map holds no probability.")
        if (lo[1:] < hi[:-1]).any():
            raise NotASkyMap("Tiles of the map overlap.")
        total = float(((hi - lo) * CELL * density).sum())
        return cls(lo, hi, density / total, distance[order] if distance else None)

    def __len__(self) -> int:
        return len(self.lo)

    @property
    def order(self) -> NDArray:
        """HEALPix order of each tile."""
        return HPX_ORDER - (np.log2(self.hi - self.lo).round().astype(int) // 2)

    @property
    def area(self) -> NDArray:
        """Steradian of each tile."""
        return (self.hi - self.lo) * CELL

    @property
    def probability(self) -> NDArray:
        return self.area * self.density

    def centres(self) -> tuple[NDArray, NDArray]:
        """Right ascension and declination of each tile's middle."""
        import healpy

        order = self.order
        nside = 2**order
        return healpy.pix2ang(nside, self.lo >> 2 * (HPX_ORDER - order), nest=True, lonlat=True)

    def find(self, cells: ArrayLike) -> NDArray:
        """Index of the tile that holds each order-29 cell; -1 where none does."""
        cells = np.atleast_1d(np.asarray(cells, np.int64))
        found = np.searchsorted(self.lo, cells, side="right") - 1
        return np.where((found >= 0) & (cells < self.hi[found]), found, -1)

    def without_distance(self) -> SkyMap:
        return replace(self, distance=None)


def merged(lo: NDArray, hi: NDArray) -> list[tuple[int, int]]:
    """Ranges that touch made one.

    Examples
    --------
    >>> merged(np.array([0, 4, 16]), np.array([4, 8, 20]))
    [(0, 8), (16, 20)]
    """
    if not len(lo):
        return []
    order = np.argsort(lo)
    lo, hi = lo[order], hi[order]
    gap = np.flatnonzero(lo[1:] != hi[:-1]) + 1
    starts, ends = lo[np.r_[0, gap]], hi[np.r_[gap - 1, len(hi) - 1]]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
