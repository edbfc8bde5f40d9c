"""BOOM (https://github.com/boom-astro/boom): a broker with catalogues to match and filters of its own, run by the
survey's partners. It holds data that is not public, so each question says which programmes the asker may see.
"""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, ClassVar

from skyportal.access.configured import Setting
from skyportal.access.errors import Invalid
from skyportal.astro.photometry import flux_density
from skyportal.astro.time import JD_OF_MJD, tai_from_utc, utc_from_tai
from skyportal.outside import Absent, Denied, Unreachable

from ..alerts.lightcurve import Point
from ..alerts.surveys.measures import Fluxes
from . import drivers
from .base import (
    Asked,
    KeepsFilters,
    Known,
    Listens,
    MatchesCatalogs,
    Nearby,
    Polls,
    Recent,
    SearchesCones,
    ShowsPictures,
    TriesConnection,
    rows_of,
    sorted_by_distance,
)
from .kafka import scram
from .points import measured

OWN = ("_alerts", "_alerts_aux", "_alerts_cutouts")
"""Catalogues that are alerts, not other people's sky."""
PAGE, MOST_PAGES = 1000, 1000
UNITS = {"ZTF": 1e-9, "LSST": 1e-3}
"""What makes its fluxes µJy: of ZTF it multiplies them by 1e9, of LSST they are the packet's nJy."""
PROJECTION = {"objectId": 1, "candid": 1, "candidate": 1, "coordinates": 1, "properties": 1}
CUTOUTS = {"cutoutScience": "new", "cutoutTemplate": "ref", "cutoutDifference": "sub"}
LAST_STAGE = {"$project": {"objectId": 1, "candid": 1, "candidate": 1}}
_tokens: dict[tuple[str, str], tuple[str, float]] = {}
_lock = Lock()


def _flux(survey: str, factor: float, origin: str = "previous") -> Fluxes:
    """BOOM writes fluxes and bands by their letter in one way for every survey."""
    bands = {band: f"{survey.lower()}{band}" for band in "ugrizy"}
    candid = "candid" if origin == "previous" else None
    return Fluxes(
        time="mjd", clock="tai" if survey == "LSST" else "mjd", band="band", bands=bands, factor=factor,
        origin=origin, programid="programid", candid=candid,
    )  # fmt: skip


def with_mjd(row: Mapping[str, Any]) -> dict[str, Any]:
    """Its Julian date is the packet's time with a number added, whatever clock that was: of LSST, TAI."""
    return {**row, "mjd": row["jd"] - JD_OF_MJD} if isinstance(row.get("jd"), int | float) else dict(row)


def _factor(survey: str, candidate: Mapping[str, Any]) -> float:
    """What makes its fluxes µJy. Its versions differ in the unit, but an alert has its magnitude beside the flux."""
    mag, flux = candidate.get("magpsf"), candidate.get("psfFlux")
    if not (isinstance(mag, int | float) and isinstance(flux, int | float)) or not flux:
        return UNITS.get(survey, UNITS["ZTF"])
    return 10.0 ** round(math.log10(float(flux_density(mag)[0]) / abs(flux)))


