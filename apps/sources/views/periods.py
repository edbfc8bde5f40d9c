"""The periodogram page: what to search, what was found, the light curve folded."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from skyportal.access.errors import Invalid
from skyportal.web.bokeh import item, place
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import periods as actions
from ..plots import periods as plots
from ..queries import periods as queries
from ..queries.objs import get_obj
from ..queries.photometry import said_period

METHODS = [
    ("fourier", "Smooth variation", "Pulsating stars, ellipsoidal and contact binaries: Lomb–Scargle in all bands."),
    ("eclipses", "Eclipses", "Stars that are mostly constant and dip: a box at every frequency."),
]


def _number(text: str, what: str) -> float | None:
    """A positive number, or None where nothing was typed."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise Invalid(f"{what}: give a number of days, like 0.5.")
    return value


@login_required
@require_GET
def page(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    search = queries.newest(viewer, obj)
    given = request.GET.get("period", "")
    return render(
        request,
        "sources/periodogram.html",
        {
            "obj": obj,
            "sampling": queries.sampling(viewer, obj),
            "kept": said_period(viewer, obj),
            "methods": METHODS,
            **(_answer(obj, search) if search else {}),
            **(_folded(obj, actions.a_period(given), "") if given else {}),
        },
    )


@login_required
@require_POST
def search(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    asked = actions.ask(
        viewer,
        obj,
        request.POST.get("method", ""),
        _number(request.POST.get("shortest", ""), "Shortest period"),
        _number(request.POST.get("longest", ""), "Longest period"),
        request.POST.getlist("band"),
    )
    if not request.htmx:
        return redirect("source-periodogram", name)
    return render(request, "sources/_period_answer.html", _answer(obj, asked))


@login_required
@require_GET
def answer(request: ViewerRequest, name: str, search_id: int) -> HttpResponse:
    """How far a search is; asked every second until it ends."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    return render(request, "sources/_period_answer.html", _answer(obj, queries.get_search(viewer, obj, search_id)))


def _answer(obj: Any, search: Any) -> dict[str, Any]:
    context: dict[str, Any] = {"obj": obj, "search": search, "late": queries.is_late(search)}
    if not search.result:
        return context
    url = reverse("source-period-spectrum", args=[obj.name, search.pk])
    context["spectrum"] = place(url, id=f"spectrum-{search.pk}", height=320, label="Power spectrum")
    context["marks"] = plots.MARKS
    asked = search.result["frequencies"]
    context["searched"] = (1 / asked[-1], 1 / asked[0])
    context["peaks"] = [{**peak, "frequency": 1 / peak["period"]} for peak in search.result["peaks"]]
    return context | _folded(obj, search.result["peaks"][0]["period"], search.method)


@login_required
@require_GET
def spectrum(request: ViewerRequest, name: str, search_id: int) -> HttpResponse:
    viewer = request.viewer
    found = queries.get_search(viewer, get_obj(viewer, name), search_id)
    if not found.result:
        return JsonResponse({"message": "This search has not ended."}, status=404)
    return HttpResponse(item(plots.power_spectrum(found.result)), content_type="application/json")


def _folded(obj: Any, period: float, method: str) -> dict[str, Any]:
    """The folded curve's place, and what half and twice the period would be."""
    url = f"{reverse('source-folded-figure', args=[obj.name])}?{urlencode({'period': repr(period), 'method': method})}"
    return {
        "obj": obj,
        "period": period,
        "method": method,
        "half": period / 2,
        "double": period * 2,
        "folded": place(url, id="folded", height=320, label=f"Folded with {period:.6g} days"),
    }


@login_required
@require_GET
def folded(request: ViewerRequest, name: str) -> HttpResponse:
    obj = get_obj(request.viewer, name)
    period = actions.a_period(request.GET.get("period", ""))
    return render(request, "sources/_folded.html", _folded(obj, period, request.GET.get("method", "")))


@login_required
@require_GET
def folded_figure(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    curve = queries.detections(viewer, obj)
    if curve is None:
        return JsonResponse({"message": "Nothing detected yet."}, status=404)
    figure = plots.folded(curve, actions.a_period(request.GET.get("period", "")), request.GET.get("method", ""))
    return HttpResponse(item(figure), content_type="application/json")


@login_required
@require_POST
def keep(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    period = actions.a_period(request.POST.get("period", ""))
    actions.keep(viewer, obj, period, request.POST.get("method", ""))
    if not request.htmx:
        return redirect("source-periodogram", name)
    kept = render(request, "sources/_period_kept.html", {"kept": said_period(viewer, obj)})
    return with_toast(kept, f"P = {period:.6g} d is annotated to {obj.name}.")
