"""Points chosen in the table of a source: shared, changed, deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, NotVisible, Refusal, Unpermitted
from skyportal.astro.bandpasses import MAGNITUDE_SYSTEMS
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import points as edits
from ..actions import sharing
from ..actions import validations as judging
from ..actions.copying import copy_photometry
from ..queries import instruments, light_curves, thumbnails
from ..queries import photometry as queries
from ..queries.light_curves import ALERT
from ..queries.objs import get_obj

FIELDS = {
    "mjd": "MJD", "filter": "Band", "mag": "mag", "magerr": "± mag", "limiting_mag": "limiting mag",
    "origin": "Origin", "ra": "RA (°)", "dec": "Dec (°)",
}  # fmt: skip


UNDO_SECONDS = 600
KEPT = ("columns", "sort", "all", "bandpass", "instrument", "origin", "verdict")
"""What the table was asked for."""


def _chosen(request: ViewerRequest) -> list[int]:
    given = request.POST.getlist("point") or request.GET.getlist("point")
    if not given or not all(text.isdecimal() and len(text) < 19 for text in given):
        raise Invalid("Choose at least one point.")
    return [int(text) for text in given]


def need_upload(request: ViewerRequest) -> None:
    if not request.viewer.may("Upload data"):
        raise Unpermitted("You need the permission Upload data for this; a group admin can give it.")


def _table_again(request: ViewerRequest, name: str, message: str, undo: str = "") -> HttpResponse:
    """The table as it was looked at, with a word of what happened."""
    if not request.htmx:
        return redirect("source", name)
    kept = {key: request.POST[key] for key in KEPT if request.POST.get(key)}
    if undo and "verdict" not in kept.get("columns", "verdict").split(","):
        kept["columns"] += ",verdict"  # what was just said is seen
    context = {"address": f"{reverse('source-photometry-table', args=[name])}?{urlencode(kept)}"}
    return with_toast(render(request, "sources/_photometry_table_again.html", context), message, undo_url=undo)


@login_required
@require_POST
def share(request: ViewerRequest, name: str) -> HttpResponse:
    need_upload(request)
    get_obj(request.viewer, name)
    groups = [int(g) for g in request.POST.getlist("group_ids") if g.isdecimal() and len(g) < 10]
    if not groups:
        raise Invalid("Choose a group to share with.")
    count = sharing.share_points(request.viewer, _chosen(request), groups)
    return _table_again(request, name, f"{count} point{'s' * (count != 1)} shared.")


@login_required
@require_POST
def judge(request: ViewerRequest, name: str) -> HttpResponse:
    """Call the chosen points good, bad or doubtful, or take that back; what was said before is kept for an undo."""
    get_obj(request.viewer, name)
    word = request.POST.get("judge_as", "")
    verdict = judging.said_by(request.viewer, word, request.POST.get("note", "")) if word else None
    chosen = _chosen(request)
    before = judging.judge(request.viewer, dict.fromkeys(chosen, verdict))
    key = uuid4().hex
    cache.set(_kept(request, key), before, UNDO_SECONDS)
    undo = f"{reverse('source-points-judge-undo', args=[name])}?verdicts={key}"
    count = f"{len(before)} point{'s' * (len(before) != 1)}"
    return _table_again(request, name, f"{count}: {word}." if word else f"{count} without a verdict.", undo)


@login_required
@require_POST
def judge_undo(request: ViewerRequest, name: str) -> HttpResponse:
    """Say again of points what was said before."""
    get_obj(request.viewer, name)
    before = cache.get(_kept(request, request.GET.get("verdicts", "")[:32]))
    if before is None:
        raise Invalid("It is too late to undo this; choose the points and mark them again.")
    judging.judge(request.viewer, before)
    return _table_again(request, name, "The verdicts are as they were.")


def _kept(request: ViewerRequest, key: str) -> str:
    return f"verdicts-before:{request.viewer.user_id}:{key}"


@login_required
@require_POST
def delete(request: ViewerRequest, name: str) -> HttpResponse:
    need_upload(request)
    get_obj(request.viewer, name)
    count = edits.delete_points(request.viewer, _chosen(request))
    return _table_again(request, name, f"{count} point{'s' * (count != 1)} deleted.")


@login_required
@require_POST
def delete_upload(request: ViewerRequest, name: str) -> HttpResponse:
    """Everything that came with the chosen point."""
    need_upload(request)
    get_obj(request.viewer, name)
    upload = queries.upload_of(request.viewer, _chosen(request)[0])
    count = edits.delete_upload(request.viewer, upload)
    return _table_again(request, name, f"{count} point{'s' * (count != 1)} of that upload deleted.")


@login_required
@require_http_methods(["GET", "POST"])
def point(request: ViewerRequest, name: str) -> HttpResponse:
    """One point in a form, and changing it."""
    need_upload(request)
    viewer = request.viewer
    obj = get_obj(viewer, name)
    (point_id,) = _chosen(request)[:1]
    values, error = queries.editable(viewer, point_id), ""
    if request.method == "POST":
        values |= {key: request.POST.get(f"to_{key}", "").strip() for key in values}
        try:
            edits.change_point(viewer, point_id, _body(values))
            return _table_again(request, name, "Point changed.")
        except Refusal as refusal:
            error = refusal.message
    context = {
        "obj": obj,
        "point_id": point_id,
        "fields": [(key, label, values[key]) for key, label in FIELDS.items()],
        "values": values,
        "error": error,
        "instruments": instruments.named(viewer),
        "systems": MAGNITUDE_SYSTEMS,
        "address": reverse("source-point", args=[obj.name]),
    }
    answer = render(request, "sources/_point_edit.html", context)
    if error and request.htmx:
        answer["HX-Retarget"] = "#point-edit"
    return answer


def _body(values: dict[str, Any]) -> dict[str, Any]:
    """What is sent of a form: numbers as numbers, what was left empty as null."""
    texts = {"filter", "origin", "magsys"}
    return {key: value if key in texts else _number(key, value) for key, value in values.items()}


def _number(name: str, text: Any) -> float | int | None:
    if text in ("", None):
        return None
    try:
        return int(text) if name == "instrument_id" else float(text)
    except ValueError:
        raise Invalid(f"{FIELDS.get(name, name)}: {str(text)[:40]!r} is not a number.") from None


@login_required
@require_POST
def copy(request: ViewerRequest, name: str) -> HttpResponse:
    """Bring the photometry of a duplicate here; the light curve of this page hears of it."""
    need_upload(request)
    get_obj(request.viewer, name)
    given = {"origin_id": request.POST.get("origin_id", ""), "group_ids": request.POST.getlist("group_ids")}
    try:
        stored = copy_photometry(request.viewer, name, given)
    except Refusal as refusal:
        if not request.htmx:
            raise
        words = refusal.message if given["group_ids"] else "Choose the groups that will see it."
        return with_toast(HttpResponse(status=204), words, level="error")
    if not request.htmx:
        return redirect("source", name)
    new = sum(stored.is_new)
    words = f"{new} point{'s' * (new != 1)} copied; {len(stored.ids) - new} were here already."
    undo = reverse("photometry-upload-undo", args=[stored.upload_id]) if new else ""
    return with_toast(HttpResponse(status=204), words, undo_url=undo)


# ---- one point


@login_required
@require_GET
def details(request: ViewerRequest, name: str, point_id: int) -> HttpResponse:
    """What is known of one point, and the pictures of the alert it was made from; for the drawer."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    curve = light_curves.light_curve(viewer, obj.pk)
    row: list[int] = [] if curve is None else np.flatnonzero(curve.id == point_id).tolist()
    if curve is None or not row:
        raise NotVisible("There is no such point of this source.", status=404)
    n = row[0]
    came_in_alert = bool(curve.flags[n] & ALERT)
    pictures = thumbnails.of_alert(viewer, obj.pk, float(curve.mjd[n]))  # also of what was measured on the same image
    context = {
        "obj": obj,
        "point_id": point_id,
        "band": curve.bandpass[n],
        "facts": _facts(curve, n),
        "brought_by": queries.brought_by(viewer, curve.upload[n : n + 1])[0],
        "superseded_by": None if curve.best[n] else int(curve.id[curve.stands_for[n]]),
        "came_in_alert": came_in_alert,
        "cutouts": [{"kind": picture["type"], "url": picture["public_url"]} for picture in pictures],
    }
    return render(request, "sources/_point.html" if request.htmx else "sources/point.html", context)


