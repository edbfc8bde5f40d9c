"""The spectra of a source: their panel, its plot, and one of them in the drawer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from skyportal.access.errors import NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.spectra import lines
from skyportal.web.bokeh import place
from skyportal.web.files import file_answer
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import comments as saying
from ..actions import spectra as actions
from ..actions.spectrum_files import add_synthetic_photometry
from ..plots import spectra as plots
from ..plots.spectra_still import svg_spectra
from ..queries import shown, spectrum_pages
from ..queries import spectra as queries
from ..queries.objs import get_obj
from ..queries.spectrum_pages import Drawn
from ..queries.subjects import SPECTRA
from .remarks import dressed_origin
from .talk import dressed

HEIGHT = 400


@dataclass(frozen=True)
class Asked:
    """How the page asks to look; the address holds it, so that a link shows the same."""

    look: plots.Look
    mode: str

    @property
    def query(self) -> str:
        look = self.look
        return urlencode({"smooth": f"{look.smooth:g}", "normalize": int(look.normalize), "mode": self.mode})


MODES = {"overlay": "Overlaid", "stacked": "Stacked", "one": "One at a time"}


def _asked(address: QueryDict, spectra: list[Drawn]) -> Asked:
    """Several spectra are seldom on one scale, so that they start normalised; a single one keeps its flux."""
    try:
        smooth = float(address.get("smooth") or 0)
    except ValueError:
        smooth = 0.0
    smooth = min(smooth, plots.MOST_SMOOTHING) if smooth > 0 else 0.0
    mode = address.get("mode", "")
    mode = mode if mode in MODES else "overlay"
    normalize = address["normalize"] == "1" if "normalize" in address else len(spectra) > 1 and "asked" not in address
    return Asked(plots.Look(smooth, normalize, mode == "stacked"), mode)


@login_required
@require_GET
def panel(request: ViewerRequest, name: str) -> HttpResponse:
    """Controls, plot and list; with ``part=list`` only the list, which follows what happens."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    spectra = spectrum_pages.drawn(viewer, obj)
    context = {
        "obj": obj,
        "spectra": list(zip(spectra, plots.colours(spectra), strict=True))[::-1],
        "total": len(spectra) if len(spectra) < spectrum_pages.MOST_DRAWN else spectrum_pages.count(viewer, obj),
        "version": _version(spectra),
        "may_upload": viewer.may("Upload data"),
    }
    if request.GET.get("part") == "list":
        return render(request, "sources/_spectra_list.html", context)
    asked = _asked(request.GET, spectra)
    context |= {
        "asked": asked,
        "modes": MODES.items(),
        "instruments": sorted({one.instrument for one in spectra}),
        "species": lines.SPECIES,
        "line_table": [
            {"key": s.key, "colour": s.colour, "moves": s.moves, "waves": s.wavelengths,
             "names": s.names or [s.label] * len(s.wavelengths)}
            for s in lines.SPECIES
        ],
        "bands": lines.TELLURIC_BANDS,
        "most_smoothing": plots.MOST_SMOOTHING,
        **_plot(obj, spectra, asked),
    }  # fmt: skip
    return render(request, "sources/_spectra.html", context)


def _version(spectra: list[Drawn]) -> str:
    """Changes when a spectrum comes, goes or is renamed."""
    said = [(one.id, one.name, one.type) for one in spectra]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12] if said else ""


def _plot(obj: Any, spectra: list[Drawn], asked: Asked) -> dict[str, Any]:
    if not spectra:
        return {"plot": ""}
    address = f"{reverse('source-spectra-figure', args=[obj.name])}?{asked.query}"
    still = svg_spectra(spectra, asked.look, height=HEIGHT)
    return {"plot": place(address, id="spectra-figure", still=still, height=HEIGHT, label="Spectra")}


@login_required
@require_GET
def plot(request: ViewerRequest, name: str) -> HttpResponse:
    """The plot alone, after its controls changed."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    spectra = spectrum_pages.drawn(viewer, obj)
    return HttpResponse(_plot(obj, spectra, _asked(request.GET, spectra))["plot"])


@login_required
@require_GET
def figure(request: ViewerRequest, name: str) -> HttpResponse:
    """The live plot's figure, asked for when it comes into view."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    spectra = spectrum_pages.drawn(viewer, obj)
    if not spectra:
        return JsonResponse({"message": "No spectra yet."}, status=404)
    made = plots.figure(spectra, _asked(request.GET, spectra).look, height=HEIGHT)
    return HttpResponse(made, content_type="application/json")


# ---- one spectrum


