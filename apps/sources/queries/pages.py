"""What the pages of this app show, each in a fixed number of queries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Q

from apps.groups import queries as groups
from apps.groups.models import Group, User
from skyportal.access.viewer import Viewer
from skyportal.astro import cosmology
from skyportal.live import presence

from ..models import Classification, Listing, Obj, Source
from ..models.lists import FAVORITES, WATCHLIST
from . import galaxies, heads, reminders
from .details import reddening

#: What names begin with is written in capitals, whatever somebody in a hurry types.
_SURVEY = re.compile(r"^[A-Za-z]+")


@dataclass(frozen=True)
class Header:
    """The head of a source page: what it is called, where it is, how far, who keeps it."""

    obj: Obj
    saves: list[Source]
    is_favourite: bool
    is_watched: bool
    saveable: list[Group]
    unsaveable: set[int]
    decidable: set[int]
    """Groups for which the viewer may answer a request to save."""
    distance: dict[str, float] | None
    said: heads.Said | None
    reported: heads.Reported | None
    host: galaxies.Host | None
    tags: list[dict[str, Any]]
    texts: dict[str, str]
    reddening: float | None
    """E(B−V) in magnitudes; None where no dust map covers the place."""
    similar: str
    may_edit: bool
    due: list[dict[str, Any]]
    """Reminders whose time has come."""

    @property
    def kept(self) -> bool:
        """Whether any group of the viewer keeps or was asked to keep it; those that let go are no longer shown."""
        return any(save.active or save.requested for save in self.saves)


def header(viewer: Viewer, obj: Obj) -> Header:
    saves = list(
        Source.objects.visible_to(viewer)
        .filter(obj=obj)
        .select_related("group", "saved_by")
        .order_by("-active", "saved_at")
    )
    mine_on = set(Listing.objects.filter(user_id=viewer.user_id or 0, obj=obj).values_list("list_name", flat=True))
    mine = my_saving_groups(viewer)
    have = {save.group_id for save in saves if save.active}
    offered = [group for group in mine if group.pk not in have and not group.sitewide]
    own = have if viewer.sees_all else have & {group.pk for group in mine}
    said = heads.classification(viewer, obj)
    return Header(
        obj,
        saves,
        FAVORITES in mine_on,
        WATCHLIST in mine_on,
        offered,
        own,
        {save.group_id for save in saves} if viewer.sees_all else {group.pk for group in mine},
        distances(obj.redshift),
        said,
        heads.reported(obj.tns_name, obj.tns_info),
        galaxies.host_of(obj) if obj.host_id else None,
        heads.tags_of(viewer, obj),
        heads.position_texts(obj),
        reddening(obj),
        urlencode(heads.similar(obj, said) or {}),
        viewer.may("Upload data"),
        reminders.due(viewer, obj),
    )


def others_here(viewer: Viewer, obj: Obj) -> list[User]:
    """Who else has this obj open now, of those the viewer may know of."""
    ids = set(presence.present(f"source:{obj.name}")) - {viewer.user_id}
    return list(groups.users(viewer).filter(pk__in=ids).order_by("username")) if ids else []


def facts(viewer: Viewer, obj: Obj) -> heads.Facts:
    return heads.facts(viewer, obj)


def distances(redshift: float | None) -> dict[str, float] | None:
    """Distance modulus (mag) and luminosity distance (Mpc); None where the redshift says nothing of distance."""
    if redshift is None or redshift <= 0:
        return None
    return {
        "modulus": cosmology.distance_modulus(redshift),
        "luminosity": cosmology.luminosity_distance(redshift),
    }


def find(viewer: Viewer, text: str, *, most: int = 8) -> list[dict[str, Any]]:
    """Objs whose name, TNS name or alias begins so, for the quick search."""
    text = text.strip()
    visible = Obj.objects.visible_to(viewer)
    bare = text.upper().removeprefix("SN").removeprefix("AT").strip()
    named = Q(name__startswith=text)
    if (usual := _SURVEY.sub(lambda found: found.group().upper(), text)) != text:
        named |= Q(name__startswith=usual)
    found = list(visible.filter(named).order_by("name")[:most])
    if len(found) < most:
        more = visible.filter(tns_name__startswith=bare) | visible.filter(alias__contains=[text])
        found += [obj for obj in more.order_by("name")[:most] if obj.pk not in {o.pk for o in found}]
    return [
        {"name": obj.name, "tns_name": obj.tns_name, "ra": obj.ra, "dec": obj.dec, "redshift": obj.redshift}
        for obj in found[:most]
    ]


def group_names(group_ids: list[int]) -> str:
    """Names for a sentence: "A, B and C"."""
    names = list(Group.objects.filter(pk__in=group_ids).order_by("name").values_list("name", flat=True))
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def my_saving_groups(viewer: Viewer) -> list[Group]:
    """Groups in which the viewer may save, their own last."""
    mine = Group.objects.filter(memberships__user_id=viewer.user_id or 0, memberships__can_save=True)
    return list(mine.order_by("single_user_group", "name"))


def askable_groups(viewer: Viewer, obj: Obj) -> list[Group]:
    """Groups the viewer knows of and cannot save to themselves, which do not have this obj as far as they know."""
    have = Source.objects.visible_to(viewer).filter(obj=obj, active=True).values("group_id")
    others = groups.groups(viewer).filter(single_user_group=False, sitewide=False).exclude(pk__in=have)
    return list(others.exclude(pk__in=[group.pk for group in my_saving_groups(viewer)]).order_by("name"))


@dataclass(frozen=True)
class RecentSave:
    """A source on the dashboard: the newest of its saves that the viewer may see."""

    obj: Obj
    group: Group
    saved_by: User | None
    saved_at: datetime
    classification: str


def recent_saves(viewer: Viewer, *, most: int = 12) -> list[RecentSave]:
    """The newest saves in the viewer's groups, one row an obj. Two queries."""
    rows = (
        Source.objects.visible_to(viewer)
        .filter(active=True)
        .select_related("obj", "group", "saved_by")
        .order_by("-saved_at", "-obj_id")[: most * 3]
    )
    newest: dict[int, Source] = {}
    for row in rows:
        newest.setdefault(row.obj_id, row)
    chosen = list(newest.values())[:most]
    classes = newest_classes(viewer, [row.obj_id for row in chosen])
    return [RecentSave(r.obj, r.group, r.saved_by, r.saved_at, classes.get(r.obj_id, "")) for r in chosen]


