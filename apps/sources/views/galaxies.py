"""The page of galaxies: which catalogues there are, what is in them, and reading in another."""

from __future__ import annotations

from math import log10
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page as RowsOfPage
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal, Unpermitted
from skyportal.api.params import Param, Query, integer, number, text
from skyportal.web.requests import ViewerRequest

from ..queries import galaxies as queries
from ..slots import galaxy_narrowers

ROWS = 50
CHIPS = {
    "catalog_name": "Catalogue", "galaxyName": "Name", "minDistance": "From, Mpc", "maxDistance": "To, Mpc",
    "localizationDateobs": "In the map of", "localizationCumprob": "Probability",
}  # fmt: skip


def _params() -> list[Param]:
    numbers = [f"{end}{what}" for what in ("Redshift", "Distance", "Mstar") for end in ("min", "max")]
    return [
        Param("page", integer, 1),
        *(Param(name, text, None) for name in ("catalog_name", "galaxyName")),
        *(Param(name, number) for name in ("ra", "dec", "radius", *numbers)),
        *(param for _, one in galaxy_narrowers.items() for param in one.params),
        Param("sortBy", text, "name"),
        Param("sortOrder", text, "asc"),
    ]


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """Galaxies narrowed by the parameters of the API."""
    asked, wrong = Query.of_page(request.GET, _params())
    page_number = min(max(1, asked["page"]), 1_000_000)
    rows: list[dict[str, Any]] = []
    refusal, total = "", 0
    try:
        rows, total = queries.page_of(request.viewer, asked, (page_number - 1) * ROWS, page_number * ROWS)
    except Refusal as problem:
        refusal = problem.message
    context = {
        **_catalogs(request),
        "rows": [{**row, "log_mstar": log10(row["mstar"]) if (row["mstar"] or 0) > 0 else None} for row in rows],
        "page": RowsOfPage(rows, page_number, Paginator(range(total), ROWS)),  # type: ignore[misc]  # one page of many
        "query": asked,
        "wrong": wrong,
        "refusal": refusal,
        "chips": [
            {"name": name, "key": key, "value": request.GET[key]} for key, name in CHIPS.items() if request.GET.get(key)
        ],
    }
    return render(request, "sources/galaxies.html", context, status=400 if refusal or wrong else 200)


def _catalogs(request: ViewerRequest) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "catalogs": queries.catalogs(viewer),
        "loads": queries.loads(viewer),
        "may_upload": viewer.may("Upload data"),
        "may_delete": viewer.sees_all,
    }


@login_required
@require_GET
def loads(request: ViewerRequest) -> HttpResponse:
    """How far files are that are being read in."""
    return render(request, "sources/_galaxy_loads.html", {"loads": queries.loads(request.viewer)})


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: ViewerRequest) -> HttpResponse:
    """A file of galaxies, for a worker to read in."""
    from ..actions import galaxy_loads

    if request.method == "GET":
        return redirect("galaxies")
    given, file = request.POST, request.FILES.get("file")
    try:
        if file is None:
            raise Invalid("Choose a file: CSV, HDF5 or FITS.")
        galaxy_loads.ask(
            request.viewer, given.get("catalog"), body=file.read(), file_name=file.name or "",
            description=given.get("description"), url=given.get("url"),
        )  # fmt: skip
    except Unpermitted:
        raise
    except Refusal as refusal:
        context = {**_catalogs(request), "given": given, "error": refusal.message, "query": {}, "rows": None}
        return render(request, "sources/galaxies.html", context, status=400)
    return redirect("galaxies")


@login_required
@require_POST
def delete(request: ViewerRequest, catalog_name: str) -> HttpResponse:
    from ..actions.galaxies import delete_catalog

    delete_catalog(request.viewer, catalog_name)
    return redirect("galaxies")
