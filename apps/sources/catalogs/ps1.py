"""Pan-STARRS 1 mean objects, from MAST's catalogue service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from . import catalogs
from .base import MOST_MATCHES, Ask, Catalog
from .protocols import asked, table


@catalogs.add
class PanStarrs(Catalog):
    key = "ps1"
    label = "Pan-STARRS"
    address = "https://catalogs.mast.stsci.edu/api/v0.1/panstarrs"
    sources = ("dr2/mean", "dr1/mean")
    position = ("raMean", "decMean")
    missing = (-999.0,)
    columns = {
        "objName": "name", "objID": "objid", "raMean": "ra", "decMean": "dec", "nDetections": "detections",
        "gMeanPSFMag": "g", "rMeanPSFMag": "r", "iMeanPSFMag": "i", "zMeanPSFMag": "z", "yMeanPSFMag": "y",
    }  # fmt: skip

    @property
    def service(self) -> str:
        return f"{super().service}/{self.release}.csv"

    release = "dr2/mean"

    def rows(self, ask: Ask) -> Iterable[Mapping[str, str]]:
        self.release = self.source(ask)
        params = {
            "ra": f"{ask.ra:.7f}", "dec": f"{ask.dec:.7f}", "radius": f"{ask.radius / 3600:.8f}",
            "nDetections.gte": int(ask.options.get("crossmatchMinDetections") or 1), "pagesize": MOST_MATCHES,
            "columns": json.dumps(list(self.columns), separators=(",", ":")),
        }  # fmt: skip
        text = asked(self, params)
        return table(self, text) if text.strip() else []
