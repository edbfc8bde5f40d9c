"""Parts of the event page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.groups import queries as people
from apps.sources.queries.objs import get_obj
from apps.sources.queries.pages import my_groups
from skyportal.access.errors import NotVisible, Refusal
from skyportal.api.params import Query
from skyportal.astro.skymaps.credible import LEVELS
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import crossing, locating, vetting
from ..actions import localizations as actions
from ..queries import choices, event_pages, inside
from ..queries import localizations as maps
from ..queries.events import get_event, may_change

FORGET = "forget"


@login_required
@require_GET
def properties(request: ViewerRequest, dateobs: str) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    now, said = event_pages.properties(event)
    return render(request, "gcn/_properties.html", {"event": event, "now": now, "said": said})


@login_required
@require_GET
def notices(request: ViewerRequest, dateobs: str) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    return render(request, "gcn/_notices.html", {"event": event, "notices": event_pages.notices(event)})


@login_required
@require_GET
def localizations(request: ViewerRequest, dateobs: str) -> HttpResponse:
    return _maps(request, get_event(request.viewer, dateobs))


def _maps(request: ViewerRequest, event: Any) -> HttpResponse:
    viewer = request.viewer
    context = {
        "event": event,
        "maps": event_pages.localizations(event),
        "others": choices.maps_near(viewer, event),
        "may_add": may_change(viewer, event),
        "deletable": maps.deletable(viewer, event),
    }
    return render(request, "gcn/_localizations.html", context)


@login_required
@require_POST
def locate_again(request: ViewerRequest, dateobs: str, notice_id: int) -> HttpResponse:
    """Fetch a map that could not be had; the page hears of it by itself."""
    try:
        found = locating.again(request.viewer, dateobs, notice_id)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(HttpResponse(status=204), f"The sky map {found.name} is here.")


@login_required
@require_POST
def forget_map(request: ViewerRequest, localization_id: int) -> HttpResponse:
    found = maps.get_localization(request.viewer, localization_id)
    try:
        actions.delete_localization(request.viewer, found)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(HttpResponse(status=204), f"Deleted the sky map {found.name}.")


@login_required
@require_POST
def cross(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """The product of two sky maps, kept with the event of the first."""
    chosen = [int(value) for value in request.POST.getlist("map") if value.isdecimal() and len(value) < 10]
    if len(chosen) != 2:
        return with_toast(
            HttpResponse(status=204),
            "Choose two sky maps: two that are ticked, or one and that of another event.",
            level="warning",
        )
    try:
        kept = crossing.keep_product(request.viewer, *chosen)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(_maps(request, kept.event), f"{kept.name}: overlap {kept.overlap:.3g}.")


@login_required
@require_GET
def objs(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """Objs in one of the event's maps, and what is held of them."""
    context = _found(request, get_event(request.viewer, dateobs))
    return render(request, "gcn/_objs_inside.html" if "inside" in request.GET else "gcn/_objs.html", context)


def _found(request: ViewerRequest, event: Any) -> dict[str, Any]:
    viewer = request.viewer
    asked, wrong = Query.of_page(request.GET, inside.PARAMS)
    context = {"event": event, "asked": asked, "wrong": wrong, "groups": my_groups(viewer), "default_sort": "rank"}
    context |= {
        "levels": [f"{level:g}" for level in LEVELS],
        "statuses": vetting.STATUSES,
        "may_judge": viewer.may("Upload data"),
    }
    context["maps"] = list(maps.localizations(viewer).filter(event=event))
    try:
        where = chosen_map(request, event, asked["map"])
        look = inside.alerts_in if asked["show"] == "alerts" else inside.objs_in
        context |= {"where": where, "found": look(viewer, event, where, asked) if where else None}
        _open_to(context)
    except Refusal as refusal:
        context["refusal"] = refusal.message
    start, end = inside.window(event, asked)
    return context | {"after": start, "before": end}


def _open_to(context: dict[str, Any]) -> None:
    """For whom of the viewer's groups an obj may still be judged: what one holds already is changed where it stands."""
    choices = [(people.sitewide_group_id(), "everybody"), *((group.pk, group.name) for group in context["groups"])]
    for row in context["found"].rows if context["found"] else ():
        held = {one["group_id"] for one in row.get("judged", ())}
        row["open_to"] = [choice for choice in choices if choice[0] not in held]


def chosen_map(request: ViewerRequest, event: Any, localization_id: int | None) -> Any:
    if localization_id is None:
        return maps.newest(event)
    found = maps.get_localization(request.viewer, localization_id)
    if found.event_id != event.pk:
        raise NotVisible("Localization not found", status=404)
    return found


@login_required
@require_POST
def judge(request: ViewerRequest, dateobs: str, name: str) -> HttpResponse:
    """What a group holds of an obj as the event's counterpart, or with the deed ``forget`` that it holds nothing."""
    viewer = request.viewer
    event, obj = get_event(viewer, dateobs), get_obj(viewer, name)
    given = request.POST if "status" in request.POST else request.GET  # an undo has it in its address
    group, status = given.get("group", ""), given.get("status", "")
    group_id = int(group) if group.isdecimal() and len(group) < 10 else None
    try:
        undo = _judge(viewer, event, obj, group_id, given)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    if not getattr(request, "htmx", False):
        return redirect("event", event.address)
    answer = render(request, "gcn/_objs_inside.html", _found(request, event))
    words = f"{obj.name}: {status}." if status != FORGET else f"{obj.name}: taken back."
    if undo is None:
        return with_toast(answer, words)
    return with_toast(answer, words, undo_url=reverse("event-judge", args=[event.address, obj.name], query=undo))


def _judge(viewer: Any, event: Any, obj: Any, group_id: int | None, given: Any) -> dict[str, Any] | None:
    """Do it; and what undoes it, where that fits into an address: explanation and notes stay, or are gone."""
    status = given.get("status", "")
    if status == FORGET:
        vetting.forget(viewer, event, obj, group_id)
        return None
    if given.get("undo"):
        vetting.judge_again(viewer, event, obj, {"status": status, "group_id": group_id})
        return None
    before = vetting.held_by(event, obj, group_id)
    row = vetting.judge(
        viewer, event, obj, status, explanation=given.get("explanation"), notes=given.get("notes"), group_id=group_id
    )
    return {"status": before or FORGET, "group": row.group_id, **({"undo": 1} if before else {})}
