"""Pages of groups."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest

from .. import actions, queries
from ..forms import GroupForm
from ..slots import group_facts, group_includes


@login_required
def groups(request: ViewerRequest) -> HttpResponse:
    """My groups, others I may ask to join, and a form for a new one."""
    viewer: Viewer = request.viewer
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fields = {name: value for name, value in form.cleaned_data.items() if name != "name"}
            made = actions.create_group(viewer, form.cleaned_data["name"], **fields)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"{made.name} is there, and you are its admin. Add its people below.")
            return redirect("group", made.pk)
    mine, others = queries.groups_by_membership(viewer)
    counts = queries.member_counts(viewer, [g.pk for g in mine])
    for group in mine:
        group.size = counts.get(group.pk, 0)  # type: ignore[attr-defined]
    page = {"mine": mine, "others": others, "form": form, "asked": request.method == "POST"}
    return render(request, "groups/groups.html", page, status=400 if form.is_bound else 200)


@login_required
def group(request: ViewerRequest, group_id: int) -> HttpResponse:
    """One group: its people, streams and filters."""
    viewer: Viewer = request.viewer
    found = queries.get_group(viewer, group_id)
    inside = found.pk in viewer.group_ids or viewer.sees_all
    page = {
        **members_of(viewer, group_id),
        "form": GroupForm(initial={name: getattr(found, name) for name in GroupForm.base_fields}),
        "inside": inside,
        "other_streams": list(queries.streams(viewer).exclude(groups=found)) if inside else [],
        "filters": _filters(viewer, group_id) if inside else [],
        "facts": _facts(viewer, group_id) if inside else [],
        "admins": [] if inside else queries.admins_of(viewer, group_id),
    }
    return render(request, "groups/group.html", page)


def members_of(viewer: Viewer, group_id: int) -> dict:
    """What the list of members shows, alone or in the page."""
    found = queries.get_group(viewer, group_id)
    rows = list(queries.members(viewer, group_id))
    mine = next((row for row in rows if row.user_id == viewer.user_id), None)
    contacts = queries.contacts_open_to(viewer, (row.user_id for row in rows)) if not found.sitewide else set()
    for row in rows:
        shown = row.user.contact_email if row.user_id in contacts else None
        row.contact = shown  # type: ignore[attr-defined]
    return {
        "streams": list(queries.streams(viewer).filter(groups=found)),
        "group": found,
        "members": rows,
        "mine": mine,
        "may_manage": bool(viewer.sees_all or (mine and mine.admin)) and not found.single_user_group,
    }


def _filters(viewer: Viewer, group_id: int) -> list[dict]:
    """Filters as the floor above lists them, each with its page where there is one."""
    include = group_includes.get("filters")
    rows = list(include(viewer, group_id)) if include else []
    return [{**row, "url": _address("filter", row["id"])} for row in rows]


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _facts(viewer: Viewer, group_id: int) -> list[dict]:
    return [
        {"label": fact.label, "value": fact.value(viewer, group_id), "url": fact.url(group_id) if fact.url else ""}
        for fact in group_facts
    ]


@login_required
@require_POST
def edit_group(request: ViewerRequest, group_id: int) -> HttpResponse:
    form = GroupForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            "Not changed. " + " ".join(f"{name}: {' '.join(map(str, said))}" for name, said in form.errors.items())
        )
    changed = actions.change_group(request.viewer, group_id, form.cleaned_data)
    messages.success(request, f"{changed.name} is changed.")
    return redirect("group", group_id)


@login_required
@require_POST
def delete_group(request: ViewerRequest, group_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    name = queries.get_group(viewer, group_id).name
    actions.delete_group(viewer, group_id)
    messages.success(request, f"{name} is deleted.")
    return redirect("groups")


@login_required
@require_POST
def leave_group(request: ViewerRequest, group_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    name = queries.get_group(viewer, group_id).name
    actions.remove_member(viewer, group_id, viewer.user_id or 0)
    messages.success(request, f"You left {name}.")
    return redirect("groups")
