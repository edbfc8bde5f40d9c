"""Who is in a group, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from .. import entries, queries
from ..models import Group, Membership, Stream, StreamGrant, User
from .groups import administered

CLOSED = "takes no other members"


@transaction.atomic
def add_members(
    viewer: Viewer,
    group_id: int,
    user_ids: Iterable[int],
    *,
    admin: bool = False,
    can_save: bool = True,
    can_share_photometry: bool = False,
    granting_streams: bool = False,
) -> list[int]:
    """People join a group; each must be able to read the group's streams. Returns who was new.

    ``granting_streams``: a system admin gives them the streams they lack on the way.
    """
    group = administered(viewer, group_id, refuse_single=CLOSED)
    wanted = set(user_ids)
    known = dict(User.objects.filter(pk__in=wanted).values_list("pk", "username"))
    if missing := sorted(wanted - set(known)):
        raise NotVisible(f"User with ID {', '.join(map(str, missing))} is not accessible.")
    if granting_streams and viewer.sees_all:
        _grant_streams(viewer, group, known)
    _require_streams(group, known)
    inside = set(group.memberships.filter(user_id__in=wanted).values_list("user_id", flat=True))
    new = sorted(wanted - inside)
    Membership.objects.bulk_create(
        Membership(group=group, user_id=person, admin=admin, can_save=can_save,
                   can_share_photometry=can_share_photometry)
        for person in new
    )  # fmt: skip
    if new:
        record(entries.MembersJoined(group.pk, viewer.user_id, new))
    return new


def _require_streams(group: Group, people: dict[int, str]) -> None:
    lacking = queries.streams_lacking(people, Stream.objects.filter(groups=group))
    if lacking:
        person, stream = lacking
        raise NotAllowed(
            f"User with ID {person} ({people[person]}) does not have stream access with ID {stream.pk} "
            f"({stream.name}), which this group reads; a system administrator can grant it."
        )


def _grant_streams(viewer: Viewer, group: Group, people: Iterable[int]) -> None:
    for stream in group.streams.all():
        readers = set(stream.grants.values_list("user_id", flat=True))
        new = sorted(set(people) - readers)
        StreamGrant.objects.bulk_create(StreamGrant(stream=stream, user_id=person) for person in new)
        if new:
            record(entries.StreamGranted(stream.pk, viewer.user_id, new))


def add_members_of(viewer: Viewer, group_id: int, from_group_ids: Iterable[int]) -> list[int]:
    """Everybody of other groups, into whose lists the viewer may look, joins."""
    wanted = set(from_group_ids)
    open_groups = wanted if viewer.sees_all else wanted & viewer.group_ids
    found = set(Group.objects.filter(pk__in=open_groups).values_list("pk", flat=True))
    if missing := sorted(wanted - found):
        raise NotVisible(f"Group with ID {', '.join(map(str, missing))} is not accessible to you.")
    people = Membership.objects.filter(group_id__in=found).values_list("user_id", flat=True)
    return add_members(viewer, group_id, set(people))


@transaction.atomic
def change_member(viewer: Viewer, group_id: int, user_id: int, **changes: bool) -> Membership:
    """An admin changes what a member may do: admin, can_save, can_share_photometry."""
    group = administered(viewer, group_id, refuse_single="has nothing to change")
    membership = group.memberships.select_related("user").filter(user_id=user_id).first()
    if membership is None:
        raise NotVisible(f"User with ID {user_id} is not a member of group {group_id}.")
    if membership.admin and changes.get("admin") is False:
        _require_another_admin(group, membership)
    for name, value in changes.items():
        setattr(membership, name, value)
    membership.save(update_fields=[*changes, "modified"])
    record(entries.MembersChanged(group.pk, viewer.user_id, [user_id]))
    return membership


@transaction.atomic
def remove_member(viewer: Viewer, group_id: int, user_id: int) -> Membership:
    """Somebody leaves, or is removed by an admin. Returns the membership as it was."""
    group = Group.objects.select_for_update().filter(pk=group_id).first()
    mine = user_id == viewer.user_id
    if group is None or not (mine or Group.objects.changeable_by(viewer).filter(pk=group_id).exists()):
        raise NotAllowed("Insufficient permissions: only the admins of a group remove others from it.")
    if group.single_user_group or group.sitewide:
        kind = "a single user group" if group.single_user_group else "the sitewide group"
        raise NotAllowed(f"Insufficient permissions: nobody leaves group {group_id}. It is {kind}.")
    membership = group.memberships.select_related("user").filter(user_id=user_id).first()
    if membership is None and mine:
        raise NotAllowed("Insufficient permissions: only the admins of a group remove others from it.")
    if membership is None:
        raise NotVisible(f"User with ID {user_id} is not a member of group {group_id}.")
    if membership.admin:
        _require_another_admin(group, membership)
    Membership.objects.filter(pk=membership.pk).delete()
    record(entries.MembersLeft(group.pk, viewer.user_id, [user_id]))
    return membership


def _require_another_admin(group: Group, membership: Membership) -> None:
    if not group.memberships.filter(admin=True).exclude(pk=membership.pk).exists():
        raise Invalid(
            f"{membership.user} is the last admin of {group.name}; make somebody else admin first, or delete the group."
        )
