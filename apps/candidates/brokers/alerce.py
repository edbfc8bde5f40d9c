"""ALeRCE (Förster et al. 2021, AJ 161, 242): https://alerce.online, ZTF and LSST, open to all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skyportal.access.configured import Setting
from skyportal.astro.time import tai_from_utc, utc_from_tai
from skyportal.outside import Absent, Unreachable, fetch

from ..alerts.surveys.measures import Fluxes, Magnitudes
from ..alerts.surveys.rubin import BANDS as LSST_BANDS
from ..alerts.surveys.rubin import NANOJANSKY
from ..alerts.surveys.ztf import BANDS as ZTF_BANDS
from . import drivers
from .base import (
    Asked,
    Known,
    Nearby,
    Polls,
    Recent,
    SearchesCones,
    ShowsPictures,
    rows_of,
    sorted_by_distance,
)
from .points import mean_place, measured, newest_candid, place_of

# Magnitudes are of the difference image; isdiffpos is 1 or -1 (written 0 here, the surveys' own way).
_ZTF = Magnitudes(time="mjd", clock="mjd", bands=ZTF_BANDS, origin="previous", limit="diffmaglim")
# Its MJD of LSST is the packet's: TAI.
_LSST = Fluxes(time="mjd", clock="tai", band="band_name", bands=LSST_BANDS, factor=NANOJANSKY, candid="measurement_id")
LSST_NUMBERS = {1: "g", 2: "r", 3: "i", 4: "z", 5: "y", 6: "u"}
"""Its numbers of LSST's bands, for rows that bring no key to them."""
PAGE, MOST_PAGES = 100, 1000
STAMPS = {"new": "science", "ref": "template", "sub": "difference"}


