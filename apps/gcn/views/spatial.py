"""Pages of spatial catalogues."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal, Unpermitted
from skyportal.web.requests import ViewerRequest

from ..actions import spatial as actions
from ..queries import spatial as queries

ROWS = 100


@login_required
@require_http_methods(["GET", "POST"])
def index(request: ViewerRequest) -> HttpResponse:
    """Catalogues, and the form for another one."""
    viewer, error = request.viewer, ""
    if request.method == "POST":
        try:
            return redirect("spatial-catalog", _taken_in(request))
        except Unpermitted:
            raise
        except Refusal as refusal:
            error = refusal.message
    context = {
        "page": Paginator(queries.catalogs(viewer), ROWS).get_page(request.GET.get("page")),
        "error": error, "given": request.POST, "may_upload": viewer.may("Upload data"),
    }  # fmt: skip
    return render(request, "gcn/spatial_catalogs.html", context, status=400 if error else 200)


def _taken_in(request: ViewerRequest) -> int:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Choose a CSV file.")
    try:
        table = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The file is not text: send CSV.") from None
    return actions.add_text(request.viewer, request.POST.get("catalog"), table).pk


@login_required
@require_GET
def one(request: ViewerRequest, catalog_id: int) -> HttpResponse:
    catalog = queries.get_catalog(request.viewer, catalog_id)
    asked = request.GET.get("name", "").strip()[:200]
    entries = queries.entries(catalog)
    found = entries.filter(name__icontains=asked) if asked and "\x00" not in asked else entries
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(request, "gcn/spatial_catalog.html", {"catalog": catalog, "page": page, "asked": asked})


@login_required
@require_POST
def delete(request: ViewerRequest, catalog_id: int) -> HttpResponse:
    actions.delete_catalog(request.viewer, queries.get_catalog(request.viewer, catalog_id))
    return redirect("spatial-catalogs")
