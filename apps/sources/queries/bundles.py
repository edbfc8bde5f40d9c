"""All that one can read of an obj, as one file that other sites, and people without one, can read."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from django.utils import timezone

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.envelope import isoformat

from ..models import Instrument, Obj
from . import annotations as annotating
from . import classifications, comments, photometry, spectra, thumbnails
from .ecsv import ecsv

FORMAT, VERSION = "skyportal-bundle", 1
MOST_SPECTRA = 200
COLUMNS = (
    "ra", "dec", "ra_dis", "dec_dis", "ra_err", "dec_err", "redshift", "redshift_error", "redshift_origin", "tns_name",
    "t0", "alias", "origin", "summary", "transient", "varstar", "is_roid", "mpc_name", "altdata",
)  # fmt: skip
POINT_UNITS = {
    "mjd": "d", "filter": "", "flux": "uJy", "fluxerr": "uJy", "limiting_mag": "mag", "ref_flux": "uJy",
    "ref_fluxerr": "uJy", "ra": "deg", "dec": "deg", "ra_unc": "arcsec", "dec_unc": "arcsec", "instrument": "",
    "telescope": "", "origin": "", "altdata": "",
}  # fmt: skip
TEXTS = ("filter", "instrument", "telescope", "origin", "altdata")
README = """This is everything one person could read of one object, from {site}.

manifest.json   what this is, when and by whom it was made, and the SHA-256 of every file
object.json     position, redshift and names; classifications, annotations, comments; spectra and cutouts by file
photometry.ecsv fluxes in microjansky, AB zero-point 23.9; an empty flux is an upper limit (see limiting_mag, fluxerr)
photometry.vot  the same as a VOTable
spectra/        wavelength in Angstrom, flux and error in the units that object.json names
cutouts/        PNG, true pixels
"""


def pack(viewer: Viewer, obj: Obj) -> bytes:
    """The bundle: a zip file; equal data give equal files, but for the manifest."""
    points = photometry.points_of(viewer, obj)
    telescopes = dict(Instrument.objects.filter(pk__in=points.instruments).values_list("pk", "telescope__name"))
    rows = list(_rows(points, telescopes))
    files: dict[str, bytes] = {
        "README.txt": README.format(site=settings.SITE_URL).encode(),
        "photometry.ecsv": ecsv(POINT_UNITS, rows, TEXTS),
        "photometry.vot": _votable(rows),
    }
    told = _told(viewer, obj)
    told["spectra"] = list(_spectra(viewer, obj, files))
    told["cutouts"] = list(_cutouts(viewer, obj, files))
    files["object.json"] = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "object": obj.name,
        "site": settings.SITE_URL,
        "made_at": timezone.now().isoformat(),
        "made_by": viewer.username,
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def _rows(points: photometry.PointColumns, telescopes: Mapping[int, str]) -> Iterable[dict[str, Any]]:
    columns = points.columns
    plain = ("mjd", "flux", "fluxerr", "limiting_mag", "ref_flux", "ref_fluxerr", "ra", "dec", "ra_unc", "dec_unc")
    for n in range(len(points)):
        row: dict[str, Any] = {name: _number(columns[name][n]) for name in plain}
        instrument = columns["instrument_id"][n]
        altdata = columns["altdata"][n]
        yield row | {
            "filter": points.bandpasses[columns["bandpass_id"][n]],
            "instrument": points.instruments[instrument],
            "telescope": telescopes[instrument],
            "origin": points.origins[columns["origin_id"][n]],
            "altdata": orjson.dumps(altdata).decode() if altdata else "",
        }


def _number(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else repr(float(value))


def _votable(rows: list[dict[str, Any]]) -> bytes:
    from astropy.table import Table

    columns = {
        name: [row[name] for row in rows] if name in TEXTS else [float(row[name] or "nan") for row in rows]
        for name in POINT_UNITS
    }
    table = Table({name: np.array(column, dtype=str if name in TEXTS else float) for name, column in columns.items()})
    for name, unit in POINT_UNITS.items():
        if unit:
            table[name].unit = unit
    out = io.BytesIO()
    table.write(out, format="votable")
    return out.getvalue()


def _told(viewer: Viewer, obj: Obj) -> dict[str, Any]:
    """What is known and said, with who said it when."""
    said = classifications.by_obj(viewer, [obj.pk], groups=False)[obj.pk]
    noted = annotating.by_obj(viewer, [obj.pk], groups=False)[obj.pk]
    talk = comments.by_obj(viewer, [obj.pk], groups=False)[obj.pk]
    return {
        "name": obj.name,
        **{name: getattr(obj, name) for name in COLUMNS},
        "classifications": [
            _dated(row, "taxname", "classification", "probability", "ml", "origin", "author_name") for row in said
        ],
        "annotations": [_dated(row, "origin", "data") | _author(row) for row in noted],
        "comments": [_dated(row, "text", "origin", "bot") | _author(row) for row in talk],
    }


def _dated(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names} | {"created_at": isoformat(row["created_at"])}


def _author(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"author_name": row["author"]["username"] if row["author"] else None}


def _spectra(viewer: Viewer, obj: Obj, files: dict[str, bytes]) -> Iterable[dict[str, Any]]:
    found = spectra.of_obj(viewer, obj).select_related("instrument__telescope")[:MOST_SPECTRA]
    for n, one in enumerate(found):
        name = f"spectra/{n + 1:03d}_{one.observed_at:%Y-%m-%d}.ecsv"
        arrays = {"wavelength": one.wavelengths, "flux": one.fluxes, "error": one.errors}
        kept = {key: column for key, column in arrays.items() if column is not None}
        rows = [
            {key: _number(value) for key, value in zip(kept, values, strict=True)}
            for values in zip(*kept.values(), strict=True)
        ]
        files[name] = ecsv({key: "Angstrom" if key == "wavelength" else "" for key in kept}, rows)
        texts = ("type", "label", "origin", "units", "external_reducer", "external_observer", "external_pi", "altdata")
        yield {
            "file": name,
            "observed_at": one.observed_at.isoformat(),
            "instrument": one.instrument.name,
            "telescope": one.instrument.telescope.name,
            **{key: getattr(one, key) for key in texts},
        }


def _cutouts(viewer: Viewer, obj: Obj, files: dict[str, bytes]) -> Iterable[dict[str, Any]]:
    for row in thumbnails.by_obj(viewer, [obj.pk])[obj.pk]:
        try:
            body = thumbnails.picture(viewer, row["id"])
        except NotVisible:
            continue  # a picture that lies elsewhere, or is gone
        name = f"cutouts/{row['type']}.png"
        files[name] = body
        yield {"file": name, "type": row["type"], "mjd": row["mjd"], "origin": row["origin"]}
