"""Gaia Photometric Science Alerts: one table of all alerts, and a light curve for each.

`alerts.csv`: #Name, Date, RaDeg, DecDeg, AlertMag, HistoricMag, HistoricStdDev, Class, Published, Comment, TNSid.
`alert/<name>/lightcurve.csv`: #Date, JD(TCB), averagemag; what is not to be trusted is a word or null instead of a
magnitude. Magnitudes are G on Gaia's own (Vega) system. Errors are not published transit by transit: taken is the
precision that Hodgkin et al. 2021 (A&A 652, A76) give, 1 % at G = 13 and 3 % at G = 19.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

from skyportal.astro.time import JD_OF_MJD, utc_from_tcb
from skyportal.outside import Absent, fetch

from . import transient_services
from .base import Found, TransientService, finite, placed

NAME = re.compile(r"^Gaia\d\d[a-z]{3,5}$")
SAID = {
    "AlertMag": "alert_mag", "HistoricMag": "historic_mag", "HistoricStdDev": "historic_std_dev", "Class": "class",
    "Published": "published", "Comment": "comment",
}  # fmt: skip
NEEDED = ("Name", "Date", "RaDeg", "DecDeg")
FIRST_JD, LAST_JD = 2_456_600.0, 2_470_000.0  # launch, and a date that no light curve reaches
FLOOR = 0.01


@transient_services.add
class GaiaAlerts(TransientService):
    key = "gaia_alerts"
    label = "Gaia Photometric Science Alerts"
    address = "https://gsaweb.ast.cam.ac.uk/alerts"
    bandpass = "gaia::g"
    telescope = "Gaia"
    dated = True

    def _text(self, path: str, seconds: float) -> str:
        try:
            return fetch(f"{self.service}/{path}", seconds=seconds).decode()
        except UnicodeDecodeError:
            raise self.unreadable() from None

    def found(self, start: datetime | None, end: datetime | None) -> list[Found]:
        rows = []
        for row in self._table(self._text("alerts.csv", 60)):
            at, when = placed(row, "RaDeg", "DecDeg"), _moment(row.get("Date", ""))
            if at is None or when is None or not NAME.match(row["Name"]):
                continue
            if (start is None or when >= start) and (end is None or when <= end):
                rows.append((when, self._found(row, at)))
        return [found for _, found in sorted(rows, key=lambda one: one[0], reverse=True)]

    def _table(self, text: str) -> list[dict[str, str]]:
        try:
            rows = csv.DictReader(io.StringIO(text), skipinitialspace=True, restval="")
            rows.fieldnames = [name.strip().lstrip("#").strip() for name in rows.fieldnames or []]
            if missing := [name for name in NEEDED if name not in rows.fieldnames]:
                raise self.unreadable(f"without {missing[0]}")
            return [{k: v.strip() for k, v in row.items() if k and isinstance(v, str)} for row in rows]
        except csv.Error:
            raise self.unreadable() from None

    def _found(self, row: dict[str, str], at: tuple[float, float]) -> Found:
        said: dict[str, Any] = {}
        for theirs, ours in SAID.items():
            if (value := row.get(theirs, "")) and value.lower() not in ("unknown", "nan", "null"):
                number = finite(value)
                said[ours] = value[:1000] if number is None else number
        columns: dict[str, Any] = {"origin": self.label}
        if tns := row.get("TNSid", ""):
            columns |= {"alias": [tns[:100]], "tns_name": re.sub(r"^([A-Z]+)(?=\d)", r"\1 ", tns[:100])}
        return Found(row["Name"], *at, columns=columns, said=said)

    def light_curve(self, found: Found) -> dict[str, Any]:
        try:
            text = self._text(f"alert/{found.name}/lightcurve.csv", 30)
        except Absent:
            return {}
        lines = [line.split(",") for line in text.splitlines()]
        if not any(line[0].strip().lower().startswith("#date") for line in lines):
            raise self.unreadable()
        points = {}
        for line in lines:
            if len(line) != 3:
                continue
            jd, mag = finite(line[1]), finite(line[2])
            if jd is not None and mag is not None and FIRST_JD < jd < LAST_JD and 0 < mag < 30:
                points[jd] = mag  # a transit that is listed twice is one
        if not points:
            return {}
        return {
            "mjd": [utc_from_tcb(jd - JD_OF_MJD) for jd in points],
            "mag": list(points.values()),
            "magerr": [precision(mag) for mag in points.values()],
            "magsys": "vega",
            "filter": self.bandpass,
            "origin": self.key,
        }


def precision(mag: float) -> float:
    """Error of a transit's magnitude: 1 % to G = 13, from there growing to 3 % at G = 19 and on.

    >>> precision(10.0), round(precision(19.0), 4)
    (0.01, 0.03)
    """
    return FLOOR * 3.0 ** (max(mag - 13.0, 0.0) / 6.0)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
