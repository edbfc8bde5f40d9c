"""How far away objs are, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apps.sources.models import Obj
from skyportal.astro.cosmology import luminosity_distances
from skyportal.astro.skymaps.distances import per_volume
from skyportal.astro.skymaps.tiles import DEG2, Distance

Line = tuple[float, float, float]
"""Of a tile: mu, sigma (Mpc), norm of the distance along its line of sight."""

COLUMNS = ("hpx", "redshift", "host__distmpc", "host__redshift")
"""What has to be read of an obj to know it."""


def how_far(objs: Sequence[Obj]) -> NDArray:
    """Luminosity distances in Mpc: of the obj's own redshift, else of its host galaxy; NaN where neither is known."""
    hosts = [obj.host for obj in objs]
    own = _of_redshift([obj.redshift for obj in objs])
    told = np.array([(host.distmpc if host else None) or np.nan for host in hosts], float)
    theirs = np.where(told > 0, told, _of_redshift([host.redshift if host else None for host in hosts]))
    return np.where(np.isfinite(own), own, theirs)


def _of_redshift(redshifts: Sequence[float | None]) -> NDArray:
    return luminosity_distances(np.array([np.nan if value is None else value for value in redshifts], float))


def in_space(lines: Sequence[Line | None], density: Sequence[float], far: NDArray) -> list[float | None]:
    """Probability per Mpc³ at these distances, from that per square degree; None where one of both has no distance."""
    found: list[float | None] = [None] * len(lines)
    rows = [n for n, line in enumerate(lines) if line and np.isfinite(far[n])]
    if rows:
        columns = np.array([lines[n] for n in rows], float).T
        values = per_volume(Distance(*columns), np.array([density[n] for n in rows]) * DEG2, far[rows])
        for n, value in zip(rows, values.tolist(), strict=True):
            found[n] = value
    return found
