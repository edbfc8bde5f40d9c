"""Sky maps in other forms: flat for clients that want pixels, FITS for anybody's software."""

from __future__ import annotations

import numpy as np

from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import writing
from skyportal.astro.skymaps.flat import flattened

from ..models import Localization
from .localizations import sky_map

FLAT_NSIDE = 128


def flat(localization: Localization) -> list[float]:
    """Probability of each pixel of a nested nside-128 map; sums to one."""
    return np.round(flattened(sky_map(localization), FLAT_NSIDE), 12).tolist()


def fits(viewer: Viewer, localization: Localization) -> tuple[str, bytes]:
    """A file's name and its bytes: multi-order FITS."""
    event = localization.event
    stem = localization.name.removesuffix(".gz").removesuffix(".fits").removesuffix(".fit")
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in f"{event.name}_{stem}")
    return f"{safe}.multiorder.fits", writing.multi_order(sky_map(localization), name=event.name, date=event.exact_time)
