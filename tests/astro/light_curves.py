"""Variable stars of the development data."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SKYPORTAL_TEST_DATA", ROOT.parent / "shared" / "data")) / "photometry"
STARS = DATA / "periodic" / "sdss_s82_rrlyrae"

_ABSENT = f"the development data are not at {DATA} (SKYPORTAL_TEST_DATA)"

if not DATA.is_dir() and os.environ.get("CI"):
    raise FileNotFoundError(f"{_ABSENT}; continuous integration must not skip what needs them")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=_ABSENT)


def true_periods() -> dict[str, float]:
    """Days, by name (Sesar et al. 2010, ApJ 708, 717, table 2)."""
    with (DATA / "periodic" / "sdss_s82_rrlyrae_periods.csv").open() as file:
        return {row["Num"]: float(row["Per"]) for row in csv.DictReader(file)}


def star(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Times (MJD), magnitudes, errors and bands."""
    with (STARS / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    numbers = (np.array([float(row[column]) for row in rows]) for column in ("time", "mag", "magerr"))
    return (*numbers, np.array([row["band"] for row in rows]))  # type: ignore[return-value]


def eclipsing_binary() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """ZTFrlh6cyjh: times, magnitudes, errors and bands."""
    with (DATA / "skyportal" / "ZTFrlh6cyjh_phot.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if float(row["flux"] or 0) > 3 * float(row["fluxerr"] or 1)]
    mjd, flux, error = (np.array([float(row[column]) for row in rows]) for column in ("mjd", "flux", "fluxerr"))
    return mjd, 25 - 2.5 * np.log10(flux), 1.0857 * error / flux, np.array([row["filter"] for row in rows])
