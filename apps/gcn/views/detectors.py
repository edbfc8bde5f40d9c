"""The page of detectors: what they are, and how much of the last days they listened."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.web.requests import ViewerRequest

from ..queries.detectors import uptimes


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    template = "gcn/_detectors.html" if "rows" in request.GET else "gcn/detectors.html"
    return render(request, template, {"rows": uptimes(request.viewer)})
