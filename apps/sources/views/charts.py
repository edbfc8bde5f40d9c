"""Where the detections of a source lie, and what kind of star it might be."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from skyportal.web.bokeh import place
from skyportal.web.requests import ViewerRequest

from ..plots import centroids as centroid_plots
from ..plots import colours as colour_plots
from ..queries import centroids, colours
from ..queries.objs import get_obj


@login_required
@require_GET
def centroid(request: ViewerRequest, name: str) -> HttpResponse:
    """The panel: scales, the plot's place, the mean in figures."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    found = centroids.centroids(viewer, obj)
    context: dict[str, Any] = {"obj": obj, "found": found}
    if found:
        east, north = found.mean()
        context |= {
            "east": east,
            "north": north,
            "ellipse": found.ellipse(),
            "scale": centroid_plots.robust_scale(found),
            "scales": centroid_plots.SCALES,
            "plot": place(
                reverse("source-centroid-plot", args=[obj.name]), id="centroid-plot", height=350, label="Centroids"
            ),
        }
    return render(request, "sources/_centroid.html", context)


@login_required
@require_GET
def centroid_plot(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    found = centroids.centroids(viewer, get_obj(viewer, name))
    if not found:
        return JsonResponse({"message": "No point has a position here."}, status=404)
    return HttpResponse(centroid_plots.centroid_plot(found), content_type="application/json")


@login_required
@require_GET
def hr_diagram(request: ViewerRequest, name: str) -> HttpResponse:
    """The panel: the diagram, and where its numbers come from."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    stars = colours.stars(viewer, obj.pk, colours.Keys())
    drawing = mark_safe(colour_plots.hr_diagram(stars).svg()) if stars else ""  # noqa: S308  drawn by us
    return render(request, "sources/_hr_diagram.html", {"obj": obj, "stars": stars, "drawing": drawing})
