"""Gaia: positions, parallaxes, proper motions and magnitudes, from the archive at ESAC."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from . import catalogs
from .base import Ask, difference
from .protocols import Tap


@catalogs.add
class Gaia(Tap):
    key = "gaia"
    label = "Gaia"
    sources = ("gaiadr3.gaia_source", "gaiaedr3.gaia_source", "gaiadr2.gaia_source")
    columns = {
        "source_id": "source_id", "ra": "ra", "dec": "dec", "parallax": "Plx", "parallax_error": "Plx_err",
        "pmra": "pm_ra", "pmra_error": "pm_ra_err", "pmdec": "pm_dec", "pmdec_error": "pm_dec_err",
        "phot_g_mean_mag": "Mag_G", "phot_bp_mean_mag": "Mag_Bp", "phot_rp_mean_mag": "Mag_Rp",
    }  # fmt: skip

    @property
    def service(self) -> str:
        """The archive that finding charts ask, unless the site names one for annotations."""
        return settings.CATALOG_SERVICES.get(self.key, settings.GAIA_TAP)

    def more(self, ask: Ask) -> str:
        faintest = ask.options.get("crossmatchLimmag")
        return f" AND phot_g_mean_mag < {float(faintest):g}" if faintest else ""

    def derived(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"Bp_minus_Rp": difference(values, "Mag_Bp", "Mag_Rp")}
