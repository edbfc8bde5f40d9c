"""My account: who I am, what I may do, my tokens and password."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from skyportal.access.errors import Refusal
from skyportal.access.viewer import Viewer
from skyportal.web.requests import ViewerRequest

from .. import actions, queries
from ..forms import ChangePassword, ProfileForm, TokenForm


def _page(request: ViewerRequest, *, status: int = 200, **shown: object) -> HttpResponse:
    viewer: Viewer = request.viewer
    person = queries.get_person(viewer, viewer.user_id or 0)
    held_by_roles = {acl.pk for role in person.roles.all() for acl in role.acls.all()}
    page = {
        "person": person,
        "form": ProfileForm.of(person),
        "password_form": ChangePassword(request.user),
        "token_form": TokenForm(viewer=viewer),
        "tokens": list(queries.tokens_of(viewer, person.pk).order_by("created_at")),
        "permissions": sorted(held_by_roles.union(acl.pk for acl in person.acls.all())),
        **shown,
    }
    page["may_make_token"] = viewer.sees_all or not page["tokens"]
    response = render(request, "groups/profile.html", page, status=status)
    response["Cache-Control"] = "no-store"
    return response


@login_required
def profile(request: ViewerRequest) -> HttpResponse:
    """Shows the account, and takes changes of names and contacts."""
    if request.method != "POST":
        return _page(request, **_told(request))
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=400)
    try:
        actions.change_profile(request.viewer, form.cleaned_data)
    except (Refusal, ValidationError) as problem:
        form.add_error(None if isinstance(problem, ValidationError) else "contact_phone", "; ".join(_words(problem)))
        return _page(request, form=form, status=400)
    messages.success(request, "Your profile is changed.")
    return redirect("profile")


def _words(problem: Refusal | ValidationError) -> list[str]:
    return problem.messages if isinstance(problem, ValidationError) else [problem.message]


@login_required
@require_POST
@sensitive_post_parameters()
def change_password(request: ViewerRequest) -> HttpResponse:
    form = ChangePassword(request.user, request.POST)
    if not form.is_valid():
        return _page(request, password_form=form, status=400)
    person = form.save()
    update_session_auth_hash(request, person)
    messages.success(request, "Your password is changed; other browsers are signed out.")
    return redirect("profile")


@login_required
@require_POST
def make_token(request: ViewerRequest) -> HttpResponse:
    """The secret is shown by the page that this leads to, once."""
    viewer: Viewer = request.viewer
    form = TokenForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return _page(request, token_form=form, status=400)
    try:
        token, secret = actions.issue_token(viewer, form.cleaned_data["name"], form.cleaned_data["acls"])
    except Refusal as refusal:
        form.add_error("name", refusal.message)
        return _page(request, token_form=form, status=400)
    _tell(request, token.name, secret)
    return redirect("profile")


UNREAD_SECONDS = 300


def _tell(request: ViewerRequest, name: str, secret: str) -> None:
    """Leave a secret for the next page of this session: in memory, and not for long, as no table may hold it."""
    request.session["new_token"] = handle = secrets.token_urlsafe(16)
    cache.set(f"new-token:{handle}", {"token_name": name, "secret": secret}, UNREAD_SECONDS)


def _told(request: ViewerRequest) -> dict[str, Any]:
    """What was left, taken away as it is read."""
    handle = request.session.pop("new_token", None)
    left = cache.get(f"new-token:{handle}") if handle else None
    if handle is None or left is None:
        return {}
    cache.delete(f"new-token:{handle}")
    return left


@login_required
@require_POST
def rename_token(request: ViewerRequest, token_id: UUID) -> HttpResponse:
    try:
        actions.change_token(request.viewer, str(token_id), name=request.POST.get("name", "")[:200])
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The token is renamed.")
    return redirect("profile")


@login_required
@require_POST
def revoke_token(request: ViewerRequest, token_id: UUID) -> HttpResponse:
    actions.revoke_token(request.viewer, str(token_id))
    messages.success(request, "The token is revoked; whatever used it is locked out.")
    return redirect("profile")
