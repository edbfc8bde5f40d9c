"""GALEX all-sky imaging (Bianchi et al. 2017, VizieR II/335): ultraviolet magnitudes (AB)."""

from __future__ import annotations

from typing import Any

from . import catalogs
from .base import difference
from .protocols import VizieR


@catalogs.add
class Galex(VizieR):
    key = "galex"
    label = "GALEX"
    sources = ("II/335/galex_ais",)
    radius = 4.0
    columns = {"FUVmag": "fuv", "e_FUVmag": "fuv_err", "NUVmag": "nuv", "e_NUVmag": "nuv_err"}

    def derived(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"fuv_minus_nuv": difference(values, "fuv", "nuv")}
