"""Lists of sources. The address takes the parameters of `GET /api/sources`, so a link here is a link there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, Query, flag, integer, keys, moment, text
from skyportal.web.requests import ViewerRequest

from ..queries import pages
from ..queries import sources as queries
from ..slots import obj_filters

ROWS = 50
LAST_PAGE = 1_000_000
SAVES = [
    Param("group_ids", keys),
    Param("savedAfter", moment),
    Param("savedBefore", moment),
    Param("savedByCurrentUser", flag),
    Param("pendingOnly", flag),
    Param("sort", text, "-saved_at"),
    Param("page", integer, 1),
]
ORDERS = {
    "-saved_at": "newest saved first",
    "saved_at": "oldest saved first",
    "-redshift": "farthest first",
    "redshift": "nearest first",
}
SHOWN = {"sourceID": "name", "group_ids": "group", "minRedshift": "z from", "maxRedshift": "z to"}
IN_FORM = {"sourceID", "group_ids", "classifications", "minRedshift", "maxRedshift", "savedAfter", "page", "sort"}


@login_required
@require_GET
def sources(request: ViewerRequest) -> HttpResponse:
    return _list(request, heading="Sources", fixed={})


@login_required
@require_GET
def favourites(request: ViewerRequest) -> HttpResponse:
    return _list(request, heading="Favourites", fixed={"listName": pages.FAVORITES})


class _Counted(Paginator):
    """Pages of a list that was already cut and counted by its query."""

    def __init__(self, rows: list[dict[str, Any]], total: int) -> None:
        super().__init__(rows, ROWS)
        self._total = total

    @property
    def count(self) -> int:
        return self._total

    def shown(self, number: int) -> Page:
        return Page(self.object_list, number, self)


def _list(request: ViewerRequest, *, heading: str, fixed: dict[str, Any]) -> HttpResponse:
    viewer: Viewer = request.viewer
    declared = [*SAVES, *(plug.param for plug in obj_filters)]
    query, wrong = Query.of_page(request.GET, declared)
    query.update(fixed)
    sort = query.pop("sort")
    asked = {**query, "sortBy": sort.removeprefix("-"), "sortOrder": "desc" if sort.startswith("-") else "asc"}
    number = min(max(1, query.pop("page")), LAST_PAGE)
    found, refusal = queries.Found([], {}, 0), ""
    if not wrong:
        try:
            found = queries.find(viewer, asked, (number - 1) * ROWS, number * ROWS)
        except Invalid as problem:
            refusal = problem.message
    paginator = _Counted(pages.source_rows(viewer, found.ids, found.saved_at), found.total)
    groups = pages.my_groups(viewer)
    context = {
        "heading": heading,
        "are_favourites": bool(fixed),
        "page": paginator.shown(number),
        "total": found.total,
        "order": ORDERS.get(sort, f"by {sort.removeprefix('-')}"),
        "query": query,
        "groups": groups,
        "classes": pages.used_classes(viewer),
        "chosen_class": request.GET.get("classifications", ""),
        "chips": _chips(request, {str(group.pk): group.name for group in groups}),
        "kept": {k: v for k, v in request.GET.items() if k not in IN_FORM},
        "default_sort": "-saved_at",
        "wrong": wrong,
        "others": {name: one for name, one in wrong.items() if name not in IN_FORM},
        "refusal": refusal,
        "asked_anew": bool(wrong or refusal),
    }
    return render(request, "sources/sources.html", context, status=400 if context["asked_anew"] else 200)


def _chips(request: ViewerRequest, group_names: dict[str, str]) -> list[dict[str, str]]:
    chips = []
    for name, value in request.GET.items():
        if value and name not in ("page", "sort"):
            text = str(value)
            label = group_names.get(text, text) if name == "group_ids" else text
            chips.append({"name": SHOWN.get(name, name), "key": name, "value": text, "label": label})
    return chips
