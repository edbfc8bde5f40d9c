"""Alert brokers, as their services answer: ALeRCE, ANTARES, Fink, Lasair, BOOM, Babamul and one of the general kind.

Each knows ZTF26aaaaaaa (three detections of programme 1, one of programme 2 where it tells programmes) and, where it
serves LSST, 170000000000000001 at the same times, which it tells in TAI. Lasair, BOOM and Babamul want their
credentials. What is said of each service in docs/brokers.md is what they do.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from functools import cache

from PIL import Image

from .server import Answer

NAME, LSST_NAME, RA, DEC = "ZTF26aaaaaaa", "170000000000000001", 150.0, 2.0
JDS = (2461000.5, 2461003.5, 2461007.5)
MAGS = (19.5, 18.7, 18.2)
TOKEN, USER, PASSWORD = "an emulated token", "ada", "lovelace"


def _json(value: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(value).encode()


@cache
def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (63, 63), 90).save(out, "PNG")
    return out.getvalue()


def _ztf(prefix: str = "") -> list[dict[str, object]]:
    rows = [
        {"objectId": NAME, "jd": jd, "fid": 1 + n % 2, "magpsf": mag, "sigmapsf": 0.1, "isdiffpos": "t", "ra": RA,
         "dec": DEC, "candid": 3000000000000000000 + n, "diffmaglim": 20.5, "programid": 1}
        for n, (jd, mag) in enumerate(zip(JDS, MAGS, strict=True))
    ]  # fmt: skip
    return [{prefix + name: value for name, value in row.items()} for row in rows]


MJD = JDS[-1] - 2400000.5
"""When the object was seen last."""
TAI = 37 / 86400
FLUXES = (800.0, 1600.0, 2500.0)  # nJy


def _lsst(prefix: str = "", **more: object) -> list[dict[str, object]]:
    """The object's detections in the survey's own words, newest last."""
    rows = [
        {"diaObjectId": int(LSST_NAME), "diaSourceId": 170000000000000100 + n, "midpointMjdTai": jd - 2400000.5 + TAI,
         "band": "gri"[n], "psfFlux": flux, "psfFluxErr": 80.0, "ra": RA, "dec": DEC, **more}
        for n, (jd, flux) in enumerate(zip(JDS, FLUXES, strict=True))
    ]  # fmt: skip
    return [{prefix + name: value for name, value in row.items()} for row in rows]


def _page(rows: list[dict[str, object]], query: dict[str, str]) -> Answer:
    """As ALeRCE pages: what lies beyond the last page is not found."""
    number, size = int(query.get("page", 1)), int(query.get("page_size", 10))
    part = rows[(number - 1) * size : number * size]
    if number > 1 and not part:
        return _json({"message": "Not Found"}, 404)
    return _json({"items": part, "has_next": number * size < len(rows), "page": number})


def alerce_lsst(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/list_objects"):
        near = abs(float(query.get("ra", RA)) - RA) < 0.1 and query["survey"] == "lsst"
        new = float(query.get("lastmjd", 0)) <= MJD + TAI and query.get("class_name", "SN") == "SN"
        row = {"oid": int(LSST_NAME), "meanra": RA, "meandec": DEC, "n_det": 3, "lastmjd": MJD + TAI}
        return _page([row] if near and new else [], query)
    if query.get("oid") != LSST_NAME or query.get("survey_id") != "lsst":
        return _json({"detail": "not found"}, 404)
    if path.endswith("/stamp"):
        return 200, "image/png", png()
    rows = [row | {"mjd": row["midpointMjdTai"], "band": 1 + n, "measurement_id": row["diaSourceId"]}
            for n, row in enumerate(_lsst())]  # fmt: skip
    return _json(rows)


def alerce(path: str, query: dict[str, str]) -> Answer:
    if path.startswith(("/object_api", "/lightcurve_api", "/stamps_api")):
        return alerce_lsst(path, query)
    if path.endswith("/classifiers/"):
        return _json([{"classifier_name": "stamp_classifier", "classifier_version": "1", "classes": ["SN", "AGN"]}])
    if path.endswith("/objects/") and "lastmjd" in query:
        new = float(query["lastmjd"]) <= MJD and query.get("class", "SN") == "SN"
        return _page([{"oid": NAME, "lastmjd": MJD}] if new else [], query)
    if path.endswith("/objects/"):
        near = abs(float(query["ra"]) - RA) < 0.1
        return _json({"items": [{"oid": NAME, "meanra": RA, "meandec": DEC, "ndet": 3}] if near else []})
    if NAME not in path and query.get("oid") != NAME:
        return _json({"error": "not found"}, 404)
    if path.endswith("/get_stamp"):  # the newest is known from an alert's history only
        return (200, "image/png", png()) if query["candid"].endswith("1") else _json({"error": "no stamp"}, 404)
    if path.endswith("/detections"):
        rows = [row | {"mjd": row["jd"] - 2400000.5, "isdiffpos": 1, "candid": str(row["candid"]), "has_stamp": n < 2}  # type: ignore[operator]
                for n, row in enumerate(_ztf())]  # fmt: skip
        return _json(rows)
    if path.endswith("/non_detections"):
        return _json([{"mjd": JDS[0] - 2400003.5, "fid": 1, "diffmaglim": 20.9}])
    return _json({"oid": NAME, "meanra": RA, "meandec": DEC, "ndet": 3, "class": "SN"})


def fink_lsst(path: str, asked: dict[str, str]) -> Answer:
    if path.endswith("/tags") and not asked:
        return _json({"extragalactic_new_candidate": "what it is", "in_tns": "what it is"})
    if path.endswith("/tags"):
        inside = asked["startdate"] <= "2025-11-28 00:00:37" < asked["stopdate"]
        return _json(_lsst("r:")[-1:] if inside and asked["tag"] == "in_tns" else [])
    if path.endswith("/conesearch"):
        return _json(_lsst("r:") if abs(float(asked["ra"]) - RA) < 0.1 else [])
    if path.endswith("/fp"):
        return _json(_lsst("r:", visit=1, detector=2)[:1] if asked["diaObjectId"] == LSST_NAME else [])
    return _json(_lsst("r:") if asked.get("diaObjectId") == LSST_NAME else [])


def fink(path: str, query: dict[str, str]) -> Answer:
    asked = json.loads(query.get("json", "{}"))
    if path.endswith(("/tags", "/sources", "/fp")) or "diaObjectId" in asked:
        return (200, "image/png", png()) if path.endswith("/cutouts") else fink_lsst(path, asked)
    if path.endswith("/classes"):
        return _json({"Fink classifiers": ["Early SN Ia candidate", "SN candidate"], "TNS": ["(TNS) SN Ia"]})
    if path.endswith("/cutouts"):
        return 200, "image/png", png()
    if path.endswith("/latests"):
        inside = asked["startdate"] <= "2025-11-28 00:00:00" < asked["stopdate"]
        return _json([{"i:objectId": NAME, "i:jd": JDS[-1]}] if inside and asked["class"] == "SN candidate" else [])
    if path.endswith("/conesearch"):
        near = abs(float(asked["ra"]) - RA) < 0.1
        return _json(_ztf("i:") if near else [])
    rows = _ztf("i:") if asked.get("objectId") == NAME else []
    limit = {"i:jd": JDS[0] - 3, "i:fid": 1, "i:diffmaglim": 20.9, "d:tag": "upperlim"}
    bad = {**_ztf("i:")[0], "i:jd": JDS[0] + 1, "i:candid": 7, "d:tag": "badquality"}
    return _json([*(row | {"d:tag": "valid", "v:classification": "SN candidate"} for row in rows), limit, bad]
                 if rows else [])  # fmt: skip


def bson(value: dict) -> bytes:
    """A document of doubles, whole numbers, texts, nothings, lists and documents."""
    out = b""
    for name, one in value.items():
        key = name.encode() + b"\0"
        match one:
            case dict() | list():
                inner = one if isinstance(one, dict) else {str(n): item for n, item in enumerate(one)}
                out += (b"\x03" if isinstance(one, dict) else b"\x04") + key + bson(inner)
            case str():
                text = one.encode() + b"\0"
                out += b"\x02" + key + struct.pack("<i", len(text)) + text
            case float():
                out += b"\x01" + key + struct.pack("<d", one)
            case None:
                out += b"\x0a" + key
            case _:
                out += b"\x12" + key + struct.pack("<q", one)
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def antares_message() -> bytes:
    """A locus as it is sent: without its alerts."""
    about = {"ra": RA, "dec": DEC, "tags": ["nuclear"], "catalogs": [], "lightcurve": "alert_id,ant_mjd\n",
             "properties": {"ztf_object_id": NAME, "num_alerts": 3, "horizons_targetname": None}}  # fmt: skip
    return zlib.compress(bson({"data": {"id": "ANT2026a", "type": "locus", "attributes": about}}))


def lasair_message() -> bytes:
    """What a filter of Lasair's sends with "full alert"."""
    alert = {"diaObject": {"diaObjectId": int(LSST_NAME)}, "diaSourcesList": _lsst(), "diaForcedSourcesList": []}
    told = {"diaObjectId": int(LSST_NAME), "ra": RA, "decl": DEC, "UTC": "2025-11-28 00:00:00", "alert": alert}
    return json.dumps(told).encode()


