"""The sky map of an event: as a panel, a live figure and a picture."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.sources.queries.instrument_fields import with_fields
from skyportal.web.bokeh import item, place
from skyportal.web.requests import ViewerRequest

from ..plots.sky import LEVEL_COLOURS, sky_plot
from ..plots.sky_still import picture as picture_of
from ..plots.sky_still import still
from ..queries import localizations as maps
from ..queries.events import get_event
from ..queries.sky_view import sky_view, told_of

ACCENT = "#0072b2"
FIXED = {"Probability": "var(--sky-accent)", "Graticule": "#808691", "Galactic plane": "#8a6d3b"}


@login_required
@require_GET
def panel(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """The chosen map (the newest where none is), first as a still, then as a sphere to turn."""
    viewer = request.viewer
    event = get_event(viewer, dateobs)
    found = list(maps.localizations(viewer).filter(event=event))
    chosen = request.GET.get("map", "")
    where = next((one for one in found if str(one.pk) == chosen), found[0] if found else None)
    instrument = _instrument(request)
    context = {"event": event, "maps": found, "where": where, "instrument": instrument}
    if where:
        view = sky_view(viewer, event, maps.get_localization(viewer, where.pk), instrument)
        asked = {"instrument": instrument} if instrument else {}
        context["plot"] = place(
            reverse("map-plot", args=[where.pk], query=asked), id=f"sky-{where.pk}", still=still(view).svg(),
            height=480, label=f"Sky map {where.name}",
        )  # fmt: skip
        context["instruments"] = with_fields(viewer)
        levels = {f"{level} %": LEVEL_COLOURS.get(level, ACCENT) for level in sorted(view.contours)}
        context["layers"] = FIXED | levels | {layer.label: layer.colour for layer in view.layers}
        context["hidden"] = {layer.label for layer in view.layers if not layer.visible}
    return render(request, "gcn/_sky.html", context)


def _instrument(request: ViewerRequest) -> int | None:
    """Whose fields are drawn, if those of any."""
    asked = request.GET.get("instrument", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


@login_required
@require_GET
def plot(request: ViewerRequest, localization_id: int) -> HttpResponse:
    where = maps.get_localization(request.viewer, localization_id)
    view = sky_view(request.viewer, where.event, where, _instrument(request))
    return HttpResponse(item(sky_plot(view)), content_type="application/json")


@login_required
@require_GET
def picture(request: ViewerRequest, localization_id: int) -> HttpResponse:
    """A PNG: the hemisphere, or with ``?whole`` all of the sky."""
    where = maps.get_localization(request.viewer, localization_id)
    view = sky_view(request.viewer, where.event, where, _instrument(request))
    drawn = picture_of(view, *told_of(where), whole_sky="whole" in request.GET)
    return HttpResponse(drawn.png(), content_type="image/png")
