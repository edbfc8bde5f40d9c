"""Sessions: acting as somebody else, and tidying up after those who left."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import transaction

from skyportal.access.errors import NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from .. import entries, queries
from ..models import User
from .authority import require_rank


@transaction.atomic
def become(viewer: Viewer, user_id: int) -> User:
    """The account an administrator will act as from now on; the journal keeps who it really was."""
    if not viewer.may("Become user"):
        raise NotAllowed("Insufficient permissions: this needs the permission 'Become user'.")
    person = queries.get_person(viewer, user_id)
    require_rank(viewer, person)
    record(entries.BecameUser(person.pk, viewer.user_id))
    return person


def clear_sessions() -> None:
    """Forget sessions that have ended."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