@drivers.add
class Boom(
    Polls, SearchesCones, MatchesCatalogs, ShowsPictures, Listens, KeepsFilters, TriesConnection
):  # fmt: skip
    key = "boom"
    classname = "BOOMBROKER"
    label = "BOOM"
    website = "https://github.com/boom-astro/boom"
    filter_kind = "pipeline"
    public = False
    settings_form: ClassVar[tuple[Setting, ...]] = (
        Setting("host", "Host", required=True),
        Setting("protocol", "Protocol", "choice", default="https", choices=("https", "http")),
        Setting("port", "Port", "number"),
        Setting("username", "User"),
        Setting("password", "Password", "secret"),
        Setting("servers", "Kafka servers", help="Only to listen."),
        Setting("group_id", "Kafka consumer group"),
    )

    @property
    def base(self) -> str:
        port = self.setting("port")
        return f"{self.setting('protocol')}://{self.setting('host')}" + (f":{int(port)}" if port else "")

    def _token(self, *, anew: bool = False) -> str:
        """Tokens last an hour or so; one is kept for all who use this connection."""
        user, password = self.setting("username"), self.setting("password")
        if not (user and password):
            missing = [name for name, value in (("username", user), ("password", password)) if not value]
            raise Invalid(f"{' and '.join(missing)} missing: BOOM answers only to its users.")
        key = (self.base, user)
        with _lock:
            token, until = _tokens.get(key, ("", 0.0))
        if token and time.time() < until and not anew:
            return token
        answer = self.ask(f"{self.base}/auth", data={"username": user, "password": password})
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise Unreachable(f"{self.setting('host')} gave no token.")
        with _lock:
            _tokens[key] = answer["access_token"], time.time() + float(answer.get("expires_in") or 600) - 30
        return str(answer["access_token"])

    def _call(self, path: str, **asked: Any) -> Any:
        for anew in (False, True):
            headers = {"Authorization": f"Bearer {self._token(anew=anew)}", "Accept": "application/json"}
            try:
                answer = self.ask(f"{self.base}/{path}", headers=headers, **asked)
                return answer.get("data", answer) if isinstance(answer, dict) else answer
            except Denied:  # the token may have been withdrawn early
                if anew:
                    raise
        raise AssertionError

    def try_connection(self) -> None:
        self._token(anew=True)

    def known(self, name: str, asked: Asked) -> Known:
        survey = self.survey_asked(asked) if asked.get("survey") or not name.startswith("ZTF") else "ZTF"
        alerts = self._find(f"{survey}_alerts", name, {"candidate.jd": -1}, limit=1)
        if not alerts:
            raise Absent(f"BOOM knows no {name}.")
        newest = alerts[0].get("candidate") or {}
        aux = (self._call("queries/find", json={"catalog_name": f"{survey}_alerts_aux", "filter": {"_id": name},
                                                "projection": {}, "limit": 1}) or [{}])[0]  # fmt: skip
        candid = str(alerts[0].get("candid") or alerts[0].get("_id") or "")
        points = points_of(survey, newest, candid, aux)
        ra, dec = float(newest["ra"]), float(newest["dec"])
        facts = {"properties": alerts[0].get("properties"), "cross_matches": sorted(aux.get("cross_matches") or {})}
        return Known(name, survey, ra, dec, points, candid, facts)

    def _find(self, catalog: str, name: str, sort: dict[str, int], limit: int) -> list[dict[str, Any]]:
        which = {"$in": [name, int(name)]} if name.isdecimal() else name
        body = {"catalog_name": catalog, "filter": {"objectId": which}, "projection": PROJECTION, "sort": sort,
                "limit": limit, "max_time_ms": 20_000}  # fmt: skip
        return rows_of(self._call("queries/find", json=body), "results")

    def _cone(self, catalog: str, ra: float, dec: float, radius: float, projection: Any) -> list[dict[str, Any]]:
        body = {"catalog_name": catalog, "object_coordinates": {"query": [ra, dec]}, "radius": radius,
                "unit": "Arcseconds", "filter": {}, "projection": projection}  # fmt: skip
        return rows_of(self._call("queries/cone_search", json=body), "query")

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        survey = self.survey_asked(asked)
        found: dict[str, Nearby] = {}
        for row in self._cone(f"{survey}_alerts", ra, dec, radius, PROJECTION):
            candidate = row.get("candidate") or {}
            name = str(row.get("objectId"))
            found.setdefault(name, Nearby(name, candidate.get("ra"), candidate.get("dec"),
                                          facts={"programid": candidate.get("programid")}))  # fmt: skip
        return sorted_by_distance(list(found.values()), ra, dec, radius)

    def matches(self, ra: float, dec: float, radius: float) -> dict[str, list[dict[str, Any]]]:
        names = [str(row.get("name")) for row in rows_of(self._call("catalogs"))]
        found = {}
        for name in names:
            if not name.endswith(OWN):
                rows = self._cone(name, ra, dec, radius, {})
                found[name] = [_placed(row) for row in rows]
        return found

    newer_help = "* for all alerts of ZTF, or the name of a survey, e.g. LSST"

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        survey = "ZTF" if what == "*" else self.survey_asked({"survey": what})
        after = (tai_from_utc(since) if survey == "LSST" else since) + JD_OF_MJD
        for page in range(MOST_PAGES):
            # a whole exposure has one time: only with the alert's number is the order, and so the page, settled
            body = {"catalog_name": f"{survey}_alerts", "filter": {"candidate.jd": {"$gte": after}}, "limit": PAGE,
                    "skip": page * PAGE, "projection": {"objectId": 1, "candidate.jd": 1},
                    "sort": {"candidate.jd": 1, "_id": 1}, "max_time_ms": 20_000}  # fmt: skip
            rows = rows_of(self._call("queries/find", json=body), "results")
            yield from (Recent(str(row["objectId"]), mjd_of_jd(survey, row["candidate"]["jd"])) for row in rows)
            if len(rows) < PAGE:
                return

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        known = known or self.known(name, asked)
        answer = self._call(f"surveys/{known.survey.lower()}/cutouts", params={"candid": known.candid})
        told = answer if isinstance(answer, dict) else {}
        return {role: base64.b64decode(told[field]) for field, role in CUTOUTS.items() if told.get(field)}

    def vocabulary(self, survey: str) -> Any:
        return self._call(f"filters/schemas/{survey}")

    def try_filter(self, body: Mapping[str, Any], programids: Mapping[str, list[int]] | None) -> Any:
        """What a pipeline would pass between two times (at most seven days apart, BOOM's own limit)."""
        survey = str(body.get("survey") or "ZTF").upper()
        stages = body.get("pipeline") or []
        stages = json.loads(stages) if isinstance(stages, str) else list(stages)
        if not stages or "$project" not in stages[-1]:
            stages.append(LAST_STAGE)
        asked = {name: body[name] for name in ("start_jd", "end_jd", "object_ids", "candids", "limit") if name in body}
        allowed = {survey: (programids or {}).get(survey, [])} if programids is not None else {survey: [1, 2, 3]}
        return self._call("filters/test", json={"pipeline": stages, "survey": survey, "permissions": allowed, **asked},
                          seconds=120.0)  # fmt: skip

    def kept(self, remote_id: str) -> dict[str, Any]:
        return dict(self._call(f"filters/{remote_id}"))

    def keep(self, body: Mapping[str, Any], remote_id: str | None) -> dict[str, Any]:
        if remote_id:
            return dict(self._call(f"filters/{remote_id}/versions", json={"pipeline": body["pipeline"]}))
        return dict(self._call("filters", json=dict(body)))

    def change(self, remote_id: str, *, active: bool, version: str) -> None:
        self._call(f"filters/{remote_id}", json={"active": active, "active_fid": version}, verb="PATCH")

    def drop(self, remote_id: str) -> None:
        self._call(f"filters/{remote_id}", json={"active": False}, verb="PATCH")

    def validate(self, remote_id: str, version: str) -> dict[str, Any]:
        return dict(self._call(f"filters/{remote_id}/validate", json={"fid": version}, seconds=180.0))

    def kafka(self) -> dict[str, str]:
        return scram(self)


