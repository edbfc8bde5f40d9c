"""Reads: who asks, and which groups, streams and people they may know of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer

from .models import Group, Stream, Token, User
from .models.tokens import digest

_VIEWER_SQL = """
    select u.id, u.username, u.is_active, u.expiration_date,
        array(select group_id from groups_membership where user_id = u.id),
        array(select stream_id from groups_streamgrant where user_id = u.id),
        array(select acl_id from groups_user_acls where user_id = u.id
              union select ra.acl_id from groups_user_roles ur
                    join groups_role_acls ra on ra.role_id = ur.role_id where ur.user_id = u.id),
        (select g.id from groups_group g join groups_membership m on m.group_id = g.id
         where m.user_id = u.id and g.single_user_group limit 1)
        {more}
    from {tables}
"""
_BY_USER = _VIEWER_SQL.format(more="", tables="groups_user u where u.id = %s")
_BY_TOKEN = _VIEWER_SQL.format(
    more=", array(select acl_id from groups_token_acls where token_id = t.id)",
    tables="groups_token t join groups_user u on u.id = t.user_id where t.digest = %s",
)


class AccountExpired(NotAllowed):
    """The account's time is over."""


def _viewer(row: tuple[Any, ...] | None, *, by_token: bool) -> Viewer | None:
    if row is None or not row[2]:
        return None
    if row[3] is not None and row[3] < timezone.now():
        raise AccountExpired("User account expired")
    acls = frozenset(row[6])
    return Viewer(
        user_id=row[0],
        username=row[1],
        group_ids=frozenset(row[4]),
        stream_ids=frozenset(row[5]),
        acls=acls & frozenset(row[8]) if by_token else acls,
        single_user_group_id=row[7],
        by_token=by_token,
    )


def viewer_of(user_id: int) -> Viewer | None:
    """The viewer behind a signed-in session; None where the account is gone or closed."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_USER, [user_id])
        return _viewer(cursor.fetchone(), by_token=False)


def viewer_of_token(secret: str) -> Viewer | None:
    """The viewer behind an API token, in one query; None for a token nobody has.

    A token never holds more than its owner does now, whatever it was given.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_TOKEN, [digest(secret)])
        return _viewer(cursor.fetchone(), by_token=True)


def get_group(viewer: Viewer, group_id: int) -> Group:
    group = Group.objects.visible_to(viewer).filter(pk=group_id).first()
    if group is None:
        raise NotVisible(f"Cannot find Group with id {group_id}", status=404)
    return group


def groups(viewer: Viewer) -> Any:
    """Groups this viewer may know of, by name."""
    return Group.objects.visible_to(viewer).order_by("name")


def sitewide_group() -> Group:
    return Group.objects.get(sitewide=True)


def sitewide_group_id() -> int:
    return Group.objects.values_list("pk", flat=True).get(sitewide=True)


def streams(viewer: Viewer) -> Any:
    return Stream.objects.visible_to(viewer).order_by("name")


def tokens(viewer: Viewer) -> Any:
    return Token.objects.visible_to(viewer)


def users(viewer: Viewer) -> Any:
    return User.objects.visible_to(viewer)


def existing_group_ids(ids: Iterable[int]) -> list[int]:
    """These ids, all of which must be groups; anybody may upload to any group by its id."""
    wanted = {int(i) for i in ids}
    found = set(Group.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - found:
        raise Invalid(f"Cannot find group_ids {sorted(missing)}. Please remove and try again.")
    return sorted(found)


def existing_stream_ids(ids: Iterable[int]) -> list[int]:
    wanted = {int(i) for i in ids}
    found = set(Stream.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - found:
        raise Invalid(f"Cannot find stream_ids {sorted(missing)}. Please remove and try again.")
    return sorted(found)


def accessible_group_ids(viewer: Viewer, ids: Iterable[int]) -> list[int]:
    """These ids, each a group the viewer belongs to (or any, for a system admin)."""
    wanted = existing_group_ids(ids)
    for group_id in wanted:
        if group_id not in viewer.group_ids and not viewer.sees_all:
            raise Invalid(f"Cannot find group_id {group_id}. Please remove and try again.")
    return wanted


def groups_to_save_in(viewer: Viewer, group_ids: Iterable[int]) -> list[int]:
    """These ids, in each of which the viewer may save sources; NotAllowed names those where not."""
    wanted = accessible_group_ids(viewer, group_ids)
    if viewer.sees_all:
        return wanted
    allowed = set(
        Group.objects.filter(
            pk__in=wanted, memberships__user_id=viewer.user_id, memberships__can_save=True
        ).values_list("pk", flat=True)
    )
    if refused := [g for g in wanted if g not in allowed]:
        names = ", ".join(Group.objects.filter(pk__in=refused).values_list("name", flat=True))
        raise NotAllowed(f"You may not save to {names}; ask an admin of the group.", status=400)
    return wanted


def any_people() -> bool:
    """Whether anybody has an account."""
    return User.objects.exists()
