"""Accounts: making, changing and closing them, and what their owners may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.db import transaction

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP, forget
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer
from skyportal.journal.recording import record

from .. import entries
from ..models import Acl, Group, Membership, Role, Stream, StreamGrant, User
from ..permissions import DEFAULT_ROLE
from .authority import require_an_admin, require_command, require_rank

EDITABLE = {
    "username", "first_name", "last_name", "affiliations", "contact_email", "contact_phone", "bio", "is_bot",
}  # fmt: skip
MOST_PREFERENCES = 64 * 1024


def telephone(text: str | None) -> str | None:
    """A number as +16265551234, however it was spaced; None for none."""
    if text is None or not str(text).strip():
        return None
    number = re.sub(r"[\s().-]", "", str(text))
    if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
        raise Invalid("Could not parse input: a telephone number looks like +16265551234, with its country code.")
    return number


@transaction.atomic
def create_user(
    username: str,
    *,
    password: str | None = None,
    roles: Iterable[str] = (DEFAULT_ROLE,),
    by: Viewer | None = None,
    **fields: Any,
) -> User:
    """A new person, in the sitewide group and in a group of their own, with the streams that everybody gets."""
    fields["contact_phone"] = telephone(fields.get("contact_phone"))
    user = User(username=username, **fields)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    granted = _roles(roles)
    if by is not None:
        require_command(by, {acl for role in granted for acl in role.acls.values_list("pk", flat=True)})
    user.roles.set(granted)
    own = Group.objects.create(name=_free_name(username, user.pk), private=True, single_user_group=True)
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
    record(entries.UserCreated(user.pk, by.user_id if by else None, username))
    return user


def _free_name(username: str, user_id: int) -> str:
    """The username, unless some group took that name before."""
    return f"{username} ({user_id})" if Group.objects.filter(name__iexact=username).exists() else username


def _roles(names: Iterable[str]) -> list[Role]:
    wanted = set(names)
    found = list(Role.objects.filter(pk__in=wanted))
    if missing := wanted - {role.pk for role in found}:
        raise Invalid(f"No role is called {', '.join(sorted(missing))}.")
    return found


def _acls(names: Iterable[str]) -> list[Acl]:
    wanted = set(names)
    found = list(Acl.objects.filter(pk__in=wanted))
    if missing := wanted - {acl.pk for acl in found}:
        raise Invalid(f"No permission is called {', '.join(sorted(missing))}.")
    return found


def _held_person(user_id: int) -> User:
    person = User.objects.select_for_update().filter(pk=user_id).first()
    if person is None:
        raise NotVisible(f"Cannot find user with ID {user_id}.")
    return person


@transaction.atomic
def change_user(viewer: Viewer, user_id: int, changes: Mapping[str, Any]) -> User:
    """An administrator changes somebody's account: names, contacts, when it ends."""
    person = _held_person(user_id)
    require_rank(viewer, person)
    return _change(viewer, person, changes, EDITABLE | {"expiration_date", "is_active", "oauth_uid"})


@transaction.atomic
def change_profile(viewer: Viewer, changes: Mapping[str, Any]) -> User:
    """People change what concerns only themselves."""
    person = _held_person(viewer.user_id or 0)
    changes = dict(changes)
    if "preferences" in changes:
        changes["preferences"] = merge_preferences(person.preferences, changes["preferences"])
    return _change(viewer, person, changes, EDITABLE | {"preferences"})


def _change(viewer: Viewer, person: User, changes: Mapping[str, Any], allowed: set[str]) -> User:
    if unknown := sorted(set(changes) - allowed):
        raise Invalid(f"Cannot change {', '.join(unknown)} here.")
    if "contact_phone" in changes:
        changes = {**changes, "contact_phone": telephone(changes["contact_phone"])}
    before = person.username
    for name, value in changes.items():
        setattr(person, name, value)
    person.full_clean(exclude=["password"])
    person.save(update_fields=[*changes, "modified"])
    if changes.get("is_active") is False and SYSTEM_ADMIN in person.permissions():
        require_an_admin()
    if person.username != before:
        own = Group.objects.filter(memberships__user=person, single_user_group=True)
        own.update(name=_free_name(person.username, person.pk))
    record(entries.UserChanged(person.pk, viewer.user_id, sorted(changes)))
    return person


def merge_preferences(kept: Any, new: Any) -> Any:
    """Dictionaries merge key by key to any depth; everything else is replaced. A null removes its key."""
    if not isinstance(kept, dict) or not isinstance(new, dict):
        return new
    merged = {**kept, **{key: merge_preferences(kept.get(key), value) for key, value in new.items()}}
    merged = {key: value for key, value in merged.items() if value is not None}
    if len(orjson.dumps(merged)) > MOST_PREFERENCES:
        raise Invalid(f"Preferences may take {MOST_PREFERENCES // 1024} kB in all.")
    return merged


@transaction.atomic
def delete_user(viewer: Viewer, user_id: int) -> None:
    """A person goes, with their tokens, memberships, comments and own group; measurements they brought stay."""
    person = _held_person(user_id)
    require_rank(viewer, person)
    if person.is_superuser:
        require_an_admin(besides=person)
    record(entries.UserDeleted(person.pk, viewer.user_id, person.username))
    for own in Group.objects.filter(memberships__user=person, single_user_group=True):
        record(entries.GroupDeleted(own.pk, viewer.user_id, own.name))
        forget(GROUP, own.pk)
        own.delete()
    person.delete()


@transaction.atomic
def grant_permissions(viewer: Viewer, user_id: int, *, roles: Iterable[str] = (), acls: Iterable[str] = ()) -> None:
    """Roles and ACLs that the giver holds too."""
    person = _held_person(user_id)
    new_roles, new_acls = _roles(roles), _acls(acls)
    conferred = Acl.objects.filter(roles__in=new_roles).values_list("pk", flat=True)
    require_command(viewer, {*conferred, *(acl.pk for acl in new_acls)})
    person.roles.add(*new_roles)
    person.acls.add(*new_acls)
    record(entries.PermissionsGranted(person.pk, viewer.user_id, [r.pk for r in new_roles], [a.pk for a in new_acls]))


@transaction.atomic
def revoke_permissions(viewer: Viewer, user_id: int, *, roles: Iterable[str] = (), acls: Iterable[str] = ()) -> None:
    person = _held_person(user_id)
    require_rank(viewer, person)
    gone_roles, gone_acls = list(person.roles.filter(pk__in=list(roles))), list(person.acls.filter(pk__in=list(acls)))
    if not gone_roles and not gone_acls:
        raise Invalid(f"{person} does not hold {', '.join([*roles, *acls])} in that way.")
    administered = SYSTEM_ADMIN in person.permissions()
    person.roles.remove(*gone_roles)
    person.acls.remove(*gone_acls)
    if administered:
        require_an_admin()
    record(entries.PermissionsRevoked(person.pk, viewer.user_id, [r.pk for r in gone_roles], [a.pk for a in gone_acls]))