@drivers.add
class Alerce(Polls, SearchesCones, ShowsPictures):
    key = "alerce"
    classname = "ALERCEBROKER"
    label = "ALeRCE"
    website = "https://alerce.online"
    settings_form = (
        Setting("survey", "Survey", "choice", default="ZTF", choices=("ZTF", "LSST")),
        Setting("api_url", "Address of the ZTF service", "address", default="https://api.alerce.online/ztf/v1"),
        Setting("stamp_url", "Address of the ZTF stamps", "address", default="https://avro.alerce.online"),
        Setting("lsst_api_url", "Address of the LSST service", "address", default="https://api-lsst.alerce.online"),
        Setting("lsst_stamp_url", "Address of the LSST stamps", "address",
                default="https://api-lsst.alerce.online/stamps_api"),
    )  # fmt: skip

    def known(self, name: str, asked: Asked) -> Known:
        return self._lsst(name) if self.survey == "LSST" else self._ztf(name)

    def _ztf(self, name: str) -> Known:
        base = f"{self.setting('api_url')}/objects/{name}"
        about = self.ask(base)
        detections = rows_of(self.ask(f"{base}/detections"), "items")
        try:
            limits = rows_of(self.ask(f"{base}/non_detections"), "items")
        except Unreachable:
            limits = []  # the detections are worth showing without them
        for row in detections:
            row["isdiffpos"] = int(row.get("isdiffpos") in (1, "1", "t", True))
        points = measured(_ZTF, [*detections, *limits])
        at = place_of(about.get("meanra"), about.get("meandec"), points)
        facts = {key: value for key, value in about.items() if value is not None}
        # what it knows from later alerts' histories only has no stamps
        seen = [row for row in detections if row.get("has_stamp")]
        if stamped := max(seen, key=lambda row: float(row.get("mjd") or 0.0), default=None):
            facts["candid_of_stamps"] = str(stamped.get("candid") or "")
        return Known(name, "ZTF", *at, points, newest_candid(points), facts)

    def _lsst(self, name: str) -> Known:
        base, which = self.setting("lsst_api_url"), {"survey_id": "lsst", "oid": name}
        answer = self.ask(f"{base}/lightcurve_api/detections", params=which)
        detections = [_with_band(row) for row in rows_of(answer, "items", "detections")]
        if not detections:
            raise Absent(f"ALeRCE knows no {name}.")
        points = measured(_LSST, detections)
        return Known(name, "LSST", *mean_place(points), points, newest_candid(points))

    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        where: dict[str, Any] = {"ra": ra, "dec": dec, "radius": radius, "page": 1, "page_size": 100}
        if self.survey == "LSST":
            answer = self.ask(f"{self.setting('lsst_api_url')}/object_api/list_objects",
                              params=where | {"survey": "lsst"})  # fmt: skip
        else:  # a total would cost the service more than the answer
            answer = self.ask(f"{self.setting('api_url')}/objects/", params=where | {"count": "false"})
        found = [
            Nearby(str(row["oid"]), row.get("meanra"), row.get("meandec"),
                   facts={name: row[name] for name in ("ndet", "firstmjd", "lastmjd", "class") if row.get(name)})
            for row in rows_of(answer, "items") if row.get("oid")
        ]  # fmt: skip
        return sorted_by_distance(found, ra, dec, radius)

    newer_help = "* for all objects, or classifier/class, e.g. stamp_classifier/SN"

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        is_lsst = self.survey == "LSST"
        classifier, _, kind = ("", "", "") if what == "*" else what.partition("/")
        named = {"classifier": classifier, "class_name" if is_lsst else "class": kind} if classifier else {}
        after = tai_from_utc(since) if is_lsst else since
        asked = {**named, "lastmjd": after, "order_by": "lastmjd", "order_mode": "ASC", "page_size": PAGE}
        where = "lsst_api_url" if is_lsst else "api_url"
        url = f"{self.setting(where)}/{'object_api/list_objects' if is_lsst else 'objects/'}"
        asked |= {"survey": "lsst"} if is_lsst else {"count": "false"}
        for page in range(1, MOST_PAGES):
            answer = self.ask(url, params=asked | {"page": page})
            rows = rows_of(answer, "items")
            for row in rows:
                seen = float(row["lastmjd"])
                yield Recent(str(row["oid"]), utc_from_tai(seen) if is_lsst else seen)
            more = answer.get("has_next") if isinstance(answer, dict) else None
            if len(rows) < PAGE or more is False:  # a page beyond the last one is a 404
                return

    def names(self) -> set[str] | None:
        """Every class of every classifier of ZTF's; of LSST's it tells numbers only."""
        if self.survey == "LSST":
            return None
        found = rows_of(self.ask(f"{self.setting('api_url')}/classifiers/"))
        return {f"{row['classifier_name']}/{kind}" for row in found for kind in row.get("classes") or []}

    def classes(self, known: Known) -> list[str]:
        return [str(known.facts["class"])] if known.facts.get("class") else []

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        known = known or self.known(name, asked)
        candid = known.facts.get("candid_of_stamps") or known.candid
        found = {}
        for role, stamp in STAMPS.items() if candid else ():
            try:
                found[role] = self._stamp(name, candid, stamp)
            except Absent:
                continue
        return found

    def _stamp(self, name: str, candid: str, stamp: str) -> bytes:
        if self.survey == "LSST":
            params = {"oid": name, "measurement_id": candid, "stamp_type": stamp.title(), "file_format": "fits",
                      "survey_id": "lsst"}  # fmt: skip
            return fetch(f"{self.setting('lsst_stamp_url')}/stamp", params=params)
        params = {"oid": name, "candid": candid, "type": stamp, "format": "fits"}
        return fetch(f"{self.setting('stamp_url')}/get_stamp", params=params)


def _with_band(row: dict[str, Any]) -> dict[str, Any]:
    """Bands are numbers, with their name or a key to them in each row."""
    band = row.get("band")
    named = row.get("band_map") or {}
    number = LSST_NUMBERS.get(band, band) if isinstance(band, int) else band
    return row | {"band_name": row.get("band_name") or named.get(str(band)) or number}
