"""The page that shows every component, from the same fragments every other page uses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from skyportal.web import samples
from skyportal.web.bokeh import embed
from skyportal.web.responses import with_toast


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    plot = embed(
        samples.figure(), id="sample-plot", still=samples.light_curve(), height=340, label="Sample light curve"
    )
    return render(request, "web/components.html", samples.context(request.GET.get("page")) | {"plot": plot})


@require_GET
def components_drawer(request: HttpRequest) -> HttpResponse:
    return render(request, "web/_sample_drawer.html", {"rows": samples.ROWS})


@require_POST
def components_change(request: HttpRequest) -> HttpResponse:
    """What a small, reversible change answers: nothing, and a toast that offers to undo it."""
    if "undo" in request.GET:
        return with_toast(HttpResponse(status=204), "Undone.", level="info")
    return with_toast(HttpResponse(status=204), "Saved to Transients of the week.", undo_url=f"{request.path}?undo")