def antares(path: str, query: dict[str, str]) -> Answer:
    about = {"ra": RA, "dec": DEC, "tags": ["nuclear"],
             "properties": {"ztf_object_id": NAME, "newest_alert_observation_time": MJD}}  # fmt: skip
    locus = {"id": "ANT2026a", "attributes": about}
    if path.endswith("/loci/statistics"):
        return _json({"data": {"attributes": {"tags": {"nuclear": 3, "high_snr": 9}}}})
    if path.endswith("/loci"):
        asked = json.loads(query["elasticsearch_query[locus_listing]"])["query"]["bool"]["filter"]
        if isinstance(asked, list):
            since = asked[0]["range"]["properties.newest_alert_observation_time"]["gte"]
            tagged = all(one.get("term", {}).get("tags", "nuclear") == "nuclear" for one in asked)
            return _json({"data": [locus] if since <= MJD and tagged else []})
        named = asked.get("term", {}).get("properties.ztf_object_id")
        cone = asked.get("sky_distance", {}).get("htm16", {}).get("center", "0 0")
        found = named == NAME or (named is None and abs(float(cone.split()[0]) - RA) < 0.1)
        return _json({"data": [locus] if found else []})
    if path.endswith("/loci/ANT2026a/alerts"):
        rows = [
            {"ant_mjd": row["jd"] - 2400000.5, "ztf_fid": row["fid"], "ant_mag": row["magpsf"], "ant_magerr": 0.1,  # type: ignore[operator]
             "ztf_candid": row["candid"], "ztf_isdiffpos": "t", "ant_ra": RA, "ant_dec": DEC}
            for row in _ztf()
        ]  # fmt: skip
        return _json({"data": [{"id": f"a{n}", "attributes": {"mjd": n, "properties": row}}
                               for n, row in enumerate(rows)]})  # fmt: skip
    if path.endswith("/loci/ANT2026a"):
        return _json({"data": locus})
    return _json({"errors": [{"status": 404}]}, 404)


