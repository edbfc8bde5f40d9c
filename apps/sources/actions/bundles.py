"""Bringing in an obj from a bundle; the same bundle again brings nothing new."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from django.db import transaction

from skyportal.access.errors import Conflict, Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import sky
from skyportal.journal.recording import record

from ..entries import BundleRead
from ..models import Annotation, Classification, Comment, Instrument, Obj, Spectrum
from ..queries import taxonomies
from ..queries.bundles import COLUMNS, FORMAT, VERSION
from .annotations import annotate
from .checks import audience_of, need
from .classifications import class_names, classify
from .comments import post_comment
from .objs import checked_name, clean_columns, create_obj
from .sources import save_source
from .spectra import add_spectrum, observed
from .thumbnails import Cutout, checked_picture, checked_type, store_many
from .upload_body import MOST_ROWS
from .uploads import put_photometry

MOST_BYTES = 50 * 2**20
MOST_UNPACKED = 200 * 2**20
MOST_FILES = 1000
SAME_PLACE = 5.0  # arcsec
NUMBERS = ("ra", "dec", "ra_unc", "dec_unc", "ref_flux", "ref_fluxerr")


@dataclass
class Report:
    """What a bundle brought: how many of each kind were new, and what was left out, each with its reason."""

    obj_name: str
    is_new: bool = False
    added: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


def take_in(viewer: Viewer, body: bytes, group_ids: Iterable[int]) -> Report:
    """Read a bundle into groups in which the viewer may save: all of it or, where it is damaged, nothing."""
    need(viewer, "Upload data")
    groups = sorted(set(group_ids))
    if not groups:
        raise Invalid("Choose at least one group to save it to.")
    files = _files(body)
    told = _json(files, "object.json")
    with transaction.atomic():
        obj, report = _obj(viewer, told, groups)
        _photometry(viewer, obj, files, groups, report)
        _spectra(viewer, obj, told, files, groups, report)
        _remarks(viewer, obj, told, _json(files, "manifest.json").get("site"), groups, report)
        _cutouts(obj, told, files, groups, report)
        if report.added:
            record(BundleRead(obj.pk, obj.name, viewer.user_id, dict(report.added)))
    return report


# --- the file


def _files(body: bytes) -> dict[str, bytes]:
    """What is in it, each file as its manifest says it is."""
    if len(body) > MOST_BYTES:
        raise Invalid(f"A bundle may have at most {MOST_BYTES // 2**20} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = archive.infolist()
            if len(inside) > MOST_FILES or sum(one.file_size for one in inside) > MOST_UNPACKED:
                raise Invalid(f"A bundle may unpack to at most {MOST_FILES} files and {MOST_UNPACKED // 2**20} MB.")
            files = {one.filename: archive.read(one) for one in inside}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Invalid("This is no bundle: it cannot be unzipped.") from None
    manifest = _json(files, "manifest.json")
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise Invalid(f"This is no bundle of version {VERSION}.")
    for name, digest in _mapping(manifest.get("files"), "manifest.json: files").items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            raise Invalid(f"{str(name)[:100]} is missing or not what the manifest says; ask for the bundle again.")
    return files


def _json(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        return _mapping(orjson.loads(files[name]), name)
    except (KeyError, orjson.JSONDecodeError):
        raise Invalid(f"This is no bundle: {name} is missing or cannot be read.") from None


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(f"{what} is not as it should be.")
    return value


def _list(told: Mapping[str, Any], name: str, most: int = 2000) -> list[dict[str, Any]]:
    rows = told.get(name) or []
    if not isinstance(rows, list) or len(rows) > most:
        raise Invalid(f"object.json: {name} is not a list of at most {most}.")
    return [_mapping(row, f"object.json: {name}") for row in rows]


def _table(files: Mapping[str, bytes], name: Any) -> list[dict[str, str]]:
    """Rows of an ECSV file of ours; its header says nothing that we do not know."""
    try:
        lines = (line for line in io.StringIO(files[str(name)].decode()) if not line.startswith("#"))
        return [{k: v or "" for k, v in row.items() if isinstance(k, str)} for row in csv.DictReader(lines)]
    except (KeyError, UnicodeDecodeError, csv.Error):
        raise Invalid(f"{str(name)[:100]} is missing or cannot be read.") from None


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise Invalid(f"{str(text)[:30]!r} is not a number.") from None


# --- what is in it


def _obj(viewer: Viewer, told: Mapping[str, Any], groups: list[int]) -> tuple[Obj, Report]:
    name = checked_name(told.get("name", ""))
    columns = clean_columns({key: told[key] for key in COLUMNS if told.get(key) is not None})
    obj, is_new = create_obj(viewer, name, columns)
    here = (obj.ra, obj.dec)
    if not is_new and here[0] is not None and here[1] is not None and {"ra", "dec"} <= columns.keys():
        apart = float(sky.separation(here[0], here[1], columns["ra"], columns["dec"]))
        if apart > SAME_PLACE:
            raise Conflict(f"Something else is called {name} here, at another place of the sky.", status=400)
    report = Report(name, is_new)
    report.added["saved to groups"] += len(save_source(viewer, obj, groups))
    return obj, report


def _instruments() -> dict[tuple[str, str], int]:
    rows = Instrument.objects.values_list("name", "telescope__name", "pk")
    return {(name, telescope): pk for name, telescope, pk in rows}


def _photometry(viewer: Viewer, obj: Obj, files: Mapping[str, bytes], groups: list[int], report: Report) -> None:
    rows, known = _table(files, "photometry.ecsv"), _instruments()
    unknown = Counter(
        key for row in rows if (key := (row.get("instrument", ""), row.get("telescope", ""))) not in known
    )
    for (instrument, telescope), count in unknown.items():
        report.left_out.append(
            f"{count} points of {instrument[:60]} at {telescope[:60]}: this site has no such instrument."
        )
    rows = [row for row in rows if (row.get("instrument", ""), row.get("telescope", "")) in known]
    for start in range(0, len(rows), MOST_ROWS):
        stored = put_photometry(viewer, _body(obj, rows[start : start + MOST_ROWS], known) | {"group_ids": groups})
        report.added["points"] += sum(stored.is_new)


def _body(obj: Obj, rows: list[dict[str, str]], known: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    body: dict[str, Any] = {"obj_id": obj.name, "zp": 23.9, "magsys": "ab"}
    for name in ("mjd", "flux", "fluxerr"):
        body[name] = [_float(row.get(name)) for row in rows]
    for name in NUMBERS:
        column = [_float(row.get(name)) for row in rows]
        if any(value is not None for value in column):
            body[name] = column
    body["filter"] = [row.get("filter", "") for row in rows]
    body["origin"] = [row.get("origin", "") for row in rows]
    body["instrument_id"] = [known[row["instrument"], row["telescope"]] for row in rows]
    if any(row.get("altdata") for row in rows):
        body["altdata"] = [_altdata(row.get("altdata")) for row in rows]
    return body


def _altdata(text: str | None) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        raise Invalid("photometry.ecsv: altdata is not JSON.") from None


def _spectra(
    viewer: Viewer, obj: Obj, told: Mapping[str, Any], files: Mapping[str, bytes], groups: list[int], report: Report
) -> None:
    known = _instruments()
    there = {
        (row.instrument_id, row.observed_at, row.wavelengths.tobytes(), row.fluxes.tobytes())
        for row in Spectrum.objects.visible_to(viewer).filter(obj=obj)
    }
    for row in _list(told, "spectra", 200):
        instrument = known.get((str(row.get("instrument")), str(row.get("telescope"))))
        if instrument is None:
            report.left_out.append(
                f"A spectrum of {str(row.get('instrument'))[:60]}: this site has no such instrument."
            )
            continue
        table = _table(files, row.get("file"))
        arrays = {
            ours: np.array([math.nan if (v := _float(line.get(theirs))) is None else v for line in table])
            for theirs, ours in (("wavelength", "wavelengths"), ("flux", "fluxes"), ("error", "errors"))
            if table and theirs in table[0]
        }
        if {"wavelengths", "fluxes"} - arrays.keys():
            raise Invalid(f"{str(row.get('file'))[:100]} has no wavelength or no flux.")
        key = (
            instrument,
            observed(row.get("observed_at")),
            arrays["wavelengths"].tobytes(),
            arrays["fluxes"].tobytes(),
        )
        if key in there:
            continue
        texts = (
            "observed_at", "type", "label", "origin", "units", "external_reducer", "external_observer", "external_pi",
            "altdata",
        )  # fmt: skip
        lists = {name: column.tolist() for name, column in arrays.items()}
        data = {name: row.get(name) for name in texts} | lists
        add_spectrum(viewer, data | {"obj_id": obj.name, "instrument_id": instrument, "group_ids": groups})
        report.added["spectra"] += 1


def _remarks(viewer: Viewer, obj: Obj, told: Mapping[str, Any], site: Any, groups: list[int], report: Report) -> None:
    """What others said elsewhere is said here by who brings it; its origin names them and their site."""
    if viewer.may("Classify"):
        _classifications(viewer, obj, told, site, groups, report)
    if viewer.may("Annotate"):
        there = set(Annotation.objects.visible_to(viewer).filter(obj=obj).values_list("origin", flat=True))
        for row in _list(told, "annotations"):
            if row.get("origin") not in there:
                annotate(viewer, obj.name, row.get("origin"), row.get("data"), group_ids=groups)
                report.added["annotations"] += 1
    if viewer.may("Comment"):
        said = set(Comment.objects.visible_to(viewer).filter(obj=obj).values_list("text", flat=True))
        for row in _list(told, "comments"):
            if row.get("text") not in said:
                post_comment(viewer, obj.name, row.get("text"), group_ids=groups, origin=_from(row, site))
                report.added["comments"] += 1


def _from(row: Mapping[str, Any], site: Any) -> str:
    return f"{str(row.get('author_name') or 'somebody')[:100]}, {str(site)[:200]}".replace("\x00", "")


def _classifications(
    viewer: Viewer, obj: Obj, told: Mapping[str, Any], site: Any, groups: list[int], report: Report
) -> None:
    trees = {tree.name: (tree.pk, class_names(tree)) for tree in taxonomies.latest(viewer)}
    there = set(
        Classification.objects.visible_to(viewer)
        .filter(obj=obj)
        .values_list("taxonomy__name", "classification", "probability")
    )
    rows = []
    for row in _list(told, "classifications"):
        tree, names = trees.get(str(row.get("taxname")), (0, set()))
        if row.get("classification") not in names:
            report.left_out.append(
                f"The classification {str(row.get('classification'))[:60]}: no taxonomy here has it."
            )
        elif (row["taxname"], row["classification"], row.get("probability")) not in there:
            kept = {name: row.get(name) for name in ("classification", "probability", "ml")}
            rows.append(
                {**kept, "obj_id": obj.name, "taxonomy_id": tree, "group_ids": groups, "origin": _from(row, site)}
            )
    if rows:
        report.added["classifications"] += len(classify(viewer, rows))


def _cutouts(obj: Obj, told: Mapping[str, Any], files: Mapping[str, bytes], groups: list[int], report: Report) -> None:
    audience = audience_of(groups, [])
    rows = []
    for row in _list(told, "cutouts", 50):
        png, _ = checked_picture(base64.b64encode(files.get(str(row.get("file")), b"")).decode())
        mjd = row.get("mjd")
        age = float(mjd) if isinstance(mjd, int | float) and math.isfinite(mjd) else 0.0
        rows.append(Cutout(obj.pk, checked_type(row.get("type")), png, audience.pk, age, None))
    report.added["cutouts"] += store_many(rows)
