"""API tokens: made, changed and revoked by their owners."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer
from skyportal.journal.recording import record

from .. import entries, queries
from ..models import Acl, Token, User
from ..models.tokens import digest
from .authority import require_rank

FULL = "You have reached the maximum number of tokens allowed for your account type."


@transaction.atomic
def create_token(user: User, name: str, acls: Iterable[str], *, by: Viewer | None = None) -> tuple[Token, str]:
    """A token and its secret, which is nowhere kept and cannot be shown again."""
    secret = str(uuid.uuid4())
    token = Token.objects.create(user=user, name=name, digest=digest(secret))
    held = list(Acl.objects.filter(pk__in=list(acls)))
    token.acls.set(held)
    actor = by.user_id if by else None
    record(entries.TokenCreated(user.pk, actor, str(token.pk), [acl.pk for acl in held]))
    return token, secret


@transaction.atomic
def issue_token(viewer: Viewer, name: str, acls: Iterable[str], *, user_id: int | None = None) -> tuple[Token, str]:
    """A token for oneself, or for somebody whose account one manages: one each, more for system admins."""
    owner = User.objects.select_for_update().filter(pk=user_id or viewer.user_id).first()
    if owner is None:
        raise NotVisible(f"Cannot find user with ID {user_id}.")
    if owner.pk != viewer.user_id:
        if not viewer.may("Manage users"):
            raise NotAllowed("Insufficient permissions: tokens of others need the permission 'Manage users'.")
        require_rank(viewer, owner)
    if owner.tokens.exists() and SYSTEM_ADMIN not in owner.permissions():
        raise Invalid(FULL)
    name = _free_name(owner, name)
    return create_token(owner, name, _within(viewer, owner, acls), by=viewer)


def _within(viewer: Viewer, owner: User, acls: Iterable[str]) -> set[str]:
    """These ACLs, all of which the owner holds; a token makes no token that can do more than itself."""
    wanted = set(acls)
    if missing := wanted - set(queries.acl_names()):
        raise Invalid(f"No permission is called {', '.join(sorted(missing))}.")
    beyond = wanted - owner.permissions()
    if viewer.by_token and not viewer.sees_all:
        beyond |= wanted - viewer.acls
    if beyond:
        raise Invalid(
            f"Insufficient permissions: a token's ACLs must be its owner's; not held: {', '.join(sorted(beyond))}."
        )
    return wanted


def _free_name(owner: User, name: str, token: Token | None = None) -> str:
    name = name.strip()
    if not name:
        raise Invalid("Missing required parameter: `name`.")
    others = owner.tokens.filter(name=name)
    if (others.exclude(pk=token.pk) if token else others).exists():
        raise Invalid(f"A token is called {name!r} already: duplicate key value violates unique constraint.")
    return name


@transaction.atomic
def change_token(viewer: Viewer, key: str, *, name: str | None = None, acls: Iterable[str] | None = None) -> Token:
    token = queries.get_token(viewer, key)
    if name is not None:
        token.name = _free_name(token.user, name, token)
        token.save(update_fields=["name", "modified"])
    if acls is not None:
        token.acls.set(Acl.objects.filter(pk__in=_within(viewer, token.user, acls)))
    held = list(token.acls.values_list("pk", flat=True))
    record(entries.TokenChanged(token.user_id, viewer.user_id, str(token.pk), held))
    return token


@transaction.atomic
def revoke_token(viewer: Viewer, key: str) -> None:
    token = queries.get_token(viewer, key)
    record(entries.TokenDeleted(token.user_id, viewer.user_id, str(token.pk)))
    token.delete()
