"""Groups: making, changing and dissolving them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP, forget
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from .. import entries, queries
from ..models import Group, Membership, User

EDITABLE = {"name", "nickname", "description", "private", "auto_accept_requests"}


@transaction.atomic
def create_group(viewer: Viewer, name: str, *, admins: Iterable[int] = (), **fields: Any) -> Group:
    """A new group; whoever makes it is its admin, with those they name."""
    if unknown := set(fields) - EDITABLE:
        raise Invalid(f"A group has no {', '.join(sorted(unknown))} to set.")
    people = set(admins) | ({viewer.user_id} if viewer.user_id else set())
    found = set(User.objects.filter(pk__in=people).values_list("pk", flat=True))
    if missing := people - found:
        raise Invalid(f"Cannot find user with ID {', '.join(map(str, sorted(missing)))} to be an admin of the group.")
    group = Group.objects.create(name=_free_name(name), **fields)
    Membership.objects.bulk_create(Membership(group=group, user_id=person, admin=True) for person in sorted(found))
    record(entries.GroupCreated(group.pk, viewer.user_id, group.name))
    record(entries.MembersJoined(group.pk, viewer.user_id, sorted(found)))
    return group


def _free_name(name: str, group: Group | None = None) -> str:
    name = name.strip()
    if not name:
        raise Invalid("Missing required parameter: `name`.")
    others = Group.objects.filter(name__iexact=name)
    if (others.exclude(pk=group.pk) if group else others).exists():
        raise Invalid(f"A group is called {name!r} already; choose another name.")
    return name


@transaction.atomic
def change_group(viewer: Viewer, group_id: int, changes: Mapping[str, Any]) -> Group:
    """Its admins rename or describe a group."""
    group = Group.objects.changeable_by(viewer).select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NotVisible(f"Cannot find Group with id {group_id} among those you administer.")
    if group.single_user_group:
        raise Invalid(f"Group {group_id} cannot be changed. It is a single user group, and follows its user.")
    for field, value in changes.items():
        setattr(group, field, _free_name(value, group) if field == "name" else value)
    group.save(update_fields=[*changes, "modified"])
    record(entries.GroupChanged(group.pk, viewer.user_id, sorted(changes)))
    return group


@transaction.atomic
def delete_group(viewer: Viewer, group_id: int) -> None:
    """A group goes, with its filters and candidates; what was shared with it stays with whoever else has it."""
    group = Group.objects.deletable_by(viewer).select_for_update().filter(pk=group_id).first()
    if group is None or group.sitewide or group.single_user_group:
        raise NotVisible(
            f"Cannot find Group with id {group_id} among those you may delete: "
            "its admins may, and the sitewide group and single user groups stay."
        )
    people = list(group.memberships.values_list("user_id", flat=True))
    record(entries.MembersLeft(group.pk, viewer.user_id, people))
    record(entries.GroupDeleted(group.pk, viewer.user_id, group.name))
    forget(GROUP, group.pk)
    group.delete()


def administered(viewer: Viewer, group_id: int, *, refuse_single: str = "") -> Group:
    """A group the viewer administers, held until the transaction ends, and not somebody's own."""
    group = queries.administered_group(viewer, group_id)
    if refuse_single and group.single_user_group:
        raise Invalid(f"Group {group_id} {refuse_single}. It is a single user group.")
    return group
