"""The scanning query as a whole: what was asked, answered a page at a time."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache
from django.db.models import F, QuerySet

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.envelope import dumps
from skyportal.api.paging import Page
from skyportal.api.params import Param, keys, moment, text

from ..models import Candidate, LatestCandidate
from ..slots import Asker, candidate_filters
from .narrowing import narrowed
from .parameters import one_of
from .scanning import FAR, Found, Scope, by_annotation, count, newest_first, newest_uncounted, passings, scope, within
from .vetting import by_score

WINDOW = [
    Param("startDate", moment, None, "Passed at this time or later."),
    Param("endDate", moment, None, "Passed at this time or earlier."),
    Param("groupIDs", keys, None, "Groups whose filters are scanned; default: all of yours."),
    Param("filterIDs", keys, None, "Filters that are scanned; default: all of the groups."),
]
SORT = [
    Param("sortByAnnotationOrigin", text, None, "Sort by what this origin says."),
    Param("sortByAnnotationKey", text, None, "The annotation's key to sort by."),
    Param("sortByAnnotationOrder", one_of("asc", "desc"), "asc", "asc or desc; objs without it come last."),
    Param("sortByVetting", one_of("asc", "desc"), None, "Sort by vetting score; objs without one come last."),
]

_LATER = "cannot be asked here; leave it out."
UNANSWERED = {
    "localizationDateobs": "needs gravitational-wave events, which this server does not hold; leave it out.",
    "localizationName": "needs gravitational-wave events, which this server does not hold; leave it out.",
    "photometryAnnotationsFilter": _LATER,
    "photometryAnnotationsFilterOrigin": _LATER,
    "photometryAnnotationsFilterAfter": _LATER,
    "photometryAnnotationsFilterBefore": _LATER,
    "photometryAnnotationsFilterMinCount": _LATER,
    "autosaveGroupIds": "a question saves nothing here; switch on the filter's autosave, or POST to /api/sources.",
    "autosave": "a question saves nothing here; switch on the filter's autosave, or POST to /api/sources.",
}
"""Parameters of the public API that would change the answer and that nothing here answers yet."""


def params() -> list[Param]:
    """All parameters that narrow, sort or are refused, those of upper floors included."""
    known = [candidate_filter.param for candidate_filter in candidate_filters]
    names = {param.name for param in known}
    refused = [Param(name, text, None, "Not answered here.") for name in UNANSWERED if name not in names]
    return [*WINDOW, *SORT, *known, *refused]


def search(viewer: Viewer, query: dict[str, Any], page: Page, *, counted: bool = True) -> tuple[Found, Scope]:
    """One page of the objs that passed, with what was scanned. Not ``counted``, the total may be left open (-1)."""
    for name, why in UNANSWERED.items():
        if name not in dict(candidate_filters.items()) and query.get(name) not in (None, "", "false"):
            raise Invalid(f"{name}: {why}")
    asked = scope(viewer, query["groupIDs"], query["filterIDs"])
    rows = passings(asked, query["startDate"], query["endDate"])
    rows = narrowed(rows, Asker(viewer, asked, query))
    origin, key = query["sortByAnnotationOrigin"], query["sortByAnnotationKey"]
    if bool(origin) != bool(key):
        raise Invalid("sortByAnnotationOrigin and sortByAnnotationKey go together.")
    if origin:
        down = query["sortByAnnotationOrder"] == "desc"
        return by_annotation(rows, viewer, origin, key, page, descending=down), asked
    if way := query["sortByVetting"]:
        return by_score(rows, asked, page, descending=way == "desc"), asked
    if not counted and (found := newest_uncounted(rows, page)) is not None:
        return found, asked
    return newest_first(rows, page, ever=_is_ever(query)), asked


def total(viewer: Viewer, query: dict[str, Any]) -> int:
    """How many objs there are on all pages."""
    asked = scope(viewer, query["groupIDs"], query["filterIDs"])
    rows = passings(asked, query["startDate"], query["endDate"])
    return count(narrowed(rows, Asker(viewer, asked, query)), ever=_is_ever(query))


def _is_ever(query: dict[str, Any]) -> bool:
    return query["startDate"] is None and query["endDate"] is None


def query_id(viewer: Viewer, query: dict[str, Any]) -> str:
    """A name for this question of this viewer, the same on each of its pages."""
    asked = {
        name: value for name, value in sorted(query.items()) if name not in ("pageNumber", "numPerPage", "queryID")
    }
    return hashlib.sha256(dumps([viewer.user_id, sorted(viewer.group_ids), asked])).hexdigest()


KEPT_SECONDS = 3600


def paged(viewer: Viewer, query: dict[str, Any], page: Page) -> tuple[Found, Scope, str]:
    """A page of the objs that passed, out of the list that the question's first page left behind, and its name.

    So nobody misses what moves while they turn pages. The newest `FAR` objs are kept, for an hour; pages beyond them
    are asked anew.
    """
    name = query_id(viewer, query)
    address = f"candidates:{name}"
    kept = cache.get(address) if query["queryID"] == name else None
    if kept is None:
        if page.stop > FAR:
            return *search(viewer, query, page), name
        kept, asked = search(viewer, query, Page(1, FAR))
        cache.set(address, kept, KEPT_SECONDS)
    elif page.stop > len(kept.objs) < kept.total:
        return *search(viewer, query, page), name
    else:
        asked = scope(viewer, query["groupIDs"], query["filterIDs"])
    within(kept.total, page)
    return Found(kept.objs[page.start : page.stop], kept.total), asked, name


def raw_rows(viewer: Viewer, query: dict[str, Any], page: Page) -> tuple[list[dict[str, Any]], int]:
    """Candidate rows themselves, oldest first, and how many there are."""
    asked = scope(viewer, query["groupIDs"], query["filterIDs"])
    rows: QuerySet[Any, Any] = Candidate.objects.filter(filter_id__in=asked.filter_ids)
    if query["startDate"]:
        rows = rows.filter(passed_at__gte=query["startDate"])
    if query["endDate"]:
        rows = rows.filter(passed_at__lte=query["endDate"])
    rows = narrowed(rows, Asker(viewer, asked, query))
    total = rows.count()
    if page.start >= total and page.number > 1:
        raise Invalid("Page number out of range.")
    shown = (
        rows.order_by("passed_at", "pk")
        .annotate(obj_name=F("obj__name"))
        .values("id", "obj_name", "filter_id", "passed_at", "passing_alert_id", "uploader_id", "created_at")[
            page.start : page.stop
        ]
    )
    return [_shown_row(dict(row)) for row in shown], total


def _shown_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"obj_id": row.pop("obj_name"), "modified": row["created_at"], **row}


def candidate_of(viewer: Viewer, name: str, *, status: int = 400) -> tuple[int, Any]:
    """The obj of this name, if it passed a filter of the viewer, and when it passed last."""
    newest = (
        LatestCandidate.objects.visible_to(viewer)
        .filter(obj__name=name)
        .order_by("-passed_at")
        .values_list("obj_id", "passed_at")
        .first()
    )
    if newest is None:
        raise NotVisible(f"Cannot find candidate with ID {name}.", status=status)
    return newest


def names_like(viewer: Viewer, part: str, most: int = 10) -> list[str]:
    """Names of candidates that hold this text, for completing what is typed."""
    rows = LatestCandidate.objects.visible_to(viewer).filter(obj__name__icontains=part)
    return list(rows.order_by("obj__name").values_list("obj__name", flat=True).distinct()[:most])
