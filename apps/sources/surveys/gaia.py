"""Stars of Gaia DR3 from the archive's TAP service (Gaia Collaboration, Vallenari et al. 2023, A&A 674, A1).

https://www.cosmos.esa.int/web/gaia-users/archive/programmatic-access: an ADQL query by POST, answered in CSV.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from django.conf import settings

from skyportal.astro.offsets import Star
from skyportal.outside import Unreachable, fetch

from ..catalogs.protocols import query

MOST_STARS = 1000
_COLUMNS = "source_id, ra, dec, pmra, pmdec, parallax, phot_rp_mean_mag, phot_g_mean_mag, ref_epoch"


def stars_around(ra: float, dec: float, radius: float, faintest: float, seconds: float = 12.0) -> list[Star]:
    """The brightest stars within a cone, at the epoch of the catalogue; magnitudes are RP, or G where there is no RP.

    Parameters
    ----------
    ra, dec : degrees
    radius : arcsec
    faintest : magnitude
    """
    cone = f"CIRCLE('ICRS', {ra:.8f}, {dec:.8f}, {radius / 3600:.6f})"
    return _ask(
        f"SELECT TOP {MOST_STARS} {_COLUMNS} FROM gaiadr3.gaia_source"  # noqa: S608 - numbers
        f" WHERE 1 = CONTAINS(POINT('ICRS', ra, dec), {cone}) AND phot_rp_mean_mag < {faintest:.2f}"
        " ORDER BY phot_rp_mean_mag",
        seconds,
    )


def star(source_id: int, release: str = "gaiadr3", seconds: float = 12.0) -> Star | None:
    """One source by its number."""
    found = _ask(f"SELECT {_COLUMNS} FROM {release}.gaia_source WHERE source_id = {int(source_id)}", seconds)  # noqa: S608 - a number
    return found[0] if found else None


def _ask(adql: str, seconds: float) -> list[Star]:
    body = fetch(settings.GAIA_TAP, data=query(adql), seconds=seconds, most_bytes=4 * 2**20)
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8")), strict=True)
        if not {"source_id", "ra", "dec"} <= set(reader.fieldnames or []):
            raise ValueError
        return [_star(row) for row in reader]
    except (ValueError, KeyError, TypeError, csv.Error):
        raise Unreachable("The Gaia archive gave an answer that is no table of stars.") from None


def _star(row: dict[str, Any]) -> Star:
    def number(name: str) -> float | None:
        return float(row[name]) if row.get(name) not in (None, "", "null") else None

    mag = number("phot_rp_mean_mag")
    return Star(
        name=str(int(row["source_id"])),
        ra=float(row["ra"]) % 360,
        dec=float(row["dec"]),
        mag=mag if mag is not None else number("phot_g_mean_mag") or float("nan"),
        pmra=number("pmra") or 0.0,
        pmdec=number("pmdec") or 0.0,
        epoch=number("ref_epoch") or 2016.0,
        parallax=number("parallax"),
    )
