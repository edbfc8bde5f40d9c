"""The streams of a group."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from skyportal.access.errors import Refusal

from .. import actions


@login_required
@require_POST
def add_stream(request: HttpRequest, group_id: int) -> HttpResponse:
    chosen = request.POST.get("stream", "")
    if not chosen.isdecimal() or len(chosen) > 9:
        messages.error(request, "Choose a stream to add first.")
        return redirect("group", group_id)
    try:
        actions.add_stream(request.viewer, group_id, int(chosen))  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The group reads this stream now.")
    return redirect("group", group_id)


@login_required
@require_POST
def remove_stream(request: HttpRequest, group_id: int, stream_id: int) -> HttpResponse:
    try:
        actions.remove_stream(request.viewer, group_id, stream_id)  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The group reads this stream no more.")
    return redirect("group", group_id)
