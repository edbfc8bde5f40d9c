"""AllWISE: infrared magnitudes and the colours that tell stars, galaxies and quasars apart, from IRSA."""

from __future__ import annotations

from typing import Any

from . import catalogs
from .base import difference
from .protocols import Tap


@catalogs.add
class AllWISE(Tap):
    key = "irsa"
    label = "AllWISE"
    address = "https://irsa.ipac.caltech.edu/TAP/sync"
    sources = ("allwise_p3as_psd",)
    radius = 5.0
    columns = {
        "designation": "designation", "ra": "ra", "dec": "dec", "w1mpro": "w1", "w1sigmpro": "w1_err",
        "w2mpro": "w2", "w2sigmpro": "w2_err", "w3mpro": "w3", "w3sigmpro": "w3_err", "w4mpro": "w4",
        "w4sigmpro": "w4_err",
    }  # fmt: skip

    def derived(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"w1_minus_w2": difference(values, "w1", "w2"), "w2_minus_w3": difference(values, "w2", "w3")}
