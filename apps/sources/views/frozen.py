"""Photometry that was frozen to be cited: the panel that lists it, freezing more, the page of a version, its files."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.web.files import file_answer
from skyportal.web.requests import ViewerRequest

from ..actions import frozen as acting
from ..plots import marks, stills
from ..queries import frozen as queries
from ..queries import point_table, shown
from ..queries.objs import get_obj
from .photometry import FOLDED
from .remarks import fragment

ROWS = 100
CHOOSING = ("all", *point_table.NARROWING)
"""Parameters of the table of a source that choose points."""


@login_required
@require_GET
def panel(request: ViewerRequest, name: str) -> HttpResponse:
    obj = get_obj(request.viewer, name)
    versions = list(queries.of_obj(request.viewer, obj)[:100])
    context = {"obj": obj, "versions": versions, "may_freeze": request.viewer.may(acting.MAY)}
    return fragment(request, "frozen-photometry", context, template="frozen")


@login_required
@require_http_methods(["GET", "POST"])
def freeze(request: ViewerRequest, name: str) -> HttpResponse:
    """Which points, and what to call them; the address chooses points as that of the table does."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    form = request.POST if request.method == "POST" else request.GET
    query = {key: form[key] for key in CHOOSING if form.get(key)}
    error = ""
    if request.method == "POST":
        asked = {"name": form.get("name"), "note": form.get("note"), "query": query, "group_id": form.get("group")}
        try:
            return redirect("frozen", acting.freeze(viewer, name, asked))
        except Refusal as refusal:
            if isinstance(refusal, NotVisible) or refusal.status in (401, 403):
                raise
            error = refusal.message
    context = {
        "obj": obj,
        "query": query,
        "given": form,
        "groups": [(str(pk), called) for pk, called in shown.my_groups(viewer)],
        "error": error,
        "may_freeze": viewer.may(acting.MAY),
        **_choice(request, obj, query, form.get("group", "")),
    }
    return render(request, "sources/freeze.html", context, status=400 if error else 200)


def _choice(request: ViewerRequest, obj: Any, query: dict[str, str], group: str) -> dict[str, Any]:
    """How many points that would be, and who reads all of them."""
    only = int(group) if group.isdecimal() and len(group) < 10 else None
    try:
        curve = queries.chosen(request.viewer, obj, query, only)
    except Invalid as refusal:
        return {"count": 0, "why": refusal.message}
    return {"count": len(curve), "readers": queries.readers(request.viewer, queries.audiences_of(obj, curve))}


@login_required
@require_GET
def page(request: ViewerRequest, frozen_key: str) -> HttpResponse:
    """A version: what it is, how to cite it, its points."""
    found = queries.get_frozen(request.viewer, frozen_key)
    curve = queries.curve_of(found)
    table = point_table.table(curve, {"all": "1", "sort": request.GET.get("sort", ""), "columns": ""}, sort="mjd")
    shown_page = Paginator(range(len(table)), ROWS).get_page(request.GET.get("page"))
    start = max(shown_page.start_index() - 1, 0)
    columns = [{"name": name, "folds": name in FOLDED, **vars(point_table.COLUMNS[name])} for name in table.columns]
    context = {
        "frozen": found,
        "citation": queries.citation(found),
        "address": queries.address(found),
        "plot": stills.svg_light_curve(curve, width=640, height=280),
        "legend": marks.legend(curve),
        "detections": int(curve.detected.sum()),
        "columns": columns,
        "rows": [list(zip(columns, row, strict=True)) for row in table.rows(start, start + ROWS)],
        "page": shown_page,
    }
    return render(request, "sources/frozen.html", context)


@login_required
@require_GET
def file(request: ViewerRequest, frozen_key: str, form: str) -> HttpResponse:
    """The points as a table, whole."""
    if form not in ("csv", "ecsv"):
        raise NotVisible("A frozen version can be had as csv or ecsv.", status=404)
    return file_answer(*queries.as_file(queries.get_frozen(request.viewer, frozen_key), form), download=True)
