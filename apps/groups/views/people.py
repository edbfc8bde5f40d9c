"""People: a small card for each, completing names, and being somebody else for a while."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest

from .. import actions, queries
from ..context import ACTING_FOR

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@login_required
def person(request: ViewerRequest, user_id: int) -> HttpResponse:
    """What everybody may know of somebody, and more for those who share a group."""
    viewer: Viewer = request.viewer
    found = queries.get_person(viewer, user_id)
    page = {
        "person": found,
        "open": user_id in queries.contacts_open_to(viewer, [user_id]),
        "shared": [
            m.group
            for m in found.known_memberships  # type: ignore[attr-defined]
            if not m.group.single_user_group
        ],
        "may_become": viewer.may("Become user") and user_id != viewer.user_id,
    }
    return render(request, "groups/person.html", page)


@login_required
def complete_people(request: ViewerRequest, group_id: int | None = None) -> JsonResponse:
    """Names for type-to-complete, ?q=…; with a group, of people who are not in it."""
    rows = queries.complete_names(
        request.viewer,
        request.GET.get("q", "").replace("\x00", "")[:100],
        not_in_group=group_id,
    )
    return JsonResponse({"results": [{"value": p.pk, "label": p.get_full_name(), "detail": p.username} for p in rows]})


@require_http_methods(["GET", "POST"])
def sign_out(request: ViewerRequest) -> HttpResponse:
    """Sign out by POST; an address typed or linked asks first, so that no page can sign anybody out."""
    if request.method == "POST" or not request.user.is_authenticated:
        logout(request)
        return redirect(settings.LOGOUT_REDIRECT_URL)
    return render(request, "groups/sign_out.html")


@login_required
@require_http_methods(["GET", "POST"])
def become_user(request: ViewerRequest, user_id: int) -> HttpResponse:
    """Act as somebody else. GET asks first: a link must not change who one is."""
    viewer: Viewer = request.viewer
    if not viewer.may("Become user"):
        raise NotAllowed("Insufficient permissions: this needs the permission 'Become user'.")
    if request.method == "GET":
        return render(request, "groups/become.html", {"person": queries.get_person(viewer, user_id)})
    origin = request.session.get(ACTING_FOR) or viewer.user_id
    target = actions.become(viewer, user_id)
    login(request, target, backend=BACKEND)
    if target.pk != origin:
        request.session[ACTING_FOR] = origin
    return redirect("groups")


@login_required
@require_POST
def return_to_self(request: ViewerRequest) -> HttpResponse:
    """Stop acting as somebody else."""
    origin = request.session.get(ACTING_FOR)
    if origin is None:
        return redirect("groups")
    person = get_user_model()._default_manager.filter(pk=origin, is_active=True).first()
    if person is None:
        logout(request)
        return redirect("login")
    login(request, person, backend=BACKEND)
    request.session.pop(ACTING_FOR, None)
    return redirect("groups")
