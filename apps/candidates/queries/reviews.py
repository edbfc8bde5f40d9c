"""The vetting log: who looked at an obj when, with which filter version, and what they decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from apps.groups.models import Group
from apps.sources.models import Obj
from apps.sources.queries.objs import get_obj
from skyportal.access.models import AudienceMember
from skyportal.access.viewer import Viewer

from ..models import FilterVersion, GroupRejection, Review
from ..models.scanning import LOOKED

MOST_LINES = 200


@dataclass(frozen=True)
class Mark:
    """What a card says of earlier looks: when mine was, and how many people there were."""

    mine: datetime | None = None
    people: int = 0


def _of_candidates(viewer: Viewer) -> QuerySet:
    """Lines of objs that the viewer knows already."""
    if viewer.sees_all:
        return Review.objects.all()
    shared = AudienceMember.objects.shared_with(viewer).values("audience_id")
    return Review.objects.filter(Q(audience_id__in=shared) | Q(user_id=viewer.user_id or 0))


def marks(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, Mark]:
    """By obj; one query."""
    rows = _of_candidates(viewer).filter(obj_id__in=list(obj_ids)).order_by().values("obj_id")
    rows = rows.annotate(people=Count("user_id", distinct=True), mine=Max("at", filter=Q(user_id=viewer.user_id or 0)))
    return {row["obj_id"]: Mark(row["mine"], row["people"]) for row in rows}


def rejected_for_groups(viewer: Viewer, obj_ids: Iterable[int]) -> set[int]:
    rows = GroupRejection.objects.filter(obj_id__in=list(obj_ids), group_id__in=sorted(viewer.group_ids))
    return set(rows.values_list("obj_id", flat=True))


def log(viewer: Viewer, name: str) -> list[dict[str, Any]]:
    """Lines of one obj, newest first. Filters and groups that the viewer may not know of stay out. Four queries."""
    obj: Obj = get_obj(viewer, name)
    lines = list(Review.objects.visible_to(viewer).filter(obj=obj).select_related("user").order_by("-at")[:MOST_LINES])
    wanted = {pk for line in lines for pk in line.version_ids}
    versions = {
        row.pk: f"{row.filter.name} v{row.number}"
        for row in FilterVersion.objects.visible_to(viewer).filter(pk__in=wanted).select_related("filter")
    }
    groups = Group.objects.filter(pk__in={pk for line in lines for pk in line.group_ids})
    if not viewer.sees_all:
        groups = groups.filter(pk__in=sorted(viewer.group_ids))
    names = dict(groups.values_list("pk", "name"))
    return [
        {
            "who": line.user.username,
            "at": line.at,
            "deed": line.deed,
            "only_looked": line.deed == LOOKED,
            "reason": line.reason,
            "groups": [names[pk] for pk in line.group_ids if pk in names],
            "versions": [versions[pk] for pk in line.version_ids if pk in versions],
        }
        for line in lines
    ]
