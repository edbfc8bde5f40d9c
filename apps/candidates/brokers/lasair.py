"""Lasair (Williams et al. 2024, RASTI 3, 362): https://lasair.lsst.ac.uk. Its ZTF and its LSST service are two sites;
each gives its users a token. A filter there is a query in SQL; what passes can be listened to without a password.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skyportal.access.errors import Invalid
from skyportal.astro.time import JD_OF_MJD
from skyportal.outside import Absent, fetch

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
    Setting,
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
PICTURES = {"Science": "new", "Template": "ref", "Difference": "sub"}
PAGE = 1000
NEWEST = {"ZTF": ("objectId", "jdmax", JD_OF_MJD), "LSST": ("diaObjectId", "lastDiaSourceMjdTai", 37 / 86400)}
"""An object's name, when it was seen last, and what that time has over MJD in UTC."""
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
        token = self.setting("token")
        if not token:
            raise Invalid("token is missing: Lasair answers only to those who have one.")
        headers = {"Authorization": f"Token {token}"}
        return self.ask(f"{self.setting('endpoint').rstrip('/')}/{method}/", data=form, headers=headers)

    def try_connection(self) -> None:
        self._post("cone", ra=0.0, dec=0.0, radius=1.0, requestType="count")

    def known(self, name: str, asked: Asked) -> Known:
        told = self._post("object", objectId=name, lite=True, lasair_added=True)
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
        facts = {key: told[key] for key in ("sherlock", "TNS", "lasairData") if told.get(key)}
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

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        name, time, offset = NEWEST[self.survey]
        named = "" if what == "*" else f"({what}) AND "
        for start in range(0, 100_000, PAGE):
            rows = rows_of(self._post(
                "query", selected=f"objects.{name} AS name, objects.{time} AS seen", tables="objects", limit=PAGE,
                conditions=f"{named}objects.{time} >= {since + offset:.6f} ORDER BY objects.{time}", offset=start,
            ))  # fmt: skip
            yield from (Recent(str(row["name"]), float(row["seen"]) - offset) for row in rows)
            if len(rows) < PAGE:
                return

    def classes(self, known: Known) -> list[str]:
        said = known.facts.get("sherlock")
        return [str(said["classification"])] if isinstance(said, Mapping) and said.get("classification") else []

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        told = self._post("object", objectId=name, lite=True, lasair_added=True)
        candidates = rows_of(told.get("candidates"))
        urls = (candidates[0].get("image_urls") if candidates else None) or told.get("image_urls")
        urls = urls or (told.get("lasairData") or {}).get("imageUrls") or {}
        urls = urls[0] if isinstance(urls, list) and urls else urls
        if not isinstance(urls, dict):
            return {}
        return {role: fetch(str(urls[name])) for name, role in PICTURES.items() if urls.get(name)}

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


def _with_jd(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "jd": row.get("jd") or (float(row["mjd"]) + 2400000.5 if row.get("mjd") else None)}


def _with_decl(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "decl": row.get("decl", row.get("dec"))}
