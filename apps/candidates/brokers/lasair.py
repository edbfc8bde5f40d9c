"""Lasair (Williams et al. 2024, RASTI 3, 362): https://lasair.lsst.ac.uk. Its ZTF and its LSST service are two sites;
each gives its users a token. A filter there is a query in SQL; what passes can be listened to without a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from skyportal.access.configured import Setting
from skyportal.access.errors import Invalid
from skyportal.astro.time import JD_OF_MJD, tai_from_utc, utc_from_tai
from skyportal.outside import Absent, Unreachable, fetch

from ..alerts.brokered import packet as written
from ..alerts.containers import BadPacket
from ..alerts.surveys.measures import Fluxes
from ..alerts.surveys.rubin import BANDS, FORCED, NANOJANSKY, SOURCE
from ..alerts.surveys.ztf import DETECTION
from . import drivers
from .base import (
    Asked,
    Known,
    Listens,
    Nearby,
    Polls,
    Recent,
    SearchesCones,
    ShowsPictures,
    TriesConnection,
    TriesFilters,
    rows_of,
    sorted_by_distance,
)
from .kafka import plain
from .points import measured, newest_candid, place_of

# Lasair's own tables call the declination "decl".
_SOURCE = Fluxes(
    time=SOURCE.time, clock=SOURCE.clock, band="band", bands=BANDS, candid="diaSourceId", factor=NANOJANSKY, dec="decl"
)
FACTS = ("sherlock", "TNS", "annotations")
PICTURES = {"Science": "new", "Template": "ref", "Difference": "sub"}
PAGE = 1000
NEWEST = {"ZTF": ("objectId", "jdmax"), "LSST": ("diaObjectId", "lastDiaSourceMjdTai")}
"""Under what its table of objects has an object's name, and when it was seen last: JD, or MJD in TAI."""
COLUMNS = {
    "ZTF": "objects.objectId, objects.ramean, objects.decmean",
    "LSST": "objects.diaObjectId, objects.ra, objects.decl",
}

FIELDS = {
    "ZTF": {
        "objectId": "string", "ramean": "double", "decmean": "double", "ndethist": "int", "jdmin": "double",
        "jdmax": "double", "gmag": "double", "rmag": "double", "g_minus_r": "double", "glonmean": "double",
        "glatmean": "double", "ncand": "int", "ncandgp": "int",
    },
    "LSST": {
        "diaObjectId": "string", "ra": "double", "decl": "double", "nDiaSources": "int", "firstDiaSourceMjdTai":
        "double", "lastDiaSourceMjdTai": "double", "g_psfFlux": "double", "r_psfFlux": "double", "i_psfFlux": "double",
    },
}  # fmt: skip
"""The columns of Lasair's table of objects that most queries ask for; others may be named all the same."""


