"""Pictures of a source, to look at closely."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import survey_images
from ..queries.images import images as images_of
from ..queries.objs import get_obj


@login_required
@require_http_methods(["GET", "POST"])
def images(request: ViewerRequest, name: str) -> HttpResponse:
    """The panel of cutouts; a POST asks the surveys for theirs, which come when a worker has them."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    asked = request.method == "POST"
    if asked:
        survey_images.ask(viewer, [obj.name])
        if not request.htmx:
            return redirect("source", name)
    answer = render(request, "sources/_images.html", {"obj": obj, "asked": asked, **images_of(viewer, obj)})
    return with_toast(answer, "Asked; the images appear here as they come.") if asked else answer