def _facts(curve: light_curves.LightCurve, n: int) -> list[tuple[str, str, str]]:
    """Label, value and unit of what is known of a point."""
    made: list[tuple[str, str, float, float, str]] = [
        ("Magnitude", "{:.3f}", curve.mag[n], curve.magerr[n], "AB mag"),
        ("Limit", "{:.2f}", curve.limit[n], np.nan, "AB mag"),
        ("Flux density", "{:.2f}", curve.flux[n], curve.fluxerr[n], "µJy"),
        ("S/N", "{:.1f}", curve.snr[n], np.nan, ""),
        ("Reference", "{:.2f}", curve.ref_flux[n], curve.ref_fluxerr[n], "µJy"),
        ("Exposure", "{:g}", curve.exposure[n], np.nan, "s"),
    ]
    numbers = [
        (label, form.format(value) + ("" if np.isnan(error) else f" ± {form.format(error)}"), unit)
        for label, form, value, error, unit in made
        if np.isfinite(value)
    ]
    words = [
        ("Observed", str(curve.when[n]), "UTC"),
        ("MJD", f"{curve.mjd[n]:.5f}", ""),
        ("Instrument", str(curve.instrument[n]), ""),
        ("Origin", str(curve.origin[n]), ""),
        ("Kind", str(curve.kind[n]), ""),
        ("Verdict", str(curve.judged[n]), ""),
    ]
    return words[:3] + numbers + [word for word in words[3:] if word[1]]