@drivers.add
class Lasair(Polls, SearchesCones, ShowsPictures, Listens, TriesFilters, TriesConnection):
    key = "lasair"
    classname = "LASAIRBROKER"
    label = "Lasair"
    website = "https://lasair.lsst.ac.uk"
    filter_kind = "query"
    settings_form = (
        Setting("token", "Token", "secret", help="From your profile page at Lasair."),
        Setting("endpoint", "Address", "address", required=True, default="https://api.lasair.lsst.ac.uk/api"),
        Setting("servers", "Kafka servers", default="lasair-lsst-kafka_pub.lsst.ac.uk:9092", help="Only to listen."),
        Setting("group_id", "Kafka consumer group"),
    )

    @property
    def survey(self) -> str:
        """Which of the two sites this is: its address says so where nobody did."""
        return str(self.setting("survey") or ("ZTF" if "ztf" in self.setting("endpoint") else "LSST")).upper()

    def served(self) -> list[str]:
        return [self.survey]

    def _post(self, method: str, **form: Any) -> Any:
        """What it answers. It says that a question was wrong with 200, too, in one sentence under ``error``."""
        token = self.setting("token")
        if not token:
            raise Invalid("token is missing: Lasair answers only to those who have one.")
        headers = {"Authorization": f"Token {token}"}
        answer = self.ask(f"{self.setting('endpoint').rstrip('/')}/{method}/", data=form, headers=headers)
        if isinstance(answer, dict) and isinstance(said := answer.get("error"), str):
            if said.startswith("No object found"):
                return []
            raise Unreachable(f"Lasair says: {_plain(said)}")
        return answer

    def try_connection(self) -> None:
        self._post("cone", ra=0.0, dec=0.0, radius=1.0, requestType="count")

    def known(self, name: str, asked: Asked) -> Known:
        told = self._post("object", objectId=name, lite=False, lasair_added=True)
        if not isinstance(told, dict):
            raise Absent(f"Lasair knows no {name}.")
        about = told.get("diaObject") or told.get("objectData") or {}
        if self.survey == "LSST":
            points = measured(_SOURCE, [_with_decl(row) for row in rows_of(told.get("diaSourcesList"))])
            points += measured(FORCED, rows_of(told.get("diaForcedSourcesList")))
        else:
            points = measured(DETECTION, [_with_jd(row) for row in rows_of(told.get("candidates"))])
        if not points:
            raise Absent(f"Lasair knows no measurement of {name}.")
        ra, dec = about.get("ra", about.get("ramean")), about.get("decl", about.get("decmean"))
        at = place_of(ra, dec, points)
        added = told.get("lasairData") or {}  # of LSST what Lasair itself found is one deeper
        said = {key: told.get(key) or added.get(key) for key in FACTS}
        facts = {key: value for key, value in said.items() if value}
        return Known(
            str(told.get("diaObjectId") or told.get("objectId") or name), self.survey, *at,
            tuple(sorted(points, key=lambda p: p.mjd)), newest_candid(points), facts,
        )  # fmt: skip

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        answer = self._post("cone", ra=ra, dec=dec, radius=min(radius, 1000.0), requestType="all")
        found = [
            Nearby(str(row.get("object") or row.get("objectId") or row.get("diaObjectId")),
                   separation=float(row.get("separation") or 0.0))
            for row in rows_of(answer, "objects")
        ]  # fmt: skip
        return sorted_by_distance(found, ra, dec, radius)

    newer_help = "* for all objects, or conditions on Lasair's objects in SQL, e.g. objects.gmag < 18"
    every = 300.0  # ordinary users may ask a hundred times an hour

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        name, time = (f"objects.{column}" for column in NEWEST[self.survey])
        is_lsst = self.survey == "LSST"
        after = tai_from_utc(since) if is_lsst else since + JD_OF_MJD
        named = "" if what == "*" else f"({what}) AND "
        for start in range(0, 100_000, PAGE):
            # a whole exposure of LSST has one time: only with the name is the order, and so the page, settled
            rows = rows_of(self._post(
                "query", selected=f"{name} AS name, {time} AS seen", tables="objects", limit=PAGE, offset=start,
                conditions=f"{named}{time} >= {after:.6f} ORDER BY {time}, {name}",
            ))  # fmt: skip
            for row in rows:
                seen = float(row["seen"])
                yield Recent(str(row["name"]), utc_from_tai(seen) if is_lsst else seen - JD_OF_MJD)
            if len(rows) < PAGE:
                return

    def classes(self, known: Known) -> list[str]:
        said = known.facts.get("sherlock")
        return [str(said["classification"])] if isinstance(said, Mapping) and said.get("classification") else []

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        told = self._post("object", objectId=name, lite=True, lasair_added=True)
        if not isinstance(told, dict):
            raise Absent(f"Lasair knows no {name}.")
        urls = _pictures_of_lsst(told) if self.survey == "LSST" else _pictures_of_ztf(told)
        return {role: fetch(str(urls[kind])) for kind, role in PICTURES.items() if urls.get(kind)}

    def vocabulary(self, survey: str) -> Any:
        fields = [{"name": f"objects.{name}", "type": kind} for name, kind in FIELDS[self.survey].items()]
        return {"type": "record", "name": "objects", "fields": fields}

    def try_filter(self, body: Mapping[str, Any], programids: Mapping[str, list[int]] | None) -> Any:
        """The objects that a query of Lasair's would pass."""
        return self._post(
            "query",
            selected=body.get("selected") or COLUMNS[self.survey],
            tables=body.get("tables") or "objects",
            conditions=body.get("conditions") or "",
            limit=min(int(body.get("limit") or 50), 1000),
        )

    def kafka(self) -> dict[str, str]:
        return plain(self)

    def packet(self, message: bytes) -> bytes:
        """Of a filter that sends the alert whole: what Lasair makes of it has a form of its own."""
        try:
            told = orjson.loads(message)
        except orjson.JSONDecodeError:
            return message  # whatever it is, its reader says so
        if not isinstance(told, dict) or "diaObjectId" not in told:
            return message
        alert = told.get("alert")
        sources = rows_of(alert.get("diaSourcesList")) if isinstance(alert, dict) else []
        if not any(row.get("diaSourceId") for row in sources):
            raise BadPacket('Lasair sent no alert with it: choose "full alert" among the filter\'s settings at Lasair')
        points = measured(_SOURCE, [_with_decl(row) for row in sources])
        place = place_of(told.get("ra"), told.get("decl"), points)
        return written("LSST", str(told["diaObjectId"]), place, points, self.key, [])


def _plain(said: str) -> str:
    """A sentence of theirs without its marks, and not too long."""
    return " ".join(re.sub(r"<[^>]*>", " ", said).split())[:300]


def _pictures_of_ztf(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The addresses of the newest detection that has pictures."""
    shown = [row for row in rows_of(told.get("candidates")) if isinstance(row.get("image_urls"), dict)]
    newest = max(shown, key=lambda row: float(row.get("jd") or row.get("mjd") or 0.0), default=None)
    return newest["image_urls"] if newest else {}


def _pictures_of_lsst(told: Mapping[str, Any]) -> Mapping[str, Any]:
    times = {row.get("diaSourceId"): row.get("midpointMjdTai") for row in rows_of(told.get("diaSourcesList"))}
    shown = rows_of((told.get("lasairData") or {}).get("imageUrls"))
    return max(shown, key=lambda row: float(times.get(row.get("diaSourceId")) or 0.0), default={})


def _with_jd(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "jd": row.get("jd") or (float(row["mjd"]) + 2400000.5 if row.get("mjd") else None)}


def _with_decl(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "decl": row.get("decl", row.get("dec"))}
