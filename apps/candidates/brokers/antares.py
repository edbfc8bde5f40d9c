"""ANTARES (Matheson et al. 2021, AJ 161, 107): https://antares.noirlab.edu, ZTF and LSST, open to all to read. Its
"loci" are places in the sky with everything that was seen there; its Kafka service sends one topic a science filter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from skyportal.access.configured import Setting
from skyportal.outside import Absent, fetch

from ..alerts.brokered import packet as written
from ..alerts.bson import unpacked
from ..alerts.containers import BadPacket
from ..alerts.surveys.measures import Magnitudes
from ..alerts.surveys.rubin import SOURCE
from ..alerts.surveys.ztf import BANDS
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
    rows_of,
    sorted_by_distance,
    understood,
)
from .kafka import plain
from .points import measured, newest_candid, place_of, without_prefix

_ZTF = Magnitudes(
    time="ant_mjd", clock="mjd", band="ztf_fid", bands=BANDS, mag="ant_mag", magerr="ant_magerr", candid="ztf_candid",
    sign="ztf_isdiffpos", ra="ant_ra", dec="ant_dec", limit="ant_maglim", programid="ztf_programid",
)  # fmt: skip
FIELD = {"ZTF": "properties.ztf_object_id", "LSST": "properties.survey.lsst.dia_object_id"}
TIME = "properties.newest_alert_observation_time"
PAGE = 100
THUMBNAILS = {"science": "new", "template": "ref", "difference": "sub"}
MOST_PAGES = 20
"""Of alerts; a locus with more is shown by its newest."""


@drivers.add
class Antares(Polls, SearchesCones, ShowsPictures, Listens):
    key = "antares"
    classname = "ANTARESBROKER"
    label = "ANTARES"
    website = "https://antares.noirlab.edu"
    settings_form = (
        Setting("survey", "Survey", "choice", default="ZTF", choices=("ZTF", "LSST")),
        Setting("api_url", "Address", "address", default="https://api.antares.noirlab.edu/v1"),
        Setting("servers", "Kafka servers", default="kafka.antares.noirlab.edu:9092", help="Only to listen."),
        Setting("api_key", "Kafka key"),
        Setting("api_secret", "Kafka secret", "secret"),
        Setting("group_id", "Kafka consumer group"),
    )

    @property
    def base(self) -> str:
        return str(self.setting("api_url")).rstrip("/")

    def _loci(self, query: Any, most: int, *, sort: str = f"-{TIME}", start: int = 0) -> list[dict[str, Any]]:
        params = {
            "sort": sort,
            "elasticsearch_query[locus_listing]": json.dumps({"query": {"bool": {"filter": query}}}),
            "page[limit]": most,
            "page[offset]": start,
        }
        return rows_of(self.ask(f"{self.base}/loci", params=params), "data")

    def _locus(self, name: str) -> dict[str, Any]:
        """By the survey's name of the object, else by ANTARES' own."""
        if found := self._loci({"term": {FIELD[self.survey]: name}}, 1):
            return found[0]
        return self.ask(f"{self.base}/loci/{name}")["data"]

    def _alerts(self, locus: str) -> list[dict[str, Any]]:
        url, rows = f"{self.base}/loci/{locus}/alerts", []
        for _ in range(MOST_PAGES):
            answer = self.ask(url)
            rows += rows_of(answer, "data")
            url = (answer.get("links") or {}).get("next") or ""
            if not url.startswith(self.setting("api_url")):
                break
        return rows

    def known(self, name: str, asked: Asked) -> Known:
        return self._known(self._locus(name), name)

    def _known(self, locus: dict[str, Any], name: str) -> Known:
        about, alerts = locus.get("attributes") or {}, self._alerts(locus["id"])
        told = [(alert.get("attributes") or {}).get("properties") or {} for alert in alerts]
        if self.survey == "LSST":
            points = measured(SOURCE, [without_prefix(row, "lsst_diaSource_") for row in told])
        else:
            points = measured(_ZTF, told)
        if not points:
            raise Absent(f"ANTARES knows no measurement of {name}.")
        at = place_of(about.get("ra"), about.get("dec"), points)
        facts = {"locus": locus["id"], "tags": about.get("tags") or [], "catalogs": about.get("catalogs") or []}
        own = _own_name(about, self.survey) or name
        return Known(own, self.survey, *at, points, newest_candid(points), facts)

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        cone = {"sky_distance": {"distance": f"{radius / 3600} degree", "htm16": {"center": f"{ra} {dec}"}}}
        found = []
        for locus in self._loci(cone, 100):
            about = locus.get("attributes") or {}
            if name := _own_name(about, self.survey):
                found.append(Nearby(name, about.get("ra"), about.get("dec"), facts={"tags": about.get("tags") or []}))
        return sorted_by_distance(found, ra, dec, radius)

    newer_help = "* for all loci, or one tag of ANTARES', e.g. nuclear_transient"

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        wanted: list[dict[str, Any]] = [{"range": {TIME: {"gte": since}}}, {"exists": {"field": FIELD[self.survey]}}]
        if what != "*":
            wanted.append({"term": {"tags": what}})
        for start in range(0, 10_000, PAGE):  # as far as its search reaches
            rows = self._loci(wanted, PAGE, sort=TIME, start=start)
            for locus in rows:
                about = locus["attributes"]
                if name := _own_name(about, self.survey):
                    yield Recent(name, float(about["properties"]["newest_alert_observation_time"]))
            if len(rows) < PAGE:
                return

    def names(self) -> set[str] | None:
        told = self.ask(f"{self.base}/loci/statistics")["data"]
        return set(told["attributes"]["tags"])

    def classes(self, known: Known) -> list[str]:
        return [str(tag) for tag in known.facts.get("tags") or []]

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        locus = known.facts.get("locus") if known else None
        alerts = self._alerts(str(locus or self._locus(name)["id"]))
        if not alerts:
            return {}
        newest = max(alerts, key=lambda alert: (alert.get("attributes") or {}).get("mjd") or 0.0)
        answer = self.ask(f"{self.base}/alerts/{newest['id']}/thumbnails")
        found = {}
        for thumbnail in rows_of(answer, "data"):
            about = thumbnail.get("attributes") or {}
            role = THUMBNAILS.get(str(about.get("thumbnail_type")))
            if role and about.get("src"):
                found[role] = fetch(str(about["src"]))
        return found

    def kafka(self) -> dict[str, str]:
        options = plain(self)
        if self.setting("api_key"):
            options |= {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "PLAIN",
                "sasl.username": self.setting("api_key"),
                "sasl.password": self.setting("api_secret") or "",
            }
        return options

    def packet(self, message: bytes) -> bytes:
        """It sends a locus, as BSON in zlib, with magnitudes that have lost their sign: its alerts are asked for."""
        data = unpacked(message).get("data")
        locus: dict[str, Any] = data if isinstance(data, dict) else {}
        about = locus.get("attributes") or {}
        name = _own_name(about, self.survey)
        if not (name and locus.get("id")):
            raise BadPacket(f"ANTARES sent a locus without an object of {self.survey}")
        with understood(self.label):
            try:
                known = self._known(locus, name)
            except Absent as missing:
                raise BadPacket(missing.message) from None
        return written(known.survey, known.name, (known.ra, known.dec), known.points, self.key, self.classes(known))


def _own_name(about: dict[str, Any], survey: str) -> str:
    told = about.get("properties") or {}
    if survey == "LSST":
        ids = ((told.get("survey") or {}).get("lsst") or {}).get("dia_object_id") or []
        return str(ids[0]) if ids else ""
    return str(told.get("ztf_object_id") or "")
