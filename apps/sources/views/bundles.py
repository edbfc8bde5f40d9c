"""Bundles: an obj as one file, out and in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from skyportal.access.errors import Invalid, Refusal, Unpermitted
from skyportal.web.requests import ViewerRequest

from ..queries import shown
from ..queries.objs import get_obj


@login_required
@require_GET
def bundle(request: ViewerRequest, name: str) -> HttpResponse:
    """All that the viewer can read of a source."""
    from ..queries.bundles import pack

    viewer = request.viewer
    obj = get_obj(viewer, name)
    answer = HttpResponse(pack(viewer, obj), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{obj.name}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: ViewerRequest) -> HttpResponse:
    """The form for bringing a bundle in, and what came of it."""
    context: dict[str, Any] = {"groups": shown.my_groups(request.viewer), "chosen": request.POST.getlist("groups")}
    status = 200
    if request.method == "POST":
        try:
            report = _taken_in(request)
            context |= {"report": report, "added": list(report.added.items())}
        except Unpermitted:
            raise
        except Refusal as refusal:
            context["error"], status = refusal.message, 400
    return render(request, "sources/bundles.html", context, status=status)


def _taken_in(request: ViewerRequest) -> Any:
    from ..actions.bundles import MOST_BYTES, take_in

    file = request.FILES.get("bundle")
    if file is None:
        raise Invalid("Choose a bundle: a zip file from the page of a source.")
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(f"A bundle may have at most {MOST_BYTES // 2**20} MB.")
    groups = [int(pk) for pk in request.POST.getlist("groups") if pk.isdecimal() and len(pk) < 10]
    return take_in(request.viewer, file.read(), groups)
