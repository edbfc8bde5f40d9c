"""Scanning profiles: the menu, keeping one, and the one that opens the page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.sources.queries.pages import my_groups
from apps.sources.views.keeping import forgotten, what_to_keep
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import profiles as actions
from ..queries import profiles as queries


@login_required
@require_GET
def menu(request: ViewerRequest) -> HttpResponse:
    """The inside of the menu, fetched when it is opened first: the scanning page itself pays nothing for it."""
    context = {
        "profiles": queries.profiles(request.viewer),
        "chosen": queries.default_id(getattr(request.user, "preferences", None)),
        "groups": my_groups(request.viewer),
        "query": request.GET.urlencode(),
    }
    return render(request, "candidates/_profiles.html", context)


@login_required
@require_POST
def keep(request: ViewerRequest) -> HttpResponse:
    given = request.POST or request.GET
    profile = actions.keep(request.viewer, *what_to_keep(given))
    if given.get("default"):
        actions.choose(request.viewer, profile.pk)
    if request.htmx:  # an undo
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    messages.success(request, f"The profile is kept as {profile.name}.")
    return redirect(f"{reverse('scan')}?{profile.query}")


@login_required
@require_POST
def forget(request: ViewerRequest, profile_id: int) -> HttpResponse:
    return forgotten(actions.forget(request.viewer, profile_id), "scan-profile-keep")


@login_required
@require_POST
def choose(request: ViewerRequest, profile_id: int) -> HttpResponse:
    """Make it the one that opens the page; 0: none."""
    name = actions.choose(request.viewer, profile_id or None)
    message = f"Candidates open with {name}." if name else "Candidates open with the newest."
    return with_toast(HttpResponse(status=204), message)
