"""Fink (Möller et al. 2021, MNRAS 501, 3272): https://fink-broker.org, ZTF and LSST. Reading is open to all; its Kafka
service sends one topic for each science filter, to those who were given a name there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from skyportal.access.configured import Setting
from skyportal.access.errors import Invalid
from skyportal.astro.time import JD_OF_MJD, datetime_of, mjd_of, tai_from_utc, utc_from_tai
from skyportal.outside import Absent, Unreachable, fetch

from ..alerts.surveys.rubin import FORCED, SOURCE
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
    rows_of,
    sorted_by_distance,
)
from .kafka import plain, scram
from .points import mean_place, measured, newest_candid, without_prefix

ADDRESS = {"ZTF": "https://api.ztf.fink-portal.org", "LSST": "https://api.lsst.fink-portal.org"}
MOST_LATEST = 1000
SHORTEST = 5 / 1440  # days
FORCED_COLUMNS = "r:midpointMjdTai,r:band,r:psfFlux,r:psfFluxErr,r:visit,r:detector,r:ra,r:dec"
KINDS = {"new": "Science", "ref": "Template", "sub": "Difference"}
FACTS = ("v:classification", "d:cdsxmatch", "d:rf_snia_vs_nonia", "d:snn_sn_vs_all", "d:roid", "f:xm_simbad_otype")


@drivers.add
class Fink(Polls, SearchesCones, ShowsPictures, Listens):
    key = "fink"
    classname = "FINKBROKER"
    label = "Fink"
    website = "https://fink-portal.org"
    settings_form = (
        Setting("survey", "Survey", "choice", default="ZTF", choices=("ZTF", "LSST")),
        Setting("rest_url", "Address, if not the usual one", "address"),
        Setting("fink.servers", "Kafka servers", help="host:port, with commas; only to listen."),
        Setting("fink.username", "Kafka user"),
        Setting("fink.password", "Kafka password", "secret", help="Only if Fink gave you one; most users have none."),
        Setting("fink.group_id", "Kafka consumer group", help="As Fink gave it to you."),
    )

    def _post(self, path: str, **body: Any) -> Any:
        return self.ask(f"{self.setting('rest_url') or ADDRESS[self.survey]}/api/v1/{path}", json=body)

    def known(self, name: str, asked: Asked) -> Known:
        if self.survey == "LSST":
            found = rows_of(self._post("sources", diaObjectId=name, **{"output-format": "json"}))
            rows = [without_prefix(row, "r:") for row in found]
            points = measured(SOURCE, rows)
            points += measured(FORCED, self._forced(name)) if points else ()
        else:
            found = rows_of(self._post("objects", objectId=name, withupperlim=True, **{"output-format": "json"}))
            # of "badquality" points Fink itself says that they should not be used
            rows = [without_prefix(row, "i:") for row in found if row.get("d:tag", "valid") != "badquality"]
            points = measured(DETECTION, rows)
        if not points:
            raise Absent(f"Fink knows no {name}.")
        facts = {key: found[0][key] for key in FACTS if found[0].get(key) not in (None, "")}
        points = tuple(sorted(points, key=lambda point: point.mjd))
        return Known(name, self.survey, *mean_place(points), points, newest_candid(points), facts)

    def _forced(self, name: str) -> list[dict[str, Any]]:
        """Forced photometry of an object of LSST's; its detections are worth showing without."""
        asked = {"diaObjectId": name, "columns": FORCED_COLUMNS, "output-format": "json"}
        try:
            return [without_prefix(row, "r:") for row in rows_of(self._post("fp", **asked))]
        except Unreachable:
            return []

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        prefix, name = ("r:", "diaObjectId") if self.survey == "LSST" else ("i:", "objectId")
        found: dict[str, Nearby] = {}
        for row in rows_of(self._post("conesearch", ra=str(ra), dec=str(dec), radius=str(radius))):
            plain = without_prefix(row, prefix)
            if plain.get(name) is None:
                continue
            facts = {key: row[key] for key in FACTS if row.get(key) not in (None, "")}
            found.setdefault(str(plain[name]), Nearby(str(plain[name]), plain.get("ra"), plain.get("dec"), facts=facts))
        return sorted_by_distance(list(found.values()), ra, dec, radius)

    newer_help = "one class of Fink's (of LSST: one tag), e.g. Early SN Ia candidate, or extragalactic_new_candidate"

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        if what == "*":
            raise Invalid("Fink can be asked for what is new of one class, or tag, at a time: name it.")
        now = mjd_of(datetime.now(UTC))
        start, step = since, max(now - since, SHORTEST)
        while start < now:
            found = self._latest(what, start, start + step)
            if len(found) >= MOST_LATEST and step > SHORTEST:  # it gives the newest of them only: look closer
                step = max(step / 4, SHORTEST)
                continue
            yield from sorted(found, key=lambda one: one.mjd)
            start += step

    def _latest(self, kind: str, start: float, stop: float) -> list[Recent]:
        """What it saw between two times: alerts of a class (ZTF) or with a tag (LSST), the newest thousand."""
        is_lsst = self.survey == "LSST"
        span = {"startdate": start, "stopdate": stop}
        if is_lsst:  # its tags are kept by the alert's own clock
            span = {name: tai_from_utc(mjd) for name, mjd in span.items()}
        dates = {name: f"{datetime_of(mjd):%Y-%m-%d %H:%M:%S.%f}" for name, mjd in span.items()}
        name, time = ("r:diaObjectId", "r:midpointMjdTai") if is_lsst else ("i:objectId", "i:jd")
        asked = {"n": MOST_LATEST, "columns": f"{name},{time}", "output-format": "json", **dates}
        asked["tag" if is_lsst else "class"] = kind
        rows = rows_of(self._post("tags" if is_lsst else "latests", **asked))
        return [Recent(str(row[name]), utc_from_tai(row[time]) if is_lsst else row[time] - JD_OF_MJD) for row in rows]

    def names(self) -> set[str] | None:
        base = f"{self.setting('rest_url') or ADDRESS[self.survey]}/api/v1"
        if self.survey == "LSST":
            return set(self.ask(f"{base}/tags"))
        return {str(kind) for kinds in self.ask(f"{base}/classes").values() for kind in kinds}

    def classes(self, known: Known) -> list[str]:
        return [str(known.facts["v:classification"])] if known.facts.get("v:classification") else []

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        base, which = self.setting("rest_url") or ADDRESS[self.survey], {"objectId": name}
        if self.survey == "LSST":
            which = {"diaObjectId": name}
        found = {}
        for role, kind in KINDS.items():
            try:
                found[role] = fetch(f"{base}/api/v1/cutouts", json={**which, "kind": kind, "output-format": "PNG"})
            except Absent:
                continue
        return found

    def kafka(self) -> dict[str, str]:
        """Most users have a name and no password: then it is not to be tried with one."""
        options = plain(self, "fink.servers")
        return scram(self, "fink.", "SASL_PLAINTEXT") if self.setting("fink.password") else options

    def group(self, feed_id: int) -> str:
        return str(self.setting("fink.group_id") or super().group(feed_id))
