"""Swift-XRT's living catalogue (LSXPS): transients that were found in it and confirmed.

The UK Swift Science Data Centre takes JSON by POST: `APIFunc`, `APIVersion` and what the function needs. It answers
`OK` with what was asked for, or `ERROR` with `ERRORTEXT`. `queryDB` reads a table by constraints; `getSXPSLC` with
``transient`` gives light curves: `Datasets` names them, and of each there is ``<name>Data`` with `columns` and `data`.
https://www.swift.ac.uk/API/ukssdc/

XRT counts photons of 0.3 to 10 keV. A flux density follows from the rate by a nominal spectrum, a power law of photon
index 2 with 4e-11 erg/cm² a count; a real one differs by up to a factor of two. The rate itself is kept with the point.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

import orjson

from skyportal.outside import Unreachable, fetch

from . import transient_services
from .base import MOST, Found, TransientService, finite, placed

VERSION = "1.0.5"
CONFIRMED = 1
CURVES = re.compile(r"^(WT|PC)(UL)?(_incbad)?$")
"""All energies, with systematic errors; upper limits apart. ``incbad`` has also times without a centroid."""
SAID = {
    "LSXPSName": "lsxps_name", "Err90": "err90", "Significance": "significance", "DetectionDate": "detection_date",
    "DiscoveryDate": "discovery_date", "Notes": "notes",
}  # fmt: skip

ERG_PER_COUNT = 4.0e-11
"""erg/cm² of 0.3 to 10 keV."""
HERTZ_PER_KEV = 2.417989e17
MICROJANSKY_PER_COUNT = ERG_PER_COUNT / math.log(10.0 / 0.3) / HERTZ_PER_KEV * 1e29
"""µJy at 1 keV for one count a second: 4.7."""
LIMIT_NSIGMA = 3.0


@transient_services.add
class SwiftLsxps(TransientService):
    key = "swift_lsxps"
    label = "Swift LSXPS"
    address = "https://www.swift.ac.uk/API/main.php"
    bandpass = "swiftxrt"
    telescope = "Neil Gehrels Swift Observatory"

    def _call(self, function: str, asked: dict[str, Any]) -> dict[str, Any]:
        body = fetch(self.service, json={**asked, "APIFunc": function, "APIVersion": VERSION}, seconds=60)
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise self.unreadable() from None
        if not isinstance(told, dict):
            raise self.unreadable()
        if "ERROR" in told:
            why = str(told.get("ERRORTEXT") or f"error {told['ERROR']}")
            raise Unreachable(f"{self.label} refused: {why[:200]}")
        if "OK" not in told:
            raise self.unreadable("that says neither OK nor what is wrong")
        return told

    def found(self, start: datetime | None, end: datetime | None) -> list[Found]:
        confirmed = {"colName": "Classification", "filter": "=", "val": CONFIRMED}
        told = self._call("queryDB", {
            "database": "LSXPS", "table": "transients", "constraints": [confirmed], "sortBy": "DiscoveryDate",
            "sortDir": "DESC", "firstRow": 0, "numRows": MOST,
        })  # fmt: skip
        rows = told.get("Results")
        if not isinstance(rows, list):
            raise self.unreadable("without Results")
        found = (self._found(row) for row in rows[:MOST] if isinstance(row, dict))
        return [one for one in found if one]

    def _found(self, row: dict[str, Any]) -> Found | None:
        name, at = str(row.get("IAUName") or ""), placed(row, "RA", "Decl")
        number = finite(row.get("TransientID"))
        if not name or at is None or number is None:
            return None
        said: dict[str, Any] = {}
        for theirs, ours in SAID.items():
            if (value := row.get(theirs)) not in (None, ""):
                measured = finite(value)
                said[ours] = str(value)[:1000] if measured is None else measured
        columns = {"origin": self.label, "alias": [name[:100]]}
        return Found(name.replace(" ", "-"), *at, number=str(int(number)), columns=columns, said=said)

    def light_curve(self, found: Found) -> dict[str, Any]:
        asked = {"whichCat": "LSXPS", "sourceID": int(found.number), "transient": True, "bands": "all"}
        told = self._call("getSXPSLC", {**asked, "binning": "observation", "timeFormat": "mjd"})
        names = told.get("Datasets")
        if not isinstance(names, list):
            return {}
        known = [name for name in map(str, names) if CURVES.match(name)]
        points: list[dict[str, Any]] = []
        for name in known:
            if f"{name}_incbad" not in known:
                points += self._points(name, told.get(f"{name}Data"))
        if not points:
            return {}
        columns = {key: [point[key] for point in points] for key in ("mjd", "flux", "fluxerr", "altdata")}
        return {**columns, "zp": 23.9, "magsys": "ab", "filter": self.bandpass, "origin": self.key}

    def _points(self, name: str, table: Any) -> list[dict[str, Any]]:
        try:
            names, rows = [str(column) for column in table["columns"]], table["data"]
            told = [dict(zip(names, row, strict=True)) for row in rows]
        except (KeyError, TypeError, ValueError):
            raise self.unreadable(f"whose {name[:40]} cannot be read") from None
        read = _limit if "UL" in name else _rate
        return [point for row in told if (point := read(row))]


def _rate(row: dict[str, Any]) -> dict[str, Any] | None:
    """A detection: the error is the larger of the two sides."""
    mjd, rate = finite(row.get("Time")), finite(row.get("Rate"))
    sides = [abs(side) for key in ("RatePos", "RateNeg", "RateErr") if (side := finite(row.get(key)))]
    if mjd is None or rate is None or not sides:
        return None
    altdata = {"rate": rate, "rate_error": max(sides), "unit": "counts/s, 0.3-10 keV"}
    flux, fluxerr = rate * MICROJANSKY_PER_COUNT, max(sides) * MICROJANSKY_PER_COUNT
    return {"mjd": mjd, "flux": flux, "fluxerr": fluxerr, "altdata": altdata | _exposure(row)}


def _limit(row: dict[str, Any]) -> dict[str, Any] | None:
    """An upper limit of three sigma."""
    mjd = finite(row.get("Time"))
    limit = finite(row.get("UpperLimit", row.get("Rate")))
    if mjd is None or limit is None or limit <= 0:
        return None
    altdata = {"rate_limit": limit, "unit": "counts/s, 0.3-10 keV"}
    fluxerr = limit * MICROJANSKY_PER_COUNT / LIMIT_NSIGMA
    return {"mjd": mjd, "flux": None, "fluxerr": fluxerr, "altdata": altdata | _exposure(row)}


def _exposure(row: dict[str, Any]) -> dict[str, float]:
    exposure = finite(row.get("Exposure"))
    return {} if exposure is None else {"exposure": round(exposure, 1)}
