"""Groups, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet

from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer

from ..models import Group, Membership


def get_group(viewer: Viewer, group_id: int) -> Group:
    group = Group.objects.visible_to(viewer).filter(pk=group_id).first()
    if group is None:
        raise NotVisible(f"Cannot find Group with id {group_id}")
    return group


def administered_group(viewer: Viewer, group_id: int) -> Group:
    """A group that the viewer administers, its row held until the transaction ends."""
    group = Group.objects.changeable_by(viewer).select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NotVisible(f"Group with ID {group_id} is not accessible: only its admins may change it.")
    return group


def groups(viewer: Viewer) -> Any:
    """Groups this viewer may know of, by name."""
    return Group.objects.visible_to(viewer).order_by("name")


def group_named(viewer: Viewer, name: str) -> Any:
    return groups(viewer).filter(name=name)


def groups_by_membership(viewer: Viewer) -> tuple[list[Group], list[Group]]:
    """My groups, each with `mine` (my membership), and the others that I may ask to join."""
    shown = groups(viewer).filter(single_user_group=False).prefetch_related("streams")
    known = list(shown.order_by("-sitewide", "name"))
    mine = {m.group_id: m for m in Membership.objects.filter(user=viewer.user_id)}
    for group in known:
        group.mine = mine.get(group.pk)
    return [g for g in known if g.mine], [g for g in known if not g.mine]


def member_counts(viewer: Viewer, group_ids: Iterable[int]) -> dict[int, int]:
    """How many people are in each group that the viewer may look into."""
    rows = Membership.objects.visible_to(viewer).filter(group_id__in=list(group_ids))
    return dict(rows.values_list("group_id").annotate(Count("pk")).order_by())


def members(viewer: Viewer, group_id: int) -> QuerySet[Membership]:
    """Who is in a group: known to those who are in it themselves."""
    rows = Membership.objects.visible_to(viewer).filter(group_id=group_id)
    return rows.select_related("user").order_by("-admin", "user__username")


def admins_of(viewer: Viewer, group_id: int) -> list[str]:
    """Whom to ask to be let in: the admins of a group that the viewer may know of."""
    group = get_group(viewer, group_id)
    return list(
        group.memberships.filter(admin=True).order_by("user__username").values_list("user__username", flat=True)
    )


def sitewide_group() -> Group:
    return Group.objects.get(sitewide=True)


def sitewide_group_id() -> int:
    return Group.objects.values_list("pk", flat=True).get(sitewide=True)


def existing_group_ids(ids: Iterable[int]) -> list[int]:
    """These ids, all of which must be groups; anybody may upload to any group by its id."""
    wanted = {int(i) for i in ids}
    found = set(Group.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - found:
        raise Invalid(f"Cannot find group_ids {sorted(missing)}. Please remove and try again.")
    return sorted(found)


def accessible_group_ids(viewer: Viewer, ids: Iterable[int]) -> list[int]:
    """These ids, each a group the viewer belongs to (or any, for a system admin)."""
    wanted = sorted({int(i) for i in ids})
    every = Group.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    known = set(every) if viewer.sees_all else set(viewer.group_ids)
    if unknown := [group_id for group_id in wanted if group_id not in known]:
        raise Invalid(f"Cannot find group_id {unknown[0]}. Please remove and try again.")
    return wanted


def groups_to_save_in(viewer: Viewer, group_ids: Iterable[int]) -> list[int]:
    """These ids, in each of which the viewer may save sources; NotAllowed names those where not."""
    wanted = accessible_group_ids(viewer, group_ids)
    if viewer.sees_all:
        return wanted
    allowed = set(
        Group.objects.filter(pk__in=wanted, memberships__user=viewer.user_id, memberships__can_save=True).values_list(
            "pk", flat=True
        )
    )
    if refused := [g for g in wanted if g not in allowed]:
        names = ", ".join(Group.objects.filter(pk__in=refused).values_list("name", flat=True))
        raise NotAllowed(f"You may not save to {names}; ask an admin of the group.", status=400)
    return wanted
