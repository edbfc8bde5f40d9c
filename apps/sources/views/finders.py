"""The finding chart of a source on screen, with its star list in every facility's form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from skyportal.access.errors import Refusal
from skyportal.api.params import Query
from skyportal.astro import starlists
from skyportal.web.requests import ViewerRequest

from ..plots import finders as plots
from ..queries import finders
from ..queries.finder_parameters import SOURCE, asked
from ..queries.objs import get_obj
from ..queries.observability import position
from ..surveys.hips import IMAGES

_SHOWN = ("facility", "image_source", "imsize", "num_offset_stars", "obstime", "mag_min", "mag_limit")


@login_required
@require_GET
def finder(request: ViewerRequest, name: str) -> HttpResponse:
    """At once the choices and room for the chart; the chart when stars and image have come."""
    obj = get_obj(request.viewer, name)
    given = {key: request.GET[key] for key in _SHOWN if request.GET.get(key)}
    given.setdefault("obstime", timezone.now().strftime("%Y-%m-%dT%H:%M"))
    context: dict[str, Any] = {
        "obj": obj,
        "facilities": list(finders.FACILITIES),
        "images": [(key, called) for key, (_, called) in IMAGES.items() if key != "ps1_cds"],
        "given": given,
        "asked": urlencode(given),
    }
    return render(request, "sources/finder.html", context)


@login_required
@require_GET
def chart(request: ViewerRequest, name: str) -> HttpResponse:
    """The chart, the star list, and what could not be had."""
    obj = get_obj(request.viewer, name)
    context: dict[str, Any] = {"obj": obj, "asked": request.GET.urlencode()}
    try:
        found = finders.find(asked(obj.name, *position(obj), Query.parse(request.GET, SOURCE)))
        entries = found.entries
        context |= {
            "drawing": mark_safe(plots.chart(found).svg()),  # noqa: S308  drawn by us
            "found": found,
            "lists": [(key, "\n".join(starlists.lines(key, entries)) + "\n") for key in _LISTS],
            "facility": found.asked.facility,
        }
    except Refusal as refusal:
        context["refused"] = refusal.message
    return render(request, "sources/_finder_chart.html", context)


_LISTS = ("Keck", "P200", "Shane", "CSV")
