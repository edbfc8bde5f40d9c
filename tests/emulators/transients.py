"""Gaia Photometric Science Alerts and Swift's catalogue LSXPS, as they write.

Gaia: one table of alerts, and a light curve for each but the last, in which one transit is not trusted, one is null and
one stands twice. Swift: JSON by POST; an unknown function or a wrong constraint is answered with ERROR.
"""

from __future__ import annotations

import json
from typing import Any

from .server import Answer

ALERTS = """#Name, Date, RaDeg, DecDeg, AlertMag, HistoricMag, HistoricStdDev, Class, Published, Comment, TNSid
Gaia24zzz,2024-12-24 02:07:38,111.55315,-39.30836,18.70,20.22,0.64,"unknown",2024-12-26 08:19:08,"up, again",AT2024zzz
Gaia24abc,2024-12-20 01:59:33,113.25287,-31.98319,17.82,,,"SN Ia",2024-12-22 08:19:02,"new source",SN2024abc
Gaia23old,2023-09-06 16:50:31,295.16969,14.58495,17.17,19.29,0.73,"CV",2023-09-07 22:18:30,"outburst",
../../etc,2024-12-21 00:00:00,10.0,10.0,17.0,,,"",2024-12-21 00:00:00,"no name",
Gaia24bad,2024-12-21 00:00:00,,10.0,17.0,,,"",2024-12-21 00:00:00,"no place",
"""
CURVE = """{name}
#Date,JD(TCB),averagemag
2024-09-19 02:49:08,2460572.61745,untrusted
2024-09-20 02:49:08,2460573.61745,null
2024-10-31 01:40:22,2460614.56970,18.91
2024-10-31 01:40:22,2460614.56970,18.91
2024-12-20 01:59:33,2460664.58302,17.82
"""
ROWS = [
    {
        "TransientID": "1", "IAUName": "Swift J102732.5-643553", "LSXPSName": "LSXPS J102732.5-643552",
        "Classification": "1", "RA": "156.885618", "Decl": "-64.598111", "Err90": "4.695682",
        "Significance": "4.03809", "DiscoveryDate": "2022-04-01 08:57:49", "DetectionDate": "2022-03-23 07:07:09",
        "Notes": None,
    },
    {"TransientID": "2", "IAUName": None, "Classification": "1", "RA": "1", "Decl": "1"},
]  # fmt: skip
RATES: dict[str, Any] = {
    "columns": ["Time", "TimePos", "TimeNeg", "Rate", "RatePos", "RateNeg", "Exposure"],
    "data": [
        [59661.3, 0.1, -0.1, 0.0468, 0.0104, -0.0091, 666.94],
        [59662.3, 0.1, -0.1, "0.01", "0.004", "-0.003", 900],
    ],
}
LIMITS = {
    "columns": ["Time", "TimePos", "TimeNeg", "UpperLimit", "Exposure"],
    "data": [[59670.0, 1, -1, 0.006, 2000.0]],
}


def speak_gaia(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/alerts.csv"):
        return 200, "text/csv", ALERTS.encode()
    name = path.split("/")[-2]
    if not path.endswith("/lightcurve.csv") or name not in ("Gaia24zzz", "Gaia24abc"):
        return 404, "text/html", b"<h1>Not Found</h1>"
    return 200, "text/csv", CURVE.format(name=name).encode()


def speak_swift(path: str, query: dict[str, str]) -> Answer:
    asked = json.loads(query.get("json", "{}"))
    return 200, "application/json", json.dumps(_told(asked) | {"APIVersion": "1.0.5"}).encode()


def _told(asked: dict[str, Any]) -> dict[str, Any]:
    match asked:
        case {"APIFunc": "queryDB", "database": "LSXPS", "table": "transients", "numRows": int(), "firstRow": 0}:
            if [(c["colName"], c["filter"], c["val"]) for c in asked["constraints"]] != [("Classification", "=", 1)]:
                return {"ERROR": 3, "ERRORTEXT": "Unknown constraint"}
            return {"OK": 1, "NumRows": len(ROWS), "Results": ROWS}
        case {"APIFunc": "getSXPSLC", "whichCat": "LSXPS", "transient": True, "sourceID": 1}:
            names = ["PC", "PC_incbad", "PCUL_incbad", "PCHard_incbad", "PC_nosys_incbad"]
            curves = {f"{name}Data": LIMITS if "UL" in name else RATES for name in names}
            return {"OK": 1, "TimeFormat": "MJD", "Binning": "obslc", "Datasets": names, **curves}
        case {"APIFunc": _, "APIVersion": _}:
            return {"ERROR": 2, "ERRORTEXT": "Unknown function or object"}
    return {"ERROR": 1, "ERRORTEXT": "No APIFunc"}
