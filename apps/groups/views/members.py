"""The list of a group's members: a fragment that changes in place."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from .. import actions, queries
from ..forms import AddMember
from .groups import members_of

FLAGS = {"admin": "administers", "can_save": "saves", "can_share_photometry": "shares photometry"}
TICKET = "groups.restore-member"
TICKET_LASTS = 3600


@login_required
def members(request: ViewerRequest, group_id: int) -> HttpResponse:
    return render(request, "groups/_members.html", members_of(request.viewer, group_id))


def _answer(request: ViewerRequest, group_id: int, message: str, *, level: str = "success", undo: str = "",
            oob: bool = False) -> HttpResponse:  # fmt: skip
    """The list again with a word of what happened; without htmx, the page."""
    if not request.htmx:
        messages.add_message(request, messages.SUCCESS if level == "success" else messages.ERROR, message)
        return redirect("group", group_id)
    page = {**members_of(request.viewer, group_id), "oob": oob}
    return with_toast(render(request, "groups/_members.html", page), message, level=level, undo_url=undo)


def _refused(request: ViewerRequest, group_id: int, refusal: Refusal) -> HttpResponse:
    """With htmx, the list as it is, so that a switch goes back to what is true; without, the refusal's own page."""
    if not request.htmx:
        raise refusal
    return _answer(request, group_id, refusal.message, level="error")


@login_required
@require_POST
def add_member(request: ViewerRequest, group_id: int) -> HttpResponse:
    form = AddMember(request.POST)
    if not form.is_valid():
        return _refused(request, group_id, Invalid("Choose a person to add first."))
    person = form.cleaned_data["user"]
    try:
        new = actions.add_members(request.viewer, group_id, [person], admin=form.cleaned_data["admin"])
    except Refusal as refusal:
        return _refused(request, group_id, refusal)
    name = queries.get_person(request.viewer, person).get_full_name()
    return _answer(request, group_id, f"{name} joined." if new else f"{name} is a member already.")


@login_required
@require_POST
def change_member(request: ViewerRequest, group_id: int, user_id: int) -> HttpResponse:
    """The switches of a row, all of which come with every change of one."""
    try:
        row = actions.change_member(
            request.viewer,
            group_id,
            user_id,
            **{flag: flag in request.POST for flag in FLAGS},
        )
    except Refusal as refusal:
        return _refused(request, group_id, refusal)
    can = [words for flag, words in FLAGS.items() if getattr(row, flag)]
    return _answer(request, group_id, f"{row.user} now {', '.join(can) or 'only reads'}.")


@login_required
@require_POST
def remove_member(request: ViewerRequest, group_id: int, user_id: int) -> HttpResponse:
    try:
        gone = actions.remove_member(request.viewer, group_id, user_id)
    except Refusal as refusal:
        return _refused(request, group_id, refusal)
    ticket = signing.dumps([group_id, user_id, *(getattr(gone, flag) for flag in FLAGS)], salt=TICKET)
    undo = reverse("group-member-restore", args=[group_id, ticket])
    return _answer(request, group_id, f"{gone.user} is no longer a member.", undo=undo)


@login_required
@require_POST
def restore_member(request: ViewerRequest, group_id: int, ticket: str) -> HttpResponse:
    """Undo a removal: the person comes back with what they could do."""
    try:
        group_of, user_id, *flags = signing.loads(ticket, salt=TICKET, max_age=TICKET_LASTS)
    except signing.BadSignature:
        raise Invalid("That was too long ago to be undone; add the person again.") from None
    if group_of != group_id:
        raise Invalid("That belongs to another group.")
    actions.add_members(request.viewer, group_id, [user_id], **dict(zip(FLAGS, flags, strict=True)))
    return _answer(request, group_id, "Back again, as before.", oob=True)