def lasair(path: str, query: dict[str, str]) -> Answer:
    """A question that cannot be meant is answered with 200 too."""
    if query.get("authorization") != f"Token {TOKEN}":
        return _json({"detail": "Invalid token."}, 401)
    if path.endswith("/cone/"):
        if abs(float(query["ra"]) - RA) > 0.1:
            return _json({"error": "No object found ra=200.00000 dec=2.00000 radius=5.00"})
        return _json([{"object": NAME, "separation": 0.4}])
    if path.endswith("/query/"):
        return _lasair_query(query)
    if query.get("objectId") == LSST_NAME:
        urls = [{"diaSourceId": row["diaSourceId"], "Science": "http://nowhere.test/x.fits"} for row in _lsst()]
        sources = [row | {"decl": row["dec"]} for row in reversed(_lsst())]
        return _json({"diaObjectId": LSST_NAME, "diaObject": {"ra": RA, "decl": DEC}, "diaSourcesList": sources,
                      "diaForcedSourcesList": [],
                      "lasairData": {"sherlock": {"classification": "SN"}, "imageUrls": urls}})  # fmt: skip
    if query.get("objectId") != NAME:
        return _json({"error": "no such object"}, 404)
    return _json({"objectId": NAME, "objectData": {"ramean": RA, "decmean": DEC}, "candidates": _ztf()})


