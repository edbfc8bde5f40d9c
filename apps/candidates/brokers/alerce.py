"""ALeRCE (Förster et al. 2021, AJ 161, 242): https://alerce.online, ZTF and LSST, open to all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skyportal.access.errors import Invalid
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
    Setting,
    ShowsPictures,
    rows_of,
    sorted_by_distance,
)
from .points import mean_place, measured, newest_candid, place_of

# Magnitudes are of the difference image; isdiffpos is 1 or -1 (written 0 here, the surveys' own way).
_ZTF = Magnitudes(time="mjd", clock="mjd", bands=ZTF_BANDS, origin="previous", limit="diffmaglim")
# The service's MJD is UTC already, unlike the packet's.
_LSST = Fluxes(time="mjd", clock="mjd", band="band_name", bands=LSST_BANDS, factor=NANOJANSKY, candid="measurement_id")
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
        return Known(name, "ZTF", *at, points, newest_candid(points), {k: v for k, v in about.items() if v is not None})

    def _lsst(self, name: str) -> Known:
        base, which = self.setting("lsst_api_url"), {"survey_id": "lsst", "oid": name}
        answer = self.ask(f"{base}/lightcurve_api/detections", params=which)
        detections = [_with_band(row) for row in rows_of(answer, "items", "detections")]
        if not detections:
            raise Absent(f"ALeRCE knows no {name}.")
        points = measured(_LSST, detections)
        newest = max(points, key=lambda p: p.mjd, default=None)
        return Known(name, "LSST", *mean_place(points), points, newest.candid if newest else "")

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
        if self.survey != "ZTF":
            raise Invalid("ALeRCE can be asked for what is new of ZTF only.")
        classifier, _, kind = ("", "", "") if what == "*" else what.partition("/")
        named = {"classifier": classifier, "class": kind} if classifier else {}
        for page in range(1, MOST_PAGES):
            asked = {**named, "lastmjd": since, "order_by": "lastmjd", "order_mode": "ASC", "page": page,
                     "page_size": PAGE, "count": "false"}  # fmt: skip
            rows = rows_of(self.ask(f"{self.setting('api_url')}/objects/", params=asked), "items")
            yield from (Recent(str(row["oid"]), float(row["lastmjd"])) for row in rows)
            if len(rows) < PAGE:
                return

    def classes(self, known: Known) -> list[str]:
        return [str(known.facts["class"])] if known.facts.get("class") else []

    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        candid = (known or self.known(name, asked)).candid
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
    """Bands are numbers, with a key to them in each row."""
    named = row.get("band_map") or {}
    return row | {"band_name": named.get(str(row.get("band"))) or row.get("band_name") or row.get("band")}
