"""The ZTF alert schema, version 4.02: field names and types, without the survey's wording.

A field is ``name:type``; types are d(ouble) f(loat) i(nt) l(ong) s(tring), with ? where it may be null.
"""

from __future__ import annotations

from typing import Any

CANDIDATE = """jd:d fid:i pid:l diffmaglim:f? pdiffimfilename:s? programpi:s? programid:i candid:l isdiffpos:s tblid:l?
nid:i? rcid:i? field:i? xpos:f? ypos:f? ra:d dec:d magpsf:f sigmapsf:f chipsf:f? magap:f? sigmagap:f? distnr:f? magnr:f?
sigmagnr:f? chinr:f? sharpnr:f? sky:f? magdiff:f? fwhm:f? classtar:f? mindtoedge:f? magfromlim:f? seeratio:f? aimage:f?
bimage:f? aimagerat:f? bimagerat:f? elong:f? nneg:i? nbad:i? rb:f? ssdistnr:f? ssmagnr:f? ssnamenr:s? sumrat:f?
magapbig:f? sigmagapbig:f? ranr:d decnr:d sgmag1:f? srmag1:f? simag1:f? szmag1:f? sgscore1:f? distpsnr1:f? ndethist:i
ncovhist:i jdstarthist:d? jdendhist:d? scorr:d? tooflag:i? objectidps1:l? objectidps2:l? sgmag2:f? srmag2:f? simag2:f?
szmag2:f? sgscore2:f? distpsnr2:f? objectidps3:l? sgmag3:f? srmag3:f? simag3:f? szmag3:f? sgscore3:f? distpsnr3:f?
nmtchps:i rfid:l jdstartref:d jdendref:d nframesref:i rbversion:s dsnrms:f? ssnrms:f? dsdiff:f? magzpsci:f?
magzpsciunc:f? magzpscirms:f? nmatches:i clrcoeff:f? clrcounc:f? zpclrcov:f? zpmed:f? clrmed:f? clrrms:f? neargaia:f?
neargaiabright:f? maggaia:f? maggaiabright:f? exptime:f? drb:f? drbversion:s"""

PREVIOUS = """jd:d fid:i pid:l diffmaglim:f? pdiffimfilename:s? programpi:s? programid:i candid:l? isdiffpos:s? tblid:l?
nid:i? rcid:i? field:i? xpos:f? ypos:f? ra:d? dec:d? magpsf:f? sigmapsf:f? chipsf:f? magap:f? sigmagap:f? distnr:f?
magnr:f? sigmagnr:f? chinr:f? sharpnr:f? sky:f? magdiff:f? fwhm:f? classtar:f? mindtoedge:f? magfromlim:f? seeratio:f?
aimage:f? bimage:f? aimagerat:f? bimagerat:f? elong:f? nneg:i? nbad:i? rb:f? ssdistnr:f? ssmagnr:f? ssnamenr:s?
sumrat:f? magapbig:f? sigmagapbig:f? ranr:d? decnr:d? scorr:d? magzpsci:f? magzpsciunc:f? magzpscirms:f? clrcoeff:f?
clrcounc:f? rbversion:s"""

FORCED = """field:i? rcid:i? fid:i pid:l rfid:l sciinpseeing:f? scibckgnd:f? scisigpix:f? magzpsci:f? magzpsciunc:f?
magzpscirms:f? clrcoeff:f? clrcounc:f? exptime:f? adpctdif1:f? adpctdif2:f? diffmaglim:f? programid:i jd:d
forcediffimflux:f? forcediffimfluxunc:f? procstatus:s? distnr:f? ranr:d decnr:d magnr:f?
sigmagnr:f? chinr:f? sharpnr:f?"""

TYPES: dict[str, Any] = {"d": "double", "f": "float", "i": "int", "l": "long", "s": "string", "b": "boolean",
                         "t": {"type": "long", "logicalType": "timestamp-micros"}}  # fmt: skip
CUTOUTS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def names(text: str) -> list[str]:
    """Field names of one of the records above."""
    return [field.split(":")[0] for field in text.split()]


def record(name: str, text: str) -> dict[str, Any]:
    """An Avro record of such fields."""
    fields = []
    for field in text.split():
        key, kind = field.split(":")
        plain = TYPES[kind[0]]
        fields.append({"name": key, "type": ["null", plain] if kind.endswith("?") else plain})
    return {"type": "record", "name": name, "fields": fields}


def ztf_schema() -> dict[str, Any]:
    """The whole schema as Avro JSON."""
    cutout = {"type": "record", "name": "cutout", "fields": [{"name": "fileName", "type": "string"},
                                                            {"name": "stampData", "type": "bytes"}]}  # fmt: skip
    lists = [("prv_candidates", "prv_candidate", PREVIOUS), ("fp_hists", "fp_hist", FORCED)]
    return {
        "type": "record",
        "name": "alert",
        "namespace": "ztf",
        "version": "4.02",
        "fields": [
            *({"name": n, "type": "string"} for n in ("schemavsn", "publisher", "objectId")),
            {"name": "candid", "type": "long"},
            {"name": "candidate", "type": record("candidate", CANDIDATE)},
            *({"name": n, "type": ["null", {"type": "array", "items": record(item, text)}]} for n, item, text in lists),
            *({"name": n, "type": ["null", cutout if i == 0 else "ztf.cutout"]} for i, n in enumerate(CUTOUTS)),
        ],
    }