def _lasair_query(query: dict[str, str]) -> Answer:
    if "nonsense" in query["conditions"]:
        said = "Your query:<br/><b>SELECT</b><br/>returned the error<br/><i>Unknown column 'nonsense'</i>"
        return _json({"error": said})
    if " AS seen" not in query["selected"]:
        return _json([{"objectId": NAME, "ramean": RA, "decmean": DEC}])
    is_lsst = "lastDiaSourceMjdTai" in query["selected"]
    name, seen = (int(LSST_NAME), MJD + TAI) if is_lsst else (NAME, JDS[-1])
    since = float(query["conditions"].split(">= ")[1].split()[0])
    return _json([{"name": name, "seen": seen}] if since <= seen else [])


def boom(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/auth"):
        good = (query.get("username"), query.get("password")) == (USER, PASSWORD)
        return _json({"access_token": TOKEN, "expires_in": 3600}) if good else _json({"message": "no"}, 401)
    if query.get("authorization") != f"Bearer {TOKEN}":
        return _json({"message": "no"}, 401)
    asked = json.loads(query.get("json", "{}"))
    if path.endswith("/catalogs"):
        return _json({"data": [{"name": "Gaia_DR3"}, {"name": "ZTF_alerts"}, {"name": "ZTF_alerts_aux"}]})
    if path.endswith("/queries/cone_search"):
        return _json({"data": {"query": _boom_cone(asked)}})
    if path.endswith("/queries/find"):
        return _json({"data": _boom_find(asked)})
    if path.endswith("/cutouts"):
        picture = base64.b64encode(png()).decode()
        return _json({"data": {"cutoutScience": picture, "cutoutTemplate": picture, "cutoutDifference": picture}})
    if path.endswith("/filters"):
        return _json({"data": {"id": "b1"}})
    if path.endswith("/validate"):
        return _json({"data": {"fid": asked.get("fid"), "passed": asked.get("fid") == "v1", "message": "checked"}})
    if path.endswith("/filters/test"):
        return _json({"data": {"count": 1, "permissions": asked["permissions"], "pipeline": asked["pipeline"]}})
    return _json({"data": {"active": False, "active_fid": "v1", "fv": []}})


def _boom_cone(asked: dict) -> list[dict]:
    near = abs(asked["object_coordinates"]["query"][0] - RA) < 0.1
    if asked["catalog_name"] == "Gaia_DR3":
        return [{"_id": 42, "coordinates": {"radec_geojson": {"coordinates": [RA - 180, DEC]}}}] if near else []
    return [{"objectId": NAME, "candidate": {"ra": RA, "dec": DEC, "programid": 1}}] if near else []


def _flux(mag: float) -> float:
    """As BOOM writes it: 1e9 times the flux in µJy."""
    return 1e9 * 10 ** (0.4 * (23.9 - mag))


def _boom_find(asked: dict) -> list[dict]:
    if "candidate.jd" in asked["filter"]:
        return [
            {"objectId": NAME, "candidate": {"jd": jd}} for jd in JDS if jd >= asked["filter"]["candidate.jd"]["$gte"]
        ]
    wanted = asked["filter"].get("objectId") or asked["filter"].get("_id")
    if wanted != NAME:
        return []
    points = [
        {"jd": jd, "band": "g", "psfFlux": _flux(mag), "psfFluxErr": _flux(mag) / 10, "ra": RA, "dec": DEC,
         "candid": 3000000000000000000 + n, "programid": 1, "magpsf": mag}
        for n, (jd, mag) in enumerate(zip(JDS, MAGS, strict=True))
    ]  # fmt: skip
    partners = {**points[1], "jd": JDS[1] + 1, "candid": 3000000000000000009, "programid": 2}
    if asked["catalog_name"].endswith("_aux"):
        return [{"_id": NAME, "prv_candidates": [*points[:2], partners], "fp_hists": []}]
    return [{"objectId": NAME, "candid": points[2]["candid"], "candidate": points[2]}]


def babamul(path: str, query: dict[str, str]) -> Answer:
    if query.get("authorization") != f"Bearer {TOKEN}":
        return 401, "text/plain", b"Unauthorized"
    if path.endswith("/profile"):
        return _json({"status": "success", "data": {"username": "babamul-ada"}})
    [newest] = _boom_find({"filter": {"objectId": NAME}, "catalog_name": "ZTF_alerts"})
    if path.endswith("/objects/cone-search"):
        asked = json.loads(query["json"])
        near = abs(asked["coordinates"]["here"][0] - RA) < 0.1 and "/ztf/" in path
        return _json({"data": {"here": [{"objectId": NAME, "ra": RA, "dec": DEC}] if near else []}})
    if path.endswith("/surveys/ztf/alerts"):
        if float(query["end_jd"]) - float(query["start_jd"]) > 1:
            return _json({"message": "Time range too large"}, 400)
        inside = float(query["start_jd"]) <= JDS[-1] <= float(query["end_jd"])
        return _json({"data": [newest] if inside and query["skip"] == "0" else []})
    if path.endswith("/cutouts"):
        picture = base64.b64encode(png()).decode()
        return _json({"data": {"candid": 1, "cutoutScience": picture, "cutoutTemplate": picture,
                               "cutoutDifference": picture}})  # fmt: skip
    if not path.endswith(f"/objects/{NAME}"):
        return _json({"message": "no object found"}, 404)
    [aux] = _boom_find({"filter": {"_id": NAME}, "catalog_name": "ZTF_alerts_aux"})
    history = [{name: row[name] for name in ("jd", "band", "psfFlux", "psfFluxErr", "ra", "dec")}
               for row in aux["prv_candidates"][:2]]  # fmt: skip
    return _json({"data": newest | {"prv_candidates": history, "fp_hists": [], "prv_nondetections": [],
                                    "properties": {"rock": False, "star": True}}})  # fmt: skip


def generic(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/alerts"):
        return _json({"data": [{"objectId": NAME, "ra": RA, "dec": DEC, "asked": query}]})
    if not path.endswith(NAME):
        return _json({"message": "unknown"}, 404)
    newest, *earlier = reversed(_ztf())
    return _json({"data": {"objectId": NAME, "candid": newest["candid"], "candidate": newest,
                           "prv_candidates": earlier}})  # fmt: skip


SPEAK = {"alerce": alerce, "fink": fink, "antares": antares, "lasair": lasair, "boom": boom, "babamul": babamul,
         "generic": generic}  # fmt: skip


def settings_for(key: str, address: str) -> dict[str, object]:
    """What a connection to an emulated broker needs to know."""
    host = address.removeprefix("http://")
    return {
        "alerce": {"api_url": f"{address}/ztf/v1", "stamp_url": address, "lsst_api_url": address,
                   "lsst_stamp_url": f"{address}/stamps_api"},
        "fink": {"rest_url": address},
        "antares": {"api_url": f"{address}/v1"},
        "lasair": {"endpoint": f"{address}/api", "token": TOKEN, "survey": "ZTF"},
        "boom": {"host": host.split(":")[0], "port": int(host.split(":")[1]), "protocol": "http", "username": USER,
                 "password": PASSWORD},
        "babamul": {"address": f"{address}/api/babamul", "token": TOKEN},
        "generic": {"base_url": address, "token": TOKEN},
    }[key]  # type: ignore[return-value]  # fmt: skip
