"""The streams of a group."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from skyportal.access.errors import Invalid
from skyportal.web.requests import ViewerRequest

from .. import actions


@login_required
@require_POST
def add_stream(request: ViewerRequest, group_id: int) -> HttpResponse:
    chosen = request.POST.get("stream", "")
    if not chosen.isdecimal() or len(chosen) > 9:
        raise Invalid("Choose a stream to add first.")
    actions.add_stream(request.viewer, group_id, int(chosen))
    messages.success(request, "The group reads this stream now.")
    return redirect("group", group_id)


@login_required
@require_POST
def remove_stream(request: ViewerRequest, group_id: int, stream_id: int) -> HttpResponse:
    actions.remove_stream(request.viewer, group_id, stream_id)
    messages.success(request, "The group reads this stream no more.")
    return redirect("group", group_id)
