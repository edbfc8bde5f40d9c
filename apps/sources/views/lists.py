"""Lists of sources. The address takes the parameters of `GET /api/sources`, so a link here is a link there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.access.errors import Invalid
from skyportal.api.params import Param, Query, Wrong, flag, integer, keys, moment, text
from skyportal.web.requests import ViewerRequest

from ..queries import columns as columns_queries
from ..queries import listings, pages, searches
from ..queries import sources as queries
from ..slots import obj_filters
from . import exporting
from .filter_fields import chips, fields

ROWS = 50
LAST_PAGE = 1_000_000
SAVES = [
    Param("group_ids", keys),
    Param("savedAfter", moment),
    Param("savedBefore", moment),
    Param("savedByCurrentUser", flag, None, "Saved by me."),
    Param("pendingOnly", flag, None, "Only where saving was asked for."),
    Param("includeRequested", flag, None, "Also where saving was asked for."),
]
OWN = [Param("sort", text, "-saved_at"), Param("page", integer, 1)]
AT_ITS_FIELD = {"sourceID", "group_ids", "classifications", "minRedshift", "maxRedshift", "savedAfter"}
"""Parameters whose place in the bar says what is wrong with them."""
ORDERS = {
    "-saved_at": "newest saved first",
    "saved_at": "oldest saved first",
    "-redshift": "farthest first",
    "redshift": "nearest first",
}


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for."""

    query: Query
    columns: list[columns_queries.Column]
    sort: str
    page: int
    wrong: dict[str, Wrong]
    """What in the address cannot be read, by parameter; such a list is not asked for."""

    @property
    def parameters(self) -> dict[str, Any]:
        way = "desc" if self.sort.startswith("-") else "asc"
        return {**self.query, "sortBy": self.sort.removeprefix("-"), "sortOrder": way}


@login_required
@require_GET
def sources(request: ViewerRequest) -> HttpResponse:
    return _list(request, heading="Sources")


@login_required
@require_GET
def favourites(request: ViewerRequest) -> HttpResponse:
    return _list(request, heading="Favourites", listName=pages.FAVORITES)


@login_required
@require_GET
def watched(request: ViewerRequest) -> HttpResponse:
    return _list(request, heading="Watch list", listName=pages.WATCHLIST)


@login_required
@require_GET
def export(request: ViewerRequest) -> HttpResponse:
    """What the list shows, all pages of it, as CSV, VOTable or JSON."""
    viewer, asked = request.viewer, _asked(request, {})
    for name, one in asked.wrong.items():
        raise Invalid(f"{name}: {one.why}")
    found = queries.find(viewer, asked.parameters, 0, exporting.MOST)
    if found.total > exporting.MOST:
        raise Invalid(f"{found.total:,} sources are more than the {exporting.MOST:,} of one file: narrow the list.")
    rows = []
    for start in range(0, len(found.ids), 1000):
        some = columns_queries.rows(viewer, found.ids[start : start + 1000], found.saved_at, asked.columns)
        rows += [columns_queries.flat(row, asked.columns) for row in some]
    return exporting.answer(rows, request.GET.get("format", "csv"))


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


def _asked(request: ViewerRequest, fixed: dict[str, Any]) -> Asked:
    query, wrong = Query.of_page(request.GET, [*SAVES, *OWN, *(plug.param for plug in obj_filters)])
    query.update(fixed)
    sort, page = query.pop("sort"), query.pop("page")
    named = [key for value in request.GET.getlist("columns") for key in value.split(",") if key.strip()]
    kept = request.user.preferences.get(columns_queries.PREFERENCE)  # type: ignore[union-attr]  # signed in
    default = kept if isinstance(kept, list) else columns_queries.DEFAULT
    return Asked(query, columns_queries.chosen(named or default), sort, min(max(1, page), LAST_PAGE), wrong)


def _lacking(query: Query) -> dict[str, str]:
    """What a person left out of what goes together, where what hangs here knows what is usual."""
    found: dict[str, str] = {}
    for plug in obj_filters:
        if plug.completes and query.get(plug.param.name) is not None:
            found |= {
                name: value for name, value in plug.completes(query[plug.param.name]).items() if not query.get(name)
            }
    return found


