"""Who asks: from a session or from an API token, in one query."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from skyportal.access.errors import NotAllowed
from skyportal.access.viewer import Viewer

from ..models.tokens import digest

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
