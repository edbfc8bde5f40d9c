"""Writes: people, groups, streams, tokens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from .models import Acl, Group, Membership, Role, Stream, StreamGrant, Token, User
from .models.tokens import digest
from .permissions import DEFAULT_ROLE


@transaction.atomic
def create_user(
    username: str, *, password: str | None = None, roles: Iterable[str] = (DEFAULT_ROLE,), **fields: Any
) -> User:
    """A new person, in the sitewide group and in a group of their own, with the streams that everybody gets."""
    user = User(username=username, **fields)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    user.roles.set(Role.objects.filter(pk__in=list(roles)))
    own = Group.objects.create(name=username, private=True, single_user_group=True)
    sitewide = Group.objects.get(sitewide=True)
    Membership.objects.bulk_create(
        [
            Membership(user=user, group=own, admin=True),
            Membership(user=user, group=sitewide, admin=False),
        ]
    )
    StreamGrant.objects.bulk_create(
        StreamGrant(user=user, stream=stream) for stream in Stream.objects.filter(auto_join=True)
    )
    return user


def create_token(user: User, name: str, acls: Iterable[str]) -> tuple[Token, str]:
    """A token and its secret, which is nowhere kept and cannot be shown again."""
    secret = str(uuid.uuid4())
    with transaction.atomic():
        token = Token.objects.create(user=user, name=name, digest=digest(secret))
        token.acls.set(Acl.objects.filter(pk__in=list(acls)))
    return token, secret
