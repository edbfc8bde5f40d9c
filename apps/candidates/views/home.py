"""The dashboard's panel of new candidates."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ..queries.standing import arrivals


@login_required
@require_GET
def new_candidates(request: HttpRequest) -> HttpResponse:
    found = arrivals(request.viewer)  # type: ignore[attr-defined]
    watch = " ".join(sorted({f"candidates:{arrival.filter.group_id}" for arrival in found}))
    return render(request, "candidates/_home.html", {"arrivals": found, "watch": watch})
