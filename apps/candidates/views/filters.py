"""Filter pages: what a group's filters ask, and changing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import filters as actions
from ..queries import backtests, conditions
from ..queries import filters as queries
from ..queries.starters import BY_KEY, starters
from . import automation

NIGHTS = 14


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """The viewer's filters, group by group, with what passed them lately."""
    viewer = request.viewer
    found = list(queries.filters(viewer))
    ids = [row.pk for row in found]
    versions, nights = queries.active_versions(ids), queries.passed_by_night(ids, 7)
    rows = [
        {"filter": row, "version": versions.get(row.pk), "passed": sum(nights.get(row.pk, {}).values())}
        for row in found
    ]
    return render(request, "candidates/filters.html", {"rows": rows, "homes": queries.homes(viewer)})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: ViewerRequest) -> HttpResponse:
    """A new filter: name, group and stream; what it asks is written on its own page."""
    viewer = request.viewer
    homes, problem = queries.homes(viewer), ""
    if request.method == "POST":
        group, _, stream = request.POST.get("home", "").partition(":")
        try:
            if not (group.isdecimal() and stream.isdecimal()):
                raise Invalid("Choose the group and stream of the filter.")
            fields = {"name": request.POST.get("name", ""), "group_id": int(group), "stream_id": int(stream)}
            made = actions.create_filter(viewer, fields)
            key = request.POST.get("start", "")
            return redirect(reverse("filter", args=[made.pk]) + (f"?start={key}" if key in BY_KEY else ""))
        except Refusal as refusal:
            problem = refusal.message
    start = BY_KEY.get(request.POST.get("start") or request.GET.get("start", ""))
    name = request.POST.get("name") or (start.name if start else "")
    context = {"homes": homes, "problem": problem, "given": request.POST, "name": name, "start": start}
    return render(request, "candidates/filter_new.html", context, status=400 if problem else 200)


@login_required
@require_GET
def page(request: ViewerRequest, filter_id: int) -> HttpResponse:
    return filter_page(request, filter_id)


def filter_page(
    request: ViewerRequest,
    filter_id: int,
    *,
    draft: dict[str, Any] | None = None,
    problem: str = "",
    untried: str = "",
    unautomated: str = "",
) -> HttpResponse:
    viewer = request.viewer
    found = queries.get_filter(viewer, filter_id, status=404)
    versions = queries.versions(found.pk)
    active = next((version for version in versions if version.active), None)
    may_edit = queries.may_edit(viewer, found.group_id)
    if may_edit:
        conditions.get_ready()
    context = {
        "filter": found,
        "versions": versions,
        "active": active,
        "draft": draft or draft_of(request.GET.get("start", "")) or _draft_of(active),
        "problem": problem,
        "may_edit": may_edit,
        "nights": _nights(queries.passed_by_night([found.pk], NIGHTS).get(found.pk, {})),
        "fields": conditions.fields(found.stream),
        "tests": backtests.newest(viewer, found.pk),
        "untried": untried,
        "unautomated": unautomated,
        "span": _span(),
        "starters": starters(survey if isinstance(survey := (found.stream.altdata or {}).get("survey"), str) else ""),
        **automation.context(viewer, found),
    }
    return render(request, "candidates/filter.html", context, status=400 if problem or untried or unautomated else 200)


def _span() -> dict[str, Any]:
    """The nights that a back-test offers first."""
    today = timezone.now().date()
    return {"first": today - timedelta(days=NIGHTS), "last": today}


def draft_of(key: str) -> dict[str, Any] | None:
    """A starting filter as a draft."""
    one = BY_KEY.get(key)
    return {"condition": one.condition, "annotations": [*one.annotations.items(), ("", "")]} if one else None


def _draft_of(version: Any) -> dict[str, Any]:
    annotations = list(version.annotations.items()) if version else []
    return {"condition": version.condition if version else "", "annotations": [*annotations, ("", ""), ("", "")]}


def _nights(counts: dict[Any, int]) -> list[dict[str, Any]]:
    """The last nights, also those in which nothing passed."""
    today = (timezone.now() - queries.NIGHT).date()
    days = [today - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]
    return [{"night": day, "count": counts.get(day, 0)} for day in days]


def written(request: ViewerRequest) -> dict[str, Any]:
    """The condition and annotations as they stand in the form; rows without a name or expression are left out."""
    pairs = zip(request.POST.getlist("name"), request.POST.getlist("expression"), strict=False)
    annotations = [(name.strip(), text.strip()) for name, text in pairs if name.strip() or text.strip()]
    return {"condition": request.POST.get("condition", ""), "annotations": annotations}


@login_required
@require_POST
def check(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """What is wrong with what is being typed, if anything."""
    viewer = request.viewer
    found = queries.get_filter(viewer, filter_id, status=404)
    given = written(request)
    context: dict[str, Any] = {}
    if given["condition"].strip():
        try:
            condition, annotations = conditions.checked(found.stream_id, given["condition"], dict(given["annotations"]))
            context["good"] = {"condition": condition, "annotations": annotations}
        except Invalid as refusal:
            context["problem"] = refusal.message.removeprefix("Invalid condition: ")
    return render(request, "candidates/_filter_check.html", context)


@login_required
@require_POST
def version(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """Save what is written as a new version, active at once."""
    given = written(request)
    try:
        actions.add_version(
            request.viewer,
            filter_id,
            given["condition"],
            dict(given["annotations"]),
            request.POST.get("note", "")[:2000],
        )
    except Invalid as refusal:
        return filter_page(request, filter_id, draft=given, problem=refusal.message)
    return redirect("filter", filter_id)


@login_required
@require_POST
def activate(request: ViewerRequest, filter_id: int, number: int) -> HttpResponse:
    actions.activate_version(request.viewer, filter_id, number)
    return redirect("filter", filter_id)


@login_required
@require_POST
def switch(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """Let alerts pass, or not."""
    on = request.POST.get("on") == "1"
    actions.switch_filter(request.viewer, filter_id, on)
    if not getattr(request, "htmx", False):
        return redirect("filter", filter_id)
    return with_toast(HttpResponse(status=204), "Alerts pass again." if on else "Switched off: no alert passes.")
