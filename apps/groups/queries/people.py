"""People: known by name to everybody, reachable only for those who share a group with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer

from ..models import Acl, Group, Membership, Role, Stream, User


def users(viewer: Viewer) -> Any:
    return User.objects.visible_to(viewer)


def roles() -> QuerySet[Role]:
    return Role.objects.prefetch_related("acls").order_by("pk")


def acl_names() -> list[str]:
    return list(Acl.objects.order_by("pk").values_list("pk", flat=True))


def permissions_of(user_id: int | None) -> set[str]:
    """What a person may do, by roles and beyond; more than a token of theirs may hold."""
    held = Acl.objects.filter(Q(users=user_id) | Q(roles__users=user_id))
    return set(held.values_list("pk", flat=True)) if user_id is not None else set()


def holdings_of(user_id: int) -> tuple[list[str], list[str]]:
    """A person's roles, and the ACLs beyond them."""
    return (
        list(Role.objects.filter(users=user_id).values_list("pk", flat=True)),
        list(Acl.objects.filter(users=user_id).values_list("pk", flat=True)),
    )


def _shared_groups(viewer: Viewer) -> QuerySet[Group]:
    """Groups that somebody put the viewer in: being on the same site is not acquaintance."""
    return Group.objects.filter(pk__in=sorted(viewer.group_ids), sitewide=False, single_user_group=False)


def _acquainted(viewer: Viewer) -> Q:
    fellows = Membership.objects.filter(group__in=_shared_groups(viewer)).values("user_id")
    return Q(pk=viewer.user_id) | Q(pk__in=fellows)


def contacts_open_to(viewer: Viewer, user_ids: Iterable[int]) -> set[int]:
    """Those of these people whose e-mail and telephone the viewer may see."""
    wanted = set(user_ids)
    if viewer.may("Manage users"):
        return wanted
    return set(User.objects.filter(_acquainted(viewer), pk__in=wanted).values_list("pk", flat=True))


def _with_holdings(rows: Any, viewer: Viewer) -> Any:
    """Roles, ACLs, shared groups and streams, in a fixed number of queries."""
    memberships = Membership.objects.visible_to(viewer).select_related("group").order_by("group__name")
    return rows.prefetch_related(
        "acls",
        Prefetch("roles", Role.objects.prefetch_related("acls")),
        Prefetch("memberships", memberships, to_attr="known_memberships"),
        Prefetch("streams", Stream.objects.visible_to(viewer).order_by("name"), to_attr="known_streams"),
    )


def get_person(viewer: Viewer, user_id: int) -> User:
    person = _with_holdings(users(viewer), viewer).filter(pk=user_id).first()
    if person is None:
        raise NotVisible(f"Cannot find user with ID {user_id}.")
    return person


@dataclass(frozen=True)
class PeopleSearch:
    """What people are searched by; None asks nothing."""

    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    email: str | None = None
    role: str | None = None
    acl: str | None = None
    group: str | None = None
    stream: str | None = None
    include_expired: bool = False


SORTABLE = {
    "username": "username", "id": "pk", "firstName": "first_name", "lastName": "last_name", "createdAt": "created_at",
    "first_name": "first_name", "last_name": "last_name", "created_at": "created_at",
    "expiration_date": "expiration_date", "expirationDate": "expiration_date",
}  # fmt: skip


def people(viewer: Viewer, search: PeopleSearch, *, sort: str = "username", descending: bool = False) -> Any:
    """People found. What the viewer may not see of somebody (contacts, memberships) cannot be searched either."""
    rows = users(viewer)
    for column in ("first_name", "last_name", "username"):
        if wanted := getattr(search, column):
            rows = rows.filter(**{f"{column}__icontains": wanted})
    if search.email:
        rows = rows.filter(contact_email__icontains=search.email)
        rows = rows if viewer.may("Manage users") else rows.filter(_acquainted(viewer))
    if search.role:
        rows = rows.filter(pk__in=User.objects.filter(roles=search.role).values("pk"))
    if search.acl:
        rows = rows.filter(pk__in=User.objects.filter(Q(acls=search.acl) | Q(roles__acls=search.acl)).values("pk"))
    if search.group:
        inside = Membership.objects.visible_to(viewer).filter(group__name=search.group)
        rows = rows.filter(pk__in=inside.values("user_id"))
    if search.stream:
        readers = Stream.objects.visible_to(viewer).filter(name=search.stream)
        rows = rows.filter(pk__in=readers.values("grants__user_id"))
        rows = rows if viewer.may("Manage users") else rows.filter(_acquainted(viewer))
    if not search.include_expired:
        rows = rows.exclude(expiration_date__lt=timezone.now())
    order = F(SORTABLE[sort])
    ordered = order.desc(nulls_last=True) if descending else order.asc(nulls_last=True)
    return _with_holdings(rows.order_by(ordered, "pk"), viewer)


def complete_names(viewer: Viewer, typed: str, *, not_in_group: int | None = None, most: int = 20) -> list[User]:
    """People whose name holds what was typed, for type-to-complete fields."""
    rows = users(viewer).filter(is_active=True)
    for word in typed.split()[:4]:
        rows = rows.filter(Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word))
    if not_in_group is not None:
        inside = Membership.objects.visible_to(viewer).filter(group_id=not_in_group)
        rows = rows.exclude(pk__in=inside.values("user_id"))
    return list(rows.order_by("username")[:most])


def any_people() -> bool:
    """Whether anybody has an account; for set-up commands."""
    return User.objects.exists()


def any_system_admin() -> bool:
    """Whether somebody may administer the site."""
    return User.objects.filter(Q(acls=SYSTEM_ADMIN) | Q(roles__acls=SYSTEM_ADMIN), is_active=True).exists()
