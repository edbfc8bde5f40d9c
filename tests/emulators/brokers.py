"""Alert brokers, as their services answer: ALeRCE, ANTARES, Fink, Lasair, BOOM and one of the general kind.

Each knows ZTF26aaaaaaa (three detections of programme 1, one of programme 2 where it tells programmes) and nothing
else. Lasair and BOOM want their credentials.
"""

from __future__ import annotations

import base64
import io
import json
from functools import cache

from PIL import Image

from .server import Answer

NAME, RA, DEC = "ZTF26aaaaaaa", 150.0, 2.0
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


def alerce(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/objects/") and "lastmjd" in query:
        new = float(query["lastmjd"]) <= MJD and query.get("class", "SN") == "SN"
        return _json({"items": [{"oid": NAME, "lastmjd": MJD}] if new else []})
    if path.endswith("/objects/"):
        near = abs(float(query["ra"]) - RA) < 0.1
        return _json({"items": [{"oid": NAME, "meanra": RA, "meandec": DEC, "ndet": 3}] if near else []})
    if NAME not in path and query.get("oid") != NAME:
        return _json({"error": "not found"}, 404)
    if path.endswith("/get_stamp"):
        return 200, "image/png", png()
    if path.endswith("/detections"):
        rows = [row | {"mjd": row["jd"] - 2400000.5, "isdiffpos": 1, "candid": str(row["candid"])} for row in _ztf()]  # type: ignore[operator]
        return _json(rows)
    if path.endswith("/non_detections"):
        return _json([{"mjd": JDS[0] - 2400003.5, "fid": 1, "diffmaglim": 20.9}])
    return _json({"oid": NAME, "meanra": RA, "meandec": DEC, "ndet": 3, "class": "SN"})


def fink(path: str, query: dict[str, str]) -> Answer:
    asked = json.loads(query.get("json", "{}"))
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


def antares(path: str, query: dict[str, str]) -> Answer:
    about = {"ra": RA, "dec": DEC, "tags": ["nuclear"],
             "properties": {"ztf_object_id": NAME, "newest_alert_observation_time": MJD}}  # fmt: skip
    locus = {"id": "ANT2026a", "attributes": about}
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
    if query.get("authorization") != f"Token {TOKEN}":
        return _json({"detail": "Invalid token."}, 401)
    if path.endswith("/cone/"):
        near = abs(float(query["ra"]) - RA) < 0.1
        return _json([{"object": NAME, "separation": 0.4}] if near else [])
    if path.endswith("/query/") and " AS seen" in query["selected"]:
        since = float(query["conditions"].split(">= ")[1].split()[0])
        return _json([{"name": NAME, "seen": JDS[-1]}] if since <= JDS[-1] else [])
    if path.endswith("/query/"):
        return _json([{"objectId": NAME, "ramean": RA, "decmean": DEC}])
    if query.get("objectId") != NAME:
        return _json({"error": "no such object"}, 404)
    return _json({"objectId": NAME, "objectData": {"ramean": RA, "decmean": DEC}, "candidates": _ztf()})


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


def generic(path: str, query: dict[str, str]) -> Answer:
    if path.endswith("/alerts"):
        return _json({"data": [{"objectId": NAME, "ra": RA, "dec": DEC, "asked": query}]})
    if not path.endswith(NAME):
        return _json({"message": "unknown"}, 404)
    newest, *earlier = reversed(_ztf())
    return _json({"data": {"objectId": NAME, "candid": newest["candid"], "candidate": newest,
                           "prv_candidates": earlier}})  # fmt: skip


SPEAK = {"alerce": alerce, "fink": fink, "antares": antares, "lasair": lasair, "boom": boom, "generic": generic}


def settings_for(key: str, address: str) -> dict[str, object]:
    """What a connection to an emulated broker needs to know."""
    host = address.removeprefix("http://")
    return {
        "alerce": {"api_url": f"{address}/ztf/v1", "stamp_url": address},
        "fink": {"rest_url": address},
        "antares": {"api_url": f"{address}/v1"},
        "lasair": {"endpoint": f"{address}/api", "token": TOKEN, "survey": "ZTF"},
        "boom": {"host": host.split(":")[0], "port": int(host.split(":")[1]), "protocol": "http", "username": USER,
                 "password": PASSWORD},
        "generic": {"base_url": address, "token": TOKEN},
    }[key]  # type: ignore[return-value]  # fmt: skip
