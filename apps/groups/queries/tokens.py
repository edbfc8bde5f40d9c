"""API tokens, by the id that names them or by the secret itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import Q

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Token
from ..models.tokens import digest


def tokens(viewer: Viewer) -> Any:
    return Token.objects.visible_to(viewer)


def tokens_of(viewer: Viewer, user_id: int) -> Any:
    return tokens(viewer).filter(user_id=user_id).prefetch_related("acls")


def get_token(viewer: Viewer, key: str) -> Token:
    """A token of the viewer's. Scripts written for the public API know it by its secret."""
    named = Q(digest=digest(key))
    with suppress(ValueError):
        named |= Q(pk=UUID(key))
    token = tokens(viewer).filter(named).prefetch_related("acls").first()
    if token is None:
        raise NotVisible("Could not find that token among yours: it is revoked, or belongs to somebody else.")
    return token
