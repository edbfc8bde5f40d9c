"""TAP (CSV), VizieR's tab-separated text and MAST's CSV, as their services write them.

Near any place one asks for there are an entry at 0.5″ (twice: services repeat themselves), one at 1.5″, and one that
lies far outside the cone.
"""

from __future__ import annotations

import json
import re

from .server import Answer

OFFSETS = (0.5, 0.5, 1.5, 40.0)  # arcsec, to the north
NUMBERS = {
    "source_id": "388421000000000000{n}", "objID": "1237654670000000{n}", "ls_id": "99065400000{n}",
    "phot_bp_mean_mag": "19.5", "phot_rp_mean_mag": "18.0", "yMeanPSFMag": "-999.0", "e_zph": "-9999.00",
}  # fmt: skip
TEXTS = {
    "designation": "J100000.00+020000.{n}",
    "Name": "QSO {n}",
    "Type": "QRX",
    "type": "PSF",
    "class": "GALAXY",
    "objName": "PSO J150.0+02.0{n}",
}


def _rows(names: list[str], ra: float, dec: float) -> list[list[str]]:
    rows = []
    for offset in OFFSETS:
        n = str(OFFSETS.index(offset) + 1)
        place = {"ra": ra, "dec": dec + offset / 3600}
        row = []
        for name in names:
            if name in ("ra", "raMean", "_RAJ2000"):
                row.append(f"{place['ra']:.7f}")
            elif name in ("dec", "decMean", "_DEJ2000"):
                row.append(f"{place['dec']:.7f}")
            else:
                row.append(NUMBERS.get(name, TEXTS.get(name, "17.25")).format(n=n))
        rows.append(row)
    return rows


def speak(path: str, query: dict[str, str]) -> Answer:
    if "QUERY" in query:
        return _tap(query["QUERY"])
    if "-source" in query:
        return _vizier(query)
    names = json.loads(query["columns"])
    lines = [names, *_rows(names, float(query["ra"]), float(query["dec"]))]
    return 200, "text/csv", "\n".join(",".join(line) for line in lines).encode()


def _tap(adql: str) -> Answer:
    listed = re.search(r"SELECT TOP \d+ (.*?) FROM", adql)
    numbers = re.findall(r"(-?\d+\.\d+), (-?\d+\.\d+), \d", adql)
    if listed is None or not numbers:
        return 400, "text/xml", b"<VOTABLE><INFO name='QUERY_STATUS' value='ERROR'>unparsable</INFO></VOTABLE>"
    names = [name.strip().rpartition(".")[2] for name in listed[1].split(",")]
    rows = _rows(names, float(numbers[0][0]), float(numbers[0][1]))
    return 200, "text/csv", "\r\n".join(",".join(line) for line in [names, *rows]).encode()


def _vizier(query: dict[str, str]) -> Answer:
    ra, dec = (float(part) for part in query["-c"].split())
    names = query["-out"].split(",")
    lines = [
        f"#\n#   VizieR Astronomical Server vizier.cds.unistra.fr\n#RESOURCE=yCat\n#Name: {query['-source']}\n",
        "\t".join(names), "\t".join("deg" for _ in names), "\t".join("------" for _ in names),
        *("\t".join(row) for row in _rows(names, ra, dec)), "\n",
    ]  # fmt: skip
    return 200, "text/tab-separated-values", "\n".join(lines).encode()
