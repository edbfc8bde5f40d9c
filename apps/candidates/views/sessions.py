"""Shared scans: starting one, joining, who has what, and the hand-over summary."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.api.params import key
from skyportal.web.requests import ViewerRequest

from ..actions import sessions as actions
from ..queries import asked
from ..queries import sessions as queries

DEEDS = {"join": actions.join, "leave": actions.leave, "end": actions.end}


@login_required
@require_http_methods(["GET", "POST"])
def index(request: ViewerRequest) -> HttpResponse:
    """Shared scans of my groups; by POST a new one, of what the scanning page's address finds."""
    wrong = ""
    if request.method == "POST":
        try:
            session = _start(request)
        except Refusal as refusal:
            wrong = refusal.message
        else:
            return redirect("scan-session", session.pk)
    context = {
        "rows": queries.sessions(request.viewer),
        "groups": asked.choices(request.viewer)["groups"],
        "address": request.POST.get("query", "") if wrong else request.GET.urlencode(),
        "wrong": wrong,
    }
    return render(request, "candidates/sessions.html", context, status=400 if wrong else 200)


def _start(request: ViewerRequest) -> Any:
    address = request.POST.get("query", "")[:4000]
    try:
        group = key(request.POST.get("group", ""))
    except ValueError:
        raise Invalid("Choose a group to scan with.") from None
    question = asked.read(request.viewer, QueryDict(address))
    if question.wrong:
        raise Invalid("; ".join(f"{name}: {wrong}" for name, wrong in question.wrong.items()))
    return actions.start(request.viewer, group, question.query, address)


def _state(request: ViewerRequest, session_id: int) -> dict[str, Any]:
    session = queries.get_session(request.viewer, session_id)
    part = urlencode({"window": "all", "groupIDs": session.group_id, "scanSession": session.pk, "rejected": "show"})
    return {**queries.state(request.viewer, session), "scan_url": f"{reverse('scan')}?{part}"}


@login_required
@require_GET
def page(request: ViewerRequest, session_id: int) -> HttpResponse:
    """One shared scan; after its end the hand-over summary. `?format=text` is a text to paste."""
    state = _state(request, session_id)
    if request.GET.get("format") == "text":
        answer = render(request, "candidates/session.txt", state, content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="hand-over-{session_id}.txt"'
        return answer
    return render(request, "candidates/session.html", state)


@login_required
@require_GET
def state(request: ViewerRequest, session_id: int) -> HttpResponse:
    """The inside of the page, fetched again whenever somebody did something."""
    return render(request, "candidates/_session.html", _state(request, session_id))


@login_required
@require_POST
def act(request: ViewerRequest, session_id: int, deed: str) -> HttpResponse:
    """Join, leave, end."""
    queries.get_session(request.viewer, session_id)
    if deed not in DEEDS:
        return HttpResponse(status=404)
    try:
        DEEDS[deed](request.viewer, session_id)
    except Invalid as refusal:
        messages.error(request, refusal.message)
    return redirect("scan-session", session_id)
