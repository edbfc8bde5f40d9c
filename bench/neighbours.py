"""Services of other people, played on this machine: Gaia's TAP and the CDS's images, so that charts can be timed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.emulators.server import serve
from tests.emulators.skies import Skies

STARS = 60


@contextmanager
def played(positions: list[tuple[float, float]]) -> Iterator[dict[str, str]]:
    """Settings under which a server finds stars around these places."""
    chance = np.random.default_rng(5)
    stars = [
        (1000 * n + k, ra + east, dec + north, mag, 0.0, 0.0)
        for n, (ra, dec) in enumerate(positions)
        for k, (east, north, mag) in enumerate(
            zip(*chance.uniform(-0.05, 0.05, (2, STARS)), chance.uniform(11, 20, STARS), strict=True)
        )
    ]
    there = Skies(stars)
    with serve(there.gaia) as gaia, serve(there.hips) as hips:
        yield {
            "GAIA_TAP": f"{gaia.address}/tap/sync",
            "HIPS_CUTOUTS": f"{hips.address}/hips2fits",
            "OUTSIDE_PRIVATE_HOSTS": "127.0.0.1",
        }
