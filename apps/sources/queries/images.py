"""The pictures of a source as the viewer of images needs them: what they are of, how large, which way up."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from skyportal.access.viewer import Viewer

from ..models import Obj
from ..surveys.base import PIXELS, SIDE, survey_images
from . import thumbnails

ALERTS = {"new": "Science", "ref": "Reference", "sub": "Difference"}

GEOMETRY: dict[str, tuple[float, bool]] = {"ZTF": (1.0125, True), "LSST": (0.2, False)}
"""By the survey that cut them out of its images: arcsec per pixel, and whether north is up and east left.

ZTF: 1.0125 arcsec, up to 1.3 degrees from the axes of the sky, as positions and pixels of candidates of one exposure
say; Bellm et al. 2019, PASP 131, 018002 give 1.01. Rubin: 0.2 arcsec, along the axes of the detector, as the WCS in
their headers says.
"""


def survey_names() -> dict[str, str]:
    """What the surveys are called, by the type of their thumbnails, in order."""
    return {driver.key: driver.name for driver in sorted(survey_images, key=lambda driver: driver.key)}


def reasons_key(obj_id: int) -> str:
    return f"survey-images:{obj_id}"


def images(viewer: Viewer, obj: Obj) -> dict[str, Any]:
    """Pictures of alerts and surveys; which surveys are still to be asked, and why others gave nothing."""
    surveys = survey_names()
    found = [_image(row, surveys) for row in thumbnails.by_obj(viewer, [obj.pk])[obj.pk] if row["public_url"]]
    kept = {image["kind"] for image in found}
    reasons = {surveys[kind]: why for kind, why in (cache.get(reasons_key(obj.pk)) or {}).items() if kind not in kept}
    missing = [name for kind, name in surveys.items() if kind not in kept]
    can_blink = {"new", "ref"} <= kept
    return {"images": found, "can_blink": can_blink, "missing": missing, "reasons": reasons}


def _image(row: dict[str, Any], surveys: dict[str, str]) -> dict[str, Any]:
    kind = row["type"]
    ours = kind in surveys and row["origin"] == surveys[kind]  # fetched by us, so the size is known
    scale, north_up = (SIDE / PIXELS, True) if ours else GEOMETRY.get(row["origin"] or "", (None, False))
    if kind not in ALERTS and not ours:
        scale, north_up = None, False
    return {
        "kind": kind,
        "title": ALERTS.get(kind) or surveys.get(kind) or kind,
        "url": row["public_url"],
        "origin": row["origin"] or "",
        "mjd": row["mjd"] if kind != "ref" else None,  # of the alert; when its reference was made nobody says
        "scale": scale,
        "north_up": north_up,
    }