@login_required
@require_GET
def spectrum(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """What is known and said of one spectrum, for the drawer."""
    return _spectrum(request, name, spectrum_id)


def _of(viewer: Viewer, name: str, spectrum_id: int) -> Any:
    found = queries.get_spectrum(viewer, spectrum_id)
    if found.obj.name != name:
        raise NotVisible("There is no such spectrum of this source.", status=404)
    return found


def _spectrum(request: ViewerRequest, name: str, spectrum_id: int, **more: Any) -> HttpResponse:
    viewer = request.viewer
    found = _of(viewer, name, spectrum_id)
    row = spectrum_pages.details(viewer, found)
    altdata = [{"key": key, **shown.value(_bare(value))} for key, value in (row["altdata"] or {}).items()]
    from skyportal.astro import synthetic

    context: dict[str, Any] = {
        "obj": found.obj,
        "spectrum": row,
        "people": [
            (label, row[plural], row[f"external_{role}"])
            for label, plural, role in (
                ("Observers", "observers", "observer"),
                ("Reducers", "reducers", "reducer"),
                ("PIs", "pis", "pi"),
            )
        ],
        "header": altdata,
        "comments": [dressed(viewer, one, _attachment(one)) for one in row["comments"]],
        "annotations": [dressed_origin(one) for one in row["annotations"]],
        "groups": shown.my_groups(viewer),
        "bandpasses": sorted(synthetic.curves()),
        "may_comment": viewer.may("Comment"),
        "may_upload": viewer.may("Upload data"),
        "is_mine": viewer.may("Upload data") and (row["owner_id"] == viewer.user_id or viewer.sees_all),
        **more,
    }
    return render(request, "sources/_spectrum.html" if request.htmx else "sources/spectrum.html", context)


def _bare(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _attachment(comment: dict[str, Any]) -> str:
    return f"/api/spectra/{comment['spectrum_id']}/comments/{comment['id']}/attachment"


@login_required
@require_POST
def comment(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Say something of a spectrum."""
    words, chosen = request.POST.get("text", ""), request.POST.getlist("group_ids")
    _of(request.viewer, name, spectrum_id)
    try:
        saying.post_comment(request.viewer, str(spectrum_id), words, group_ids=chosen, on=SPECTRA)
    except Refusal as refusal:
        message = refusal.message if words.strip() else "Write something first."
        return _spectrum(request, name, spectrum_id, error=message, draft=words)
    return with_toast(_spectrum(request, name, spectrum_id), "Comment posted.")


@login_required
@require_POST
def synthphot(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Photometry out of a spectrum, through the bandpasses chosen."""
    _of(request.viewer, name, spectrum_id)
    chosen = request.POST.getlist("filters")
    try:
        ids = add_synthetic_photometry(request.viewer, spectrum_id, chosen)
    except Refusal as refusal:
        message = refusal.message if chosen else "Choose a bandpass first."
        return _spectrum(request, name, spectrum_id, synthphot_error=message, chosen=chosen)
    points = "1 point is" if len(ids) == 1 else f"{len(ids)} points are"
    return with_toast(_spectrum(request, name, spectrum_id), f"{points} in the light curve now.")


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    _of(request.viewer, name, spectrum_id)
    actions.delete_spectrum(request.viewer, spectrum_id)
    if not request.htmx:
        return redirect("source", name)
    return with_toast(HttpResponse('<p class="quiet">This spectrum is deleted.</p>'), "Spectrum deleted.")


@login_required
@require_GET
def original(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """The file a spectrum came in."""
    found = queries.original(_of(request.viewer, name, spectrum_id))
    if found is None:
        raise NotVisible("This spectrum did not come in a file.", status=404)
    return file_answer(*found, download=True)


@login_required
@require_GET
def ecsv(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """A spectrum as an ECSV table, which astropy and our own upload read."""
    from io import StringIO

    from astropy.table import Table

    found = _of(request.viewer, name, spectrum_id)
    columns = {"wavelength": found.wavelengths, "flux": found.fluxes}
    if found.errors is not None:
        columns["flux_error"] = found.errors
    plain = {key: _bare(value) for key, value in (found.altdata or {}).items()}
    meta = {key: value for key, value in plain.items() if isinstance(value, str | int | float | bool)}
    meta |= {"OBJECT": found.obj.name, "INSTRUME": found.instrument.name, "DATE-OBS": found.observed_at.isoformat()}
    table = Table({key: np.asarray(values) for key, values in columns.items()}, meta=meta)
    for column in table.colnames:
        table[column].info.unit = "Angstrom" if column == "wavelength" else None
    written = StringIO()
    table.write(written, format="ascii.ecsv")
    answer = HttpResponse(written.getvalue(), content_type="text/plain; charset=utf-8")
    when = f"{found.observed_at:%Y%m%d}"
    answer["Content-Disposition"] = f'attachment; filename="{quote(found.obj.name)}_{when}_{found.pk}.ecsv"'
    return answer