def newest_classes(viewer: Viewer, obj_ids: list[int]) -> dict[int, str]:
    said = Classification.objects.visible_to(viewer).filter(obj_id__in=obj_ids, ml=False)
    return dict(said.order_by("obj_id", "created_at").values_list("obj_id", "classification"))


def my_groups(viewer: Viewer) -> list[Group]:
    """Groups the viewer belongs to, their own and everybody's apart."""
    return list(Group.objects.filter(pk__in=viewer.group_ids, single_user_group=False, sitewide=False).order_by("name"))


def my_groups_counted(viewer: Viewer) -> list[Group]:
    """The same, with how many sources each holds; counted from the index alone."""
    mine = my_groups(viewer)
    saved = Source.objects.filter(active=True, group__in=[group.pk for group in mine])
    counts = dict(saved.values_list("group_id").annotate(n=Count("pk")).order_by())
    for group in mine:
        group.source_count = counts.get(group.pk, 0)  # type: ignore[attr-defined]
    return mine


def used_classes(viewer: Viewer) -> list[str]:
    """Classes that occur among what the viewer may read, as ``taxonomy: class``; remembered for five minutes."""

    def look() -> list[str]:
        rows = Classification.objects.visible_to(viewer).order_by().values_list("taxonomy__name", "classification")
        return sorted(f"{taxonomy}: {name}" for taxonomy, name in rows.distinct())

    return cache.get_or_set(f"used-classes:{viewer.user_id}", look, 300) or []


def sources_of_group(viewer: Viewer, group_id: int) -> int:
    """How many sources a group keeps, as far as the viewer may see them."""
    return Source.objects.visible_to(viewer).filter(group_id=group_id, active=True).count()