def _list(request: ViewerRequest, *, heading: str, **fixed: Any) -> HttpResponse:
    viewer, asked = request.viewer, _asked(request, fixed)
    if lacking := _lacking(asked.query):
        given = [(name, value) for name in request.GET if name not in lacking for value in request.GET.getlist(name)]
        return redirect(f"{request.path}?{urlencode([*given, *lacking.items()])}")
    if fixed.get("listName") == pages.FAVORITES and not any(column.key == "list_tags" for column in asked.columns):
        asked = replace(asked, columns=[*asked.columns, columns_queries.COLUMNS["list_tags"]])
    found, refusal, wrong = queries.Found([], {}, 0), "", asked.wrong
    if not wrong:
        try:
            found = queries.find(viewer, asked.parameters, (asked.page - 1) * ROWS, asked.page * ROWS)
        except Invalid as problem:
            refusal = problem.message
    rows = columns_queries.rows(viewer, found.ids, found.saved_at, asked.columns)
    groups = pages.my_groups(viewer)
    params = [*SAVES, *(plug.param for plug in obj_filters)]
    shown = fields(request.GET, params)
    context = {
        "may_upload": viewer.may("Upload data"),
        "heading": heading,
        "list_name": fixed.get("listName", ""),
        "unsaved": listings.unsaved(viewer, fixed["listName"]) if fixed else [],
        "page": _Counted([_cells(row, asked.columns) for row in rows], found.total).shown(asked.page),
        "total": found.total,
        "order": ORDERS.get(asked.sort, f"by {asked.sort.removeprefix('-')}"),
        "columns": asked.columns,
        "column_choices": _drawn_choices(tuple(asked.columns)),
        "query": asked.query,
        "groups": groups,
        "classes": pages.used_classes(viewer),
        "chosen_class": request.GET.get("classifications", ""),
        "all_fields": _drawn_fields(tuple(tuple(field.items()) for field in shown)),
        "chips": chips(request.GET, {str(group.pk): group.name for group in groups}, params),
        "kept": [(name, value) for name in ("sort", "columns") for value in request.GET.getlist(name)],
        "address": _address(request, without="columns"),
        "more_open": bool(refusal) or any(field["name"] in wrong for field in shown),
        "export_query": urlencode([*((k, v) for k, v in fixed.items()), *_address(request)]),
        "searches": searches.searches(viewer),
        "default_sort": "-saved_at",
        "wrong": wrong,
        "others": {name: one for name, one in wrong.items() if name not in AT_ITS_FIELD},
        "refusal": refusal,
        "asked_anew": bool(wrong or refusal),
    }
    return render(request, "sources/sources.html", context, status=400 if context["asked_anew"] else 200)


@lru_cache(maxsize=32)
def _drawn_fields(fields: tuple[tuple[tuple[str, Any], ...], ...]) -> str:
    """The sixty fields that most lists leave empty, drawn once for all of them."""
    return render_to_string("sources/_all_fields.html", {"fields": [dict(field) for field in fields]})


@lru_cache(maxsize=32)
def _drawn_choices(columns: tuple[columns_queries.Column, ...]) -> str:
    shown = {column.key for column in columns}
    more = [column for column in columns_queries.COLUMNS.values() if column.key not in shown]
    return render_to_string("sources/_column_choices.html", {"columns": columns, "more_columns": more})


def _address(request: ViewerRequest, without: str = "") -> list[tuple[str, str]]:
    """What the address asks for, whichever page is looked at."""
    return [
        (k, str(v)) for k, values in request.GET.lists() if k not in ("page", "format", without) for v in values if v
    ]


def _cells(row: dict[str, Any], columns: list[columns_queries.Column]) -> dict[str, Any]:
    cells = [(column, row.get(column.key)) for column in columns]
    return {"id": row["id"], "there": _sources() + quote(row["id"], safe=":;+"), "cells": cells}


@cache
def _sources() -> str:
    """What the addresses of sources begin with: to have each written by its route takes longer than the row."""
    return reverse("source", args=["~"]).removesuffix("~")
