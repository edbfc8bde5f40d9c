"""The arrangement of the source page, as the page reports it."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from skyportal.access.errors import Invalid
from skyportal.web.requests import ViewerRequest

from ..actions import layouts


@login_required
@require_POST
def layout(request: ViewerRequest) -> HttpResponse:
    """Keep it or, with ``reset``, go back to how the site comes: the page then draws itself anew."""
    if "reset" in request.POST:
        layouts.reset_layout(request.viewer)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    try:
        asked = json.loads(request.POST.get("layout", ""))
    except (ValueError, RecursionError):
        raise Invalid("Invalid layout: must be JSON.") from None
    layouts.keep_layout(request.viewer, asked)
    return HttpResponse(status=204)
