"""The panel of reminders: what is due, what is to come, and asking for another.

Sources have theirs here; an app above hangs doors before the same functions (`doors`).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import reminders as acting
from ..queries import reminders as reading
from ..queries import shown
from .remarks import fragment
from .talk import OF_SOURCES, Talk

FIELDS = ("text", "next_reminder", "number_of_reminders", "reminder_delay")


def panel(request: ViewerRequest, talk: Talk, argument: str) -> HttpResponse:
    """What one is reminded of, and asking to be reminded."""
    row = talk.find(request.viewer, argument)
    if request.method == "GET":
        return _listed(request, talk, row)
    asked: dict[str, Any] = {field: request.POST.get(field, "") for field in FIELDS}
    chosen = request.POST.getlist("group_ids")
    try:
        acting.set_reminders(request.viewer, talk.key(row), asked | {"group_ids": chosen}, on=talk.on)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        error = refusal.message if asked["text"].strip() else "Write what to be reminded of."
        return _listed(request, talk, row, error=error, asked=asked, chosen=chosen)
    return _done(request, talk, row, "You will be reminded.")


def _listed(request: ViewerRequest, talk: Talk, row: Any, **more: Any) -> HttpResponse:
    viewer = request.viewer
    rows = reading.of(viewer, talk.key(row), on=talk.on)
    context = {
        "talk": talk,
        "topic": talk.topic(row),
        "address": talk.address(row, "reminders"),
        "reminders": [_with_doors(talk, row, _dressed(viewer, one)) for one in rows],
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


def _with_doors(talk: Talk, row: Any, reminder: dict[str, Any]) -> dict[str, Any]:
    doors = {name: talk.address(row, f"reminder-{name}", reminder["id"]) for name in ("done", "delete")}
    return reminder | {"done_url": doors["done"], "delete_url": doors["delete"]}


def _done(request: ViewerRequest, talk: Talk, row: Any, message: str) -> HttpResponse:
    if not request.htmx:
        return redirect(talk.doors, talk.argument(row))
    return with_toast(_listed(request, talk, row), message)


def settled(request: ViewerRequest, talk: Talk, argument: str, reminder_id: int) -> HttpResponse:
    """It is done: no longer due."""
    row = talk.find(request.viewer, argument)
    acting.settle(request.viewer, reminder_id, talk.key(row), on=talk.on)
    return _done(request, talk, row, "Done.")


def deleted(request: ViewerRequest, talk: Talk, argument: str, reminder_id: int) -> HttpResponse:
    row = talk.find(request.viewer, argument)
    acting.delete_reminder(request.viewer, reminder_id, talk.key(row), on=talk.on)
    return _done(request, talk, row, "Reminder deleted.")


@login_required
@require_http_methods(["GET", "POST"])
def reminders(request: ViewerRequest, name: str) -> HttpResponse:
    return panel(request, OF_SOURCES, name)


@login_required
@require_POST
def settle(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    return settled(request, OF_SOURCES, name, reminder_id)


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, reminder_id: int) -> HttpResponse:
    return deleted(request, OF_SOURCES, name, reminder_id)