def mjd_of_jd(survey: str, jd: float) -> float:
    """MJD (UTC) of a time of its."""
    return utc_from_tai(jd - JD_OF_MJD) if survey == "LSST" else float(jd) - JD_OF_MJD


def points_of(survey: str, newest: Mapping[str, Any], candid: str, history: Mapping[str, Any]) -> tuple[Point, ...]:
    """The measurements of an object: its newest alert, what came before, and forced photometry, in order of time."""
    factor = _factor(survey, newest)
    points = measured(_flux(survey, factor), [with_mjd({**newest, "candid": candid})], "alert")
    points += measured(_flux(survey, factor), map(with_mjd, rows_of(history.get("prv_candidates"))))
    points += measured(_flux(survey, factor, "forced"), map(with_mjd, rows_of(history.get("fp_hists"))))
    return tuple(sorted(points, key=lambda point: point.mjd))


def _placed(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a catalogue with its place in degrees; GeoJSON writes longitudes from -180."""
    placed: dict[str, Any] = {**row, "_id": str(row.get("_id"))}
    coordinates = ((row.get("coordinates") or {}).get("radec_geojson") or {}).get("coordinates")
    if coordinates and "ra" not in placed:
        placed |= {"ra": coordinates[0] + 180.0, "dec": coordinates[1]}
    return placed
