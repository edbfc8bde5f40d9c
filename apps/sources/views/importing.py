"""Bringing in transients of a service, and how far that is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from skyportal.access.errors import Refusal, Unpermitted
from skyportal.web.requests import ViewerRequest

from ..actions.imports import ask_transients
from ..queries import imports, shown


@login_required
@require_http_methods(["GET", "POST"])
def transients(request: ViewerRequest) -> HttpResponse:
    viewer, error = request.viewer, ""
    given = request.POST
    if request.method == "POST":
        wanted = {name: given.get(name, "") for name in ("telescope_name", "startDate", "endDate")}
        try:
            ask_transients(viewer, given.get("service", ""), {**wanted, "groupIDs": given.getlist("groups")})
        except Unpermitted:
            raise
        except Refusal as refusal:
            error = refusal.message
        else:
            messages.success(request, "A worker brings them in; you may leave this page.")
            return redirect("transient-imports")
    services = imports.services()
    context = {
        "services": services,
        "telescopes": imports.telescopes(viewer),
        "groups": shown.my_groups(viewer),
        "chosen": given.getlist("groups"),
        "given": given,
        "error": error,
        **_rows(request),
    }
    return render(request, "sources/imports.html", context, status=400 if error else 200)


@login_required
@require_GET
def rows(request: ViewerRequest) -> HttpResponse:
    """The table alone, fetched again as transients arrive."""
    return render(request, "sources/_imports.html", _rows(request))


def _rows(request: ViewerRequest) -> dict[str, object]:
    labels = {service["key"]: service["label"] for service in imports.services()}
    found = imports.imports(request.viewer)
    return {"rows": [row | {"label": labels.get(row["service"], row["service"])} for row in found]}
