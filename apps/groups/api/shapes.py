"""How rows of this app look in the public API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from skyportal.access.viewer import Viewer

from .. import queries

CONTACTS = ("contact_email", "contact_phone")


def group(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "nickname": row.nickname,
        "description": row.description,
        "private": row.private,
        "auto_accept_requests": row.auto_accept_requests,
        "single_user_group": row.single_user_group,
        "created_at": row.created_at,
        "modified": row.modified,
    }


def stream(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "altdata": row.altdata,
        "auto_join": row.auto_join,
        "created_at": row.created_at,
        "modified": row.modified,
    }


def member(row: Any, open_contacts: set[int]) -> dict[str, Any]:
    """A membership, as the public API lists a group's users."""
    person = row.user
    shown = person.pk in open_contacts
    return {
        "id": person.pk,
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "affiliations": person.affiliations,
        **{name: getattr(person, name) if shown else None for name in CONTACTS},
        "is_bot": person.is_bot,
        "admin": row.admin,
        "can_save": row.can_save,
        "can_share_photometry": row.can_share_photometry,
    }


def people(viewer: Viewer, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """People as this viewer may see them."""
    rows = list(rows)
    open_contacts = queries.contacts_open_to(viewer, (row.pk for row in rows))
    return [_person(viewer, row, row.pk in open_contacts) for row in rows]


def _person(viewer: Viewer, row: Any, with_contacts: bool) -> dict[str, Any]:
    extra = sorted(acl.pk for acl in row.acls.all())
    roles = sorted(row.roles.all(), key=lambda role: role.pk)
    by_role = {acl.pk for role in roles for acl in role.acls.all()}
    inside = viewer.may("Manage users") or row.pk == viewer.user_id
    return {
        "id": row.pk,
        "username": row.username,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "affiliations": row.affiliations,
        "bio": row.bio,
        "is_bot": row.is_bot,
        **{name: getattr(row, name) if with_contacts else None for name in CONTACTS},
        "gravatar_url": _gravatar(row) if with_contacts else None,
        "oauth_uid": row.oauth_uid if inside else None,
        "expiration_date": row.expiration_date if inside else None,
        "roles": [role.pk for role in roles],
        "acls": extra,
        "permissions": sorted(by_role.union(extra)),
        "groups": [group(m.group) for m in row.known_memberships],
        "streams": [stream(s) for s in row.known_streams] if inside else [],
        "created_at": row.created_at,
        "modified": row.modified,
    }


def _gravatar(row: Any) -> str:
    """Address of the picture that belongs to an e-mail; nothing is fetched here."""
    known_by = (row.contact_email or row.username).strip().lower().encode()
    mark = hashlib.md5(known_by, usedforsecurity=False).hexdigest()
    return f"https://secure.gravatar.com/avatar/{mark}?d=blank"


def profile(viewer: Viewer, row: Any) -> dict[str, Any]:
    """A person's own page: what others see, and preferences and tokens."""
    return {
        **people(viewer, [row])[0],
        "preferences": row.preferences,
        "tokens": [token(t) for t in queries.tokens_of(viewer, row.pk)],
        "groupAdmissionRequestsCreated": [],
    }


def token(row: Any) -> dict[str, Any]:
    """A token without its secret, which nobody knows any more; this id names it and opens nothing."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "acls": sorted(acl.pk for acl in row.acls.all()),
        "created_by_id": row.user_id,
        "created_at": row.created_at,
        "modified": row.modified,
    }
