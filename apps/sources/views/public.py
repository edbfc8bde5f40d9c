"""Pages for anybody: no session is read, no script runs, and an answer may be kept by whoever carries it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from skyportal.access.errors import NotVisible

from ..plots.stills import svg_light_curve
from ..queries import publishing

KEPT = "public, max-age=300"
"""Whoever keeps a page asks again after five minutes: a withdrawn one is gone by then."""
A_PAGE = 100


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A door without a lock: what is not public is not there, and says so in the same manner to everybody."""

    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except NotVisible as hidden:
            return HttpResponse(rendered("missing", {"message": hidden.message}), status=404)
        answer["Cache-Control"] = KEPT
        answer["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
            " form-action 'none'; frame-ancestors 'none'"
        )
        return answer

    return answered


def rendered(name: str, context: dict[str, Any]) -> str:
    """Without the request: nothing of whoever asks gets into the page."""
    site = {"site_name": getattr(settings, "SITE_NAME", "SkyPortal"), "site_url": settings.SITE_URL}
    return render_to_string(f"public/{name}.html", site | context)


@public
def sources(request: HttpRequest) -> HttpResponse:
    return HttpResponse(rendered("sources", {"page": _page(request, publishing.listed()), "release": None}))


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))


@public
def releases(request: HttpRequest) -> HttpResponse:
    return HttpResponse(rendered("releases", {"page": _page(request, publishing.releases())}))


@public
def release(request: HttpRequest, link_name: str) -> HttpResponse:
    found = publishing.release(link_name)
    context = {"release": found, "page": _page(request, publishing.listed(link_name))}
    return HttpResponse(rendered("sources", context))


@public
def source(
    request: HttpRequest,
    source_id: str,
    version_hash: str | None = None,
    link_name: str | None = None,
    form: str = "html",
) -> HttpResponse:
    """A version of a source, as a page, as JSON, or its photometry as CSV."""
    found = publishing.page(source_id, version_hash, link_name)
    tag = f'"{found.hash}-{form}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    answer = {"html": _html, "json": _json, "csv": _csv}[form](found)
    answer["ETag"] = tag
    return answer


def _html(found: Any) -> HttpResponse:
    data = found.data
    curve = publishing.curve_of(data.get("photometry") or {})
    spectra = data.get("spectra") or []
    context = {
        "found": found,
        "data": data,
        "plot": svg_light_curve(curve, width=900, height=380) if curve else "",
        "points": len(curve) if curve else 0,
        "detections": int(curve.detected.sum()) if curve else 0,
        "series": sorted(set(zip(curve.bandpass, curve.instrument, strict=True))) if curve else [],
        "spectra": [_drawn(spectrum) for spectrum in spectra],
    }
    return HttpResponse(rendered("source", context))


def _drawn(spectrum: dict[str, Any]) -> dict[str, Any]:
    from datetime import UTC, datetime

    import numpy as np

    from skyportal.astro.spectra.tables import Spectrum as Arrays

    from ..plots.spectra import Look
    from ..plots.spectra_still import svg_spectra
    from ..queries.spectrum_pages import Drawn

    errors = None if spectrum["errors"] is None else np.array(spectrum["errors"], float)
    arrays = Arrays(np.array(spectrum["wavelengths"], float), np.array(spectrum["fluxes"], float), errors)
    observed = datetime.fromisoformat(spectrum["observed_at"]).replace(tzinfo=UTC)
    drawn = Drawn(
        0, observed, spectrum["instrument_name"], spectrum["type"], spectrum["label"] or "", spectrum["units"] or "",
        arrays,
    )  # fmt: skip
    return {"name": drawn.name, "observed_at": observed, "plot": svg_spectra([drawn], Look(), width=900, height=260)}


def _json(found: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(found.data), content_type="application/json")


def _csv(found: Any) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{found.obj.name}_photometry.csv"'
    columns = found.data.get("photometry") or {}
    writer = csv.writer(answer)
    writer.writerow(publishing.COLUMNS)
    writer.writerows(zip(*(columns.get(name, []) for name in publishing.COLUMNS), strict=True))
    return answer
