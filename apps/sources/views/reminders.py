"""The panel of reminders: what is due, what is to come, and asking for another."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import reminders as acting
from ..queries import reminders as reading
from ..queries import shown
from ..queries.objs import get_obj
from .remarks import done, fragment

FIELDS = ("text", "next_reminder", "number_of_reminders", "reminder_delay")


@login_required
@require_http_methods(["GET", "POST"])
def reminders(request: ViewerRequest, name: str) -> HttpResponse:
    if request.method == "GET":
        return _panel(request, name)
    asked: dict[str, Any] = {field: request.POST.get(field, "") for field in FIELDS}
    chosen = request.POST.getlist("group_ids")
    try:
        acting.set_reminders(request.viewer, name, asked | {"group_ids": chosen})
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        error = refusal.message if asked["text"].strip() else "Write what to be reminded of."
        return _panel(request, name, error=error, asked=asked, chosen=chosen)
    return done(request, name, _panel(request, name), "You will be reminded.")


def _panel(request: ViewerRequest, name: str, **more: Any) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    rows = reading.of(viewer, name)
    context = {
        "obj": obj,
        "reminders": [_dressed(viewer, row) for row in rows],
        "may_remind": viewer.may(acting.ACL),
        "groups": shown.my_groups(viewer),
        **more,
    }
    return fragment(request, "reminders", context)


def _dressed(viewer: Any, row: dict[str, Any]) -> dict[str, Any]:
    names = [group["nickname"] or group["name"] for group in row["groups"] if not group["single_user_group"]]
    concerned = viewer.sees_all or viewer.user_id in (row["author_id"], row["user_id"])
    return {
        **row,
        "is_mine": viewer.may(acting.ACL) and concerned,
        "to": ", ".join(names) or "one person",
        "is_late": row["due_at"] is not None,
    }


@login_required
@require_POST
def settle(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    """It is done: no longer due."""
    acting.settle(request.viewer, reminder_id, name)
    return done(request, name, _panel(request, name), "Done.")


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    acting.delete_reminder(request.viewer, reminder_id, name)
    return done(request, name, _panel(request, name), "Reminder deleted.")
