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

from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.api.enumerations import SPECTRUM_TYPES
from skyportal.astro.spectra import lines
from skyportal.web.bokeh import place
from skyportal.web.files import file_answer
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import spectra as actions
from ..actions.reminders import ACL as REMINDER_ACL
from ..actions.spectrum_files import add_synthetic_photometry
from ..actions.spectrum_upload import change_by_form
from ..plots import spectra as plots
from ..plots.spectra_still import svg_spectra
from ..queries import reminders as reminding
from ..queries import shown, spectrum_pages
from ..queries import spectra as queries
from ..queries.objs import get_obj
from ..queries.spectrum_pages import Drawn
from ..queries.subjects import SPECTRA
from . import talk
from .remarks import dressed_origin, reminder_of_page

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
    return drawer(request, name, spectrum_id)


def spectrum_of(viewer: Viewer, name: str, spectrum_id: int) -> Any:
    found = queries.get_spectrum(viewer, spectrum_id)
    if found.obj.name != name:
        raise NotVisible("There is no such spectrum of this source.", status=404)
    return found


OF_SPECTRA = talk.Talk(
    SPECTRA, "source-spectrum", "spectrum-comment-attachment", lambda viewer, words: spectrum_of(viewer, *words),
    lambda spectrum: (spectrum.obj.name, spectrum.pk), lambda spectrum: str(spectrum.pk),
    lambda spectrum: f"source:{spectrum.obj.name}", "spectrum", has_heading=False, one="spectrum-comment",
)  # fmt: skip


def drawer(request: ViewerRequest, name: str, spectrum_id: int, **more: Any) -> HttpResponse:
    viewer = request.viewer
    found = spectrum_of(viewer, name, spectrum_id)
    row = spectrum_pages.details(viewer, found)
    altdata = [{"key": key, **shown.value(_bare(value))} for key, value in (row["altdata"] or {}).items()]
    is_mine = viewer.may("Upload data") and (row["owner_id"] == viewer.user_id or viewer.sees_all)
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
        "said": _said(row),
        "header": altdata,
        "annotations": [dressed_origin(one) for one in row["annotations"]],
        "reminders": [reminder_of_page(viewer, one) for one in reminding.of(viewer, str(spectrum_id), on=SPECTRA)],
        "groups": shown.my_groups(viewer),
        "bandpasses": sorted(synthetic.curves()),
        "may_remind": viewer.may(REMINDER_ACL),
        "may_upload": viewer.may("Upload data"),
        "is_mine": is_mine,
        "instruments": spectrum_pages.instruments(viewer) if is_mine else [],
        "types": SPECTRUM_TYPES,
        **talk.context_of(request, OF_SPECTRA, found),
        **more,
    }
    return render(request, "sources/_spectrum.html" if request.htmx else "sources/spectrum.html", context)


SAID = ("observed_at", "instrument_id", "type", "label", "units", "observers", "reducers", "pis")
"""Fields of the form in which a spectrum is changed."""


def _said(row: dict[str, Any]) -> dict[str, str]:
    """What the form starts with."""
    said = {name: str(row[name] or "") for name in ("instrument_id", "type", "label", "units")}
    said["observed_at"] = row["observed_at"].replace(tzinfo=None).isoformat()
    for plural, role in (("observers", "observer"), ("reducers", "reducer"), ("pis", "pi")):
        names = [one["username"] for one in row[plural]]
        said[plural] = ", ".join([*names, *filter(None, [row[f"external_{role}"]])])
    return said


def _bare(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and "value" in value else value


@login_required
@require_POST
def synthphot(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Photometry out of a spectrum, through the bandpasses chosen."""
    spectrum_of(request.viewer, name, spectrum_id)
    chosen = request.POST.getlist("filters")
    try:
        ids = add_synthetic_photometry(request.viewer, spectrum_id, chosen)
    except Refusal as refusal:
        message = refusal.message if chosen else "Choose a bandpass first."
        return drawer(request, name, spectrum_id, synthphot_error=message, measured=chosen)
    points = "1 point is" if len(ids) == 1 else f"{len(ids)} points are"
    return with_toast(drawer(request, name, spectrum_id), f"{points} in the light curve now.")


@login_required
@require_POST
def change(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """Say anew when, by whom and with what it was taken; share it with more groups."""
    spectrum_of(request.viewer, name, spectrum_id)
    said = {field: request.POST.get(field, "") for field in SAID}
    groups = request.POST.getlist("group_ids")
    try:
        change_by_form(request.viewer, spectrum_id, said, groups)
    except Invalid as refusal:
        return drawer(request, name, spectrum_id, change_error=refusal.message, said=said, more_groups=groups)
    return with_toast(drawer(request, name, spectrum_id), "Spectrum changed.")


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    spectrum_of(request.viewer, name, spectrum_id)
    actions.delete_spectrum(request.viewer, spectrum_id)
    if not request.htmx:
        return redirect("source", name)
    return with_toast(HttpResponse('<p class="quiet">This spectrum is deleted.</p>'), "Spectrum deleted.")


@login_required
@require_GET
def original(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """The file a spectrum came in."""
    found = queries.original(spectrum_of(request.viewer, name, spectrum_id))
    if found is None:
        raise NotVisible("This spectrum did not come in a file.", status=404)
    return file_answer(*found, download=True)


@login_required
@require_GET
def ecsv(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """A spectrum as an ECSV table, which astropy and our own upload read."""
    from io import StringIO

    from astropy.table import Table

    found = spectrum_of(request.viewer, name, spectrum_id)
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
