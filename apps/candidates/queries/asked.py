"""What a scanning page asks for, read from its address: the whole state of the page is there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone

from apps.sources.models.lists import REJECTED
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.api.params import Query, Wrong

from ..models import Filter, FilterVersion, LatestCandidate
from .said import origin_of
from .scanning import scope
from .search import params

WINDOWS = {
    "tonight": ("Tonight", timedelta(hours=18)),
    "day": ("Last 24 hours", timedelta(days=1)),
    "3days": ("Last 3 days", timedelta(days=3)),
    "week": ("Last week", timedelta(days=7)),
    "custom": ("Between dates", None),
    "all": ("Ever", None),
}
SIZES = (10, 25, 50)
SEEN_CHOICES = {"": "mark what I have seen", "hide": "hide it", "again": "hide it, unless it passed again"}
SAVED_CHOICES = {
    "all": "saved or not",
    "notSavedToAnySelected": "not yet saved to these groups",
    "notSavedToAnyAccessible": "not saved to any of mine",
    "notSavedToAllSelected": "not saved to all of these groups",
    "savedToAnySelected": "saved to one of these groups",
    "savedToAllSelected": "saved to all of these groups",
    "savedToAnyAccessible": "saved to one of mine",
}
VETTING_SORTS = {"vetting|desc": "Vetting score, best first", "vetting|asc": "Vetting score, worst first"}


@dataclass(frozen=True)
class Asked:
    """The query of the page, and how its form shows it."""

    query: Query
    page: Page
    window: str
    sort: str
    with_rejected: bool
    wrong: dict[str, Wrong] = field(default_factory=dict)

    @property
    def group_ids(self) -> list[int]:
        return self.query["groupIDs"] or []

    @property
    def filter_ids(self) -> list[int]:
        return self.query["filterIDs"] or []


def read(viewer: Viewer, address: QueryDict) -> Asked:
    """The page's address as the scanning query. Without a window it is the newest week that has something in it."""
    given = address.copy()
    for several in ("groupIDs", "filterIDs"):
        if several in given:
            given[several] = ",".join(given.getlist(several))
    with_rejected = address.get("rejected") == "show"
    if not with_rejected and not address.get("listName"):
        given.setdefault("listNameReject", REJECTED)
        given.setdefault("groupRejected", "hide")
    sort = address.get("sort", "")
    if sort in VETTING_SORTS:
        given["sortByVetting"] = sort.partition("|")[2]
    elif sort.count("|") == 2:
        names = ("sortByAnnotationOrigin", "sortByAnnotationKey", "sortByAnnotationOrder")
        given.update(dict(zip(names, sort.split("|"), strict=True)))
    _add_condition(given)
    query, wrong = Query.of_page(given, params())
    dates_wrong = wrong.keys() & {"startDate", "endDate"}
    window = "custom" if dates_wrong else _window(viewer, query, address.get("window", ""))
    size = address.get("numPerPage", "")
    number = address.get("page", "1")
    page = Page(
        int(number) if number.isdecimal() and 0 < int(number) < 10_000_000 else 1,
        int(size) if size.isdecimal() and int(size) in SIZES else 25,
    )
    return Asked(query, page, window, sort, with_rejected, wrong)


def _add_condition(given: QueryDict) -> None:
    """The bar's condition on an annotation, ``origin|key`` with a least and a most, as the public query has it."""
    origin, _, key = given.get("annotation", "").partition("|")
    least, most = given.get("least", "").strip(), given.get("most", "").strip()
    if not origin or not key or not (least or most) or given.get("annotationFilterList"):
        return
    bounds: dict[str, Any] = {"min": least or -LARGEST, "max": most or LARGEST}
    given["annotationFilterList"] = json.dumps([{"origin": origin, "key": key, **bounds}])


LARGEST = 1e300


def _window(viewer: Viewer, query: Query, name: str) -> str:
    """Turn a named window into dates; its name, for the form."""
    length = WINDOWS[name][1] if name in WINDOWS else None
    if length is not None:
        query["startDate"], query["endDate"] = timezone.now() - length, None
        return name
    if name == "all":
        query["startDate"] = query["endDate"] = None
        return name
    if query["startDate"] or query["endDate"]:
        return "custom"
    newest = _newest(viewer, query)
    week = WINDOWS["week"][1]
    assert week is not None
    if newest is None or newest > timezone.now() - week:
        query["startDate"] = timezone.now() - week
        return "week"
    query["startDate"] = newest - week
    return "custom"


def _newest(viewer: Viewer, query: Query) -> datetime | None:
    asked = scope(viewer, query["groupIDs"], query["filterIDs"])
    return LatestCandidate.objects.filter(filter_id__in=asked.filter_ids).aggregate(newest=Max("passed_at"))["newest"]


def choices(viewer: Viewer) -> dict[str, Any]:
    """What the bar above the list offers: groups, filters, and annotations to sort by. Two queries."""
    rows = list(Filter.objects.visible_to(viewer).select_related("group").order_by("group__name", "name"))
    versions = FilterVersion.objects.filter(filter__in=[row.pk for row in rows], active=True)
    said = {version.filter_id: sorted(version.annotations) for version in versions}
    return {
        "groups": list({row.group_id: row.group for row in rows}.values()),
        "filters": rows,
        "sorts": [*VETTING_SORTS.items()]
        + [
            (f"{origin_of(row.group.name, row.name)}|{key}|{way}", f"{row.name}: {key}, {words} first")
            for row in rows
            for key in said.get(row.pk, [])
            for way, words in (("desc", "largest"), ("asc", "smallest"))
        ],
    }
