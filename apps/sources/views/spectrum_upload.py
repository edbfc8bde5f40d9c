"""Uploading a spectrum: choose or paste a file, see what is read of it, correct, keep."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from skyportal.access.errors import Invalid, Refusal, Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.api.enumerations import SPECTRUM_TYPES
from skyportal.astro.spectra import headers
from skyportal.astro.spectra.reading import MOST_BYTES
from skyportal.web.requests import ViewerRequest

from ..actions import spectrum_upload as actions
from ..actions.attachments import safe_name
from ..actions.spectra import File
from ..actions.spectrum_upload import ERROR_KINDS, WAVE_UNITS, Draft
from ..plots.spectra import Look
from ..plots.spectra_still import svg_spectra
from ..queries import shown, spectrum_pages
from ..queries.objs import get_obj
from ..queries.spectrum_pages import Drawn

FIELDS = (
    "wave", "flux", "error", "error_kind", "wave_unit", "units", "observed_at", "instrument_id", "type", "label",
    "observers", "reducers", "pis",
)  # fmt: skip
_OF_COLUMNS = ("wave", "flux", "error", "error_kind", "wave_unit")
ROWS = 6


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: ViewerRequest, name: str) -> HttpResponse:
    """The page, and keeping what it holds. What is wrong is said beside the form, which stays as it is."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if not viewer.may("Upload data"):
        raise Unpermitted("This needs the permission 'Upload data'; ask an administrator for it.", status=403)
    if request.method == "GET":
        return render(request, "sources/spectrum_upload.html", {"obj": obj, **_choices(viewer)})
    context: dict[str, Any] = {"obj": obj, "pasted": request.POST.get("pasted", ""), "filled": _filled(request)}
    try:
        draft = _draft(request)
        context |= _shown(draft)
        actions.keep_draft(viewer, obj.name, draft, request.POST.getlist("group_ids"))
    except Refusal as refusal:
        context |= {"problem": refusal.message, "fields": context.get("fields") or request.POST}
        return _answer(request, context)
    messages.success(request, "Spectrum uploaded.")
    address = f"{reverse('source', args=[obj.name])}#panel-spectra"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@login_required
@require_POST
def check(request: ViewerRequest, name: str) -> HttpResponse:
    """What is read of a file: its columns, its header, a picture; or the line that cannot be read, and why."""
    obj = get_obj(request.viewer, name)
    context: dict[str, Any] = {"obj": obj, "pasted": request.POST.get("pasted", ""), "filled": _filled(request)}
    try:
        context |= _shown(_draft(request))
    except Unpermitted:
        raise
    except Refusal as refusal:
        context |= {"problem": refusal.message, "fields": request.POST}
    return _answer(request, context)


def _answer(request: ViewerRequest, context: dict[str, Any]) -> HttpResponse:
    template = "sources/_spectrum_fields.html" if request.htmx else "sources/spectrum_upload.html"
    return render(
        request, template, {**context, **_choices(request.viewer), "chosen": request.POST.getlist("group_ids")}
    )


def _choices(viewer: Viewer) -> dict[str, Any]:
    return {
        "instruments": spectrum_pages.instruments(viewer),
        "types": SPECTRUM_TYPES,
        "error_kinds": ERROR_KINDS.items(),
        "wave_units": [(unit, label) for unit, (label, _) in WAVE_UNITS.items()],
        "groups": shown.my_groups(viewer),
    }


def _draft(request: ViewerRequest) -> Draft:
    """The columns somebody chose hold for the file they chose them for; another file is guessed anew."""
    file = _file(request)
    fields = {name: request.POST[name] for name in FIELDS if name in request.POST}
    if request.POST.get("digest") != _digest(file):
        fields = {name: value for name, value in fields.items() if name not in _OF_COLUMNS}
    return actions.draft(request.viewer, file, fields, _filled(request))


def _filled(request: ViewerRequest) -> dict[str, str]:
    return {name: request.POST[f"filled_{name}"] for name in FIELDS if f"filled_{name}" in request.POST}


def _file(request: ViewerRequest) -> File:
    """The file chosen, or else the text pasted."""
    chosen, pasted = request.FILES.get("file"), request.POST.get("pasted", "")
    if chosen is not None:
        if (chosen.size or 0) > MOST_BYTES:
            raise Invalid(f"The file is larger than {MOST_BYTES // 2**20} MB.")
        return File(safe_name(chosen.name or "spectrum"), chosen.read())
    if not pasted.strip():
        raise Invalid("Choose a file, or paste the text of one.")
    return File("pasted.ascii", pasted.encode())


def _digest(file: File) -> str:
    return hashlib.sha256(file.body).hexdigest()[:16]


def _told(draft: Draft) -> str:
    """What the header says that no field of the form asks for, and how it calls the instrument."""
    said = headers.facts(draft.table.header)
    words = {
        "object": said.object, "instrument": said.instrument, "telescope": said.telescope,
        "exposure": said.exposure and f"{said.exposure:g} s", "airmass": said.airmass and f"{said.airmass:.2f}",
    }  # fmt: skip
    return ", ".join(f"{name} {value}" for name, value in words.items() if value)


def _shown(draft: Draft) -> dict[str, Any]:
    table = draft.table
    names = [name or f"column {n}" for n, name in enumerate(table.names, 1)]
    context: dict[str, Any] = {
        "read": True,
        "fields": draft.fields,
        "filled": draft.filled,
        "digest": _digest(draft.file),
        "file_name": draft.file.name,
        "count": len(table),
        "columns": [(str(n), name) for n, name in enumerate(names)],
        "units_of": table.units,
        "rows": [[f"{column[n]:.7g}" for column in table.columns] for n in range(min(ROWS, len(table)))],
        "header_count": len(table.header),
        "told": _told(draft),
        "notes": draft.notes,
    }
    try:
        arrays = draft.arrays
    except Invalid as problem:
        return context | {"problem": problem.message}
    one = Drawn(0, timezone.now(), "", "source", "", draft.fields.get("units", ""), arrays)
    wave = arrays.wavelengths
    return context | {
        "picture": mark_safe(svg_spectra([one], Look(), width=640, height=260)),  # noqa: S308  drawn by us
        "first": float(wave[0]),
        "last": float(wave[-1]),
        "blank": int((~np.isfinite(arrays.fluxes)).sum()),
    }
