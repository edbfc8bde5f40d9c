"""Babamul: BOOM's public service, https://babamul.caltech.edu. It is asked by object, place and time with a user's own
token, and sends public alerts by Kafka (topics ``babamul.{survey}.{match}.…``) to those with a name for that.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from skyportal.access.configured import Setting
from skyportal.access.errors import Invalid
from skyportal.astro.time import JD_OF_MJD, mjd_of, tai_from_utc
from skyportal.outside import Absent

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
    rows_of,
    sorted_by_distance,
)
from .boom import CUTOUTS, mjd_of_jd, points_of
from .kafka import scram

PAGE, MOST_PAGES = 1000, 1000
SPAN = 1 / 24  # days of one question; it answers for a day at most
MOST_RADIUS = 600.0  # arcsec
CONDITIONS = {"min_magpsf", "max_magpsf", "min_drb", "max_drb", "is_rock", "is_star", "is_near_brightstar",
              "is_stationary", "is_positive"}  # fmt: skip


@drivers.add
class Babamul(Polls, SearchesCones, ShowsPictures, Listens, TriesConnection):
    key = "babamul"
    classname = "BABAMULBROKER"
    label = "Babamul"
    website = "https://babamul.caltech.edu"
    settings_form = (
        Setting("address", "Address", "address", default="https://babamul.caltech.edu/api/babamul"),
        Setting("token", "Token", "secret", help="From your profile page at Babamul; it begins with bbml_."),
        Setting("servers", "Kafka servers", default="kaboom.caltech.edu:9093", help="Only to listen."),
        Setting("username", "Kafka user", help="Made on your profile page; it begins with babamul-."),
        Setting("password", "Kafka password", "secret"),
        Setting("group_id", "Kafka consumer group", help="Babamul wants it to begin with babamul-."),
    )

    def _get(self, path: str, **asked: Any) -> Any:
        token = self.setting("token")
        if not token:
            raise Invalid("token is missing: Babamul answers only to its users.")
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = self.ask(f"{self.setting('address').rstrip('/')}/{path}", headers=headers, **asked)
        return answer.get("data", answer) if isinstance(answer, dict) else answer

    def try_connection(self) -> None:
        self._get("profile")

    def known(self, name: str, asked: Asked) -> Known:
        survey = "ZTF" if name.startswith("ZTF") else "LSST"
        told = self._get(f"surveys/{survey.lower()}/objects/{name}")
        newest = told.get("candidate") or {}
        candid = str(told.get("candid") or "")
        points = points_of(survey, newest, candid, told)
        if not points:
            raise Absent(f"Babamul knows no measurement of {name}.")
        own = told.get("properties") or {}
        facts = {key: own[key] for key in ("rock", "star", "near_brightstar", "stationary") if own.get(key) is not None}
        facts |= {"cross_matches": sorted(told.get("cross_matches") or {})}
        if told.get("classifications"):
            facts["classifications"] = told["classifications"]
        return Known(name, survey, float(newest["ra"]), float(newest["dec"]), points, candid, facts)

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        survey = self.survey_asked(asked).lower()
        where = {"coordinates": {"here": [ra % 360, dec]}, "radius_arcsec": min(radius, MOST_RADIUS)}
        found = self._get(f"surveys/{survey}/objects/cone-search", json=where)
        rows = rows_of(found, "here")
        nearby = [Nearby(str(row["objectId"]), row.get("ra"), row.get("dec")) for row in rows]
        return sorted_by_distance(nearby, ra, dec, radius)

    newer_help = "* for all public alerts of ZTF, or a survey and conditions, e.g. ZTF max_magpsf=18&is_rock=false"

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        survey, named = self._named(what)
        now = mjd_of(datetime.now(UTC))
        start = since
        while start < now:  # it sorts by the alert's number, not by time: a short span is read whole
            found: list[Recent] = []
            for page in range(MOST_PAGES):
                span = {"start_jd": _jd(survey, start), "end_jd": _jd(survey, start + SPAN)}
                asked = {**named, **span, "limit": PAGE, "skip": page * PAGE}
                rows = rows_of(self._get(f"surveys/{survey.lower()}/alerts", params=asked))
                found += [Recent(str(row["objectId"]), mjd_of_jd(survey, row["candidate"]["jd"])) for row in rows]
                if len(rows) < PAGE:
                    break
            yield from sorted(found, key=lambda one: one.mjd)
            start += SPAN

    def _named(self, what: str) -> tuple[str, dict[str, str]]:
        """The survey and the conditions of what is named of it."""
        survey, _, conditions = ("ZTF" if what == "*" else what).strip().partition(" ")
        named = dict(parse_qsl(conditions, keep_blank_values=True))
        if set(named) - CONDITIONS or (conditions and not named):
            known = ", ".join(sorted(CONDITIONS))
            raise Invalid(f"The conditions of Babamul are {known}, as name=value with & between.")
        return self.survey_asked({"survey": survey}), named

    def classes(self, known: Known) -> list[str]:
        said = {name for name in ("rock", "star", "near_brightstar", "stationary") if known.facts.get(name) is True}
        return sorted(said)

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        known = known or self.known(name, asked)
        told = self._get(f"surveys/{known.survey.lower()}/cutouts", params={"candid": known.candid})
        told = told if isinstance(told, Mapping) else {}
        return {role: base64.b64decode(told[field]) for field, role in CUTOUTS.items() if told.get(field)}

    def group(self, feed_id: int) -> str:
        return str(self.setting("group_id") or f"{self.setting('username') or 'babamul'}-skyportal-{feed_id}")

    def kafka(self) -> dict[str, str]:
        return scram(self, protocol="SASL_PLAINTEXT")


def _jd(survey: str, mjd: float) -> float:
    return (tai_from_utc(mjd) if survey == "LSST" else mjd) + JD_OF_MJD
