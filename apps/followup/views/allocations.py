"""Pages of telescope time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.groups.queries import groups_by_membership, members
from apps.sources.actions.checks import need
from apps.sources.queries.instruments import named
from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest

from ..access import MANAGE
from ..actions import allocations as actions
from ..forms import TYPE_NAMES, AllocationForm, lines_of
from ..queries import allocations as queries


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """Hours that the viewer's groups were given, by instrument."""
    rows = [_row(row) for row in queries.allocations(request.viewer)]
    context = {"rows": rows, "may_add": request.viewer.may(MANAGE)}
    return render(request, "followup/allocations.html", context)


def _row(row: Any) -> dict[str, Any]:
    return {
        "allocation": row, "valid": queries.is_valid(row), "types": [TYPE_NAMES[one] for one in row.types],
        "until": max((span["end_date"] for span in row.validity_ranges), default=""),
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def new(request: ViewerRequest) -> HttpResponse:
    need(request.viewer, MANAGE)
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("allocation", actions.add_allocation(request.viewer, form.body))
        except Refusal as refusal:
            form.add_error(None, refusal.message)
    return render(request, "followup/allocation_new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: ViewerRequest, allocation_id: int) -> HttpResponse:
    """What it is; who may change it finds it in a form."""
    row = queries.get_allocation(request.viewer, allocation_id, status=404)
    may_change = queries.may_change(request.viewer, row)
    form = _form(request, row) if may_change else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            actions.change_allocation(request.viewer, allocation_id, form.body if form else {})
            return redirect("allocation", allocation_id)
        except Refusal as refusal:
            if form is None:
                raise
            form.add_error(None, refusal.message)
    context = {
        **_row(row), "form": form, "settings": queries.open_settings(row), "has_settings": bool(row.settings),
        "drivers": [driver.label for driver in queries.drivers_of(row.instrument)],
    }  # fmt: skip
    return render(request, "followup/allocation.html", context, status=400 if form and form.errors else 200)


@login_required
@require_POST
def delete(request: ViewerRequest, allocation_id: int) -> HttpResponse:
    actions.delete_allocation(request.viewer, allocation_id)
    return redirect("allocations")


def _form(request: ViewerRequest, row: Any) -> AllocationForm:
    viewer = request.viewer
    mine = groups_by_membership(viewer)[0]
    people: list[tuple[int, str]] = []
    initial: dict[str, Any] = {"types": ["triggered"], "instrument_id": request.GET.get("instrument")}
    if row is not None:
        people = [(m.user_id, m.user.username) for m in members(viewer, row.group_id).select_related("user")]
        initial = {
            name: getattr(row, name)
            for name in ("proposal_id", "pi", "group_id", "instrument_id", "hours_allocated", "types",
                         "default_share_group_ids")
        } | {
            "validity_ranges": lines_of(row.validity_ranges),
            "allocation_admin_ids": [user.pk for user in row.admins.all()],
        }  # fmt: skip
    given = request.POST if request.method == "POST" else None
    return AllocationForm(mine, named(viewer), row, people, given, initial=initial)
