"""Nobody hands out, takes away or becomes more than they are themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer

from .. import queries
from ..models import User


def held_by(viewer: Viewer) -> set[str]:
    """What the person behind a viewer holds, even where their token is limited to less."""
    return set(viewer.acls) if viewer.user_id is None else queries.permissions_of(viewer.user_id)


def require_command(viewer: Viewer, acls: Iterable[str]) -> None:
    """Refuse where some of these permissions are beyond the viewer's own."""
    mine = held_by(viewer)
    beyond = sorted(set(acls) - mine)
    if beyond and SYSTEM_ADMIN not in mine:
        raise NotAllowed(f"Insufficient permissions: {', '.join(beyond)} can be managed only by those who hold it.")


def require_rank(viewer: Viewer, person: User) -> None:
    """Refuse to act on the account of somebody who may do more."""
    if person.pk != viewer.user_id:
        require_command(viewer, person.permissions())


def require_an_admin(*, besides: User | None = None) -> None:
    """Refuse what would leave the site without anybody who may administer it."""
    admins = User.objects.filter(Q(acls=SYSTEM_ADMIN) | Q(roles__acls=SYSTEM_ADMIN), is_active=True)
    if besides is not None:
        admins = admins.exclude(pk=besides.pk)
    if not admins.exists():
        raise Invalid("That was the last system administrator; appoint another first.")
