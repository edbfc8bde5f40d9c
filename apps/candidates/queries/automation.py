"""What follows by itself when an alert passes a filter: as it is set, and what was done and left undone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from apps.groups.models import Group
from apps.groups.queries import groups as known_groups
from skyportal.access.viewer import Viewer

from ..models import AutomaticAct, Automation, Filter
from ..slots import followup_desks

NIGHT = timedelta(hours=12)


def tonight() -> date:
    """The day on which the night began that it is now; noon to noon, UTC."""
    return (timezone.now() - NIGHT).date()


def of_filters(filter_ids: Iterable[int]) -> dict[int, Automation]:
    """As it is set, of those filters for which somebody set anything."""
    rows = Automation.objects.filter(filter_id__in=list(filter_ids)).prefetch_related("unless_saved_by")
    return {row.filter_id: row for row in rows}


def of_filter(found: Filter) -> Automation:
    """As it is set, or as it is where nobody set anything."""
    return of_filters([found.pk]).get(found.pk) or Automation(filter=found)


def shown(found: Filter, chosen: Automation) -> dict[str, Any]:
    """As the API shows it."""
    groups = sorted(group.pk for group in chosen.unless_saved_by.all()) if chosen.pk else []
    return {
        "autoSave": found.autosave,
        "autoAnnotate": chosen.annotate,
        "autoFollowup": chosen.follow_up,
        "facility": chosen.desk or None,
        "allocation": chosen.choice or None,
        "payload": chosen.payload,
        "ignore_group_ids": groups,
        "ignore_classified": chosen.unless_classified,
        "most_saves": chosen.most_saves,
        "most_follow_ups": chosen.most_follow_ups,
        "least_score": chosen.least_score,
    }


def acts(viewer: Viewer, filter_id: int, most: int = 50) -> list[AutomaticAct]:
    """The newest acts and refusals of a filter."""
    rows = AutomaticAct.objects.visible_to(viewer).filter(filter_id=filter_id)
    return list(rows.select_related("obj").order_by("-at", "-pk")[:most])


def groups_to_heed(viewer: Viewer) -> list[Group]:
    """Groups whose saves a filter may be told to respect: those one is in oneself."""
    rows = known_groups(viewer).filter(single_user_group=False)
    return list((rows if viewer.sees_all else rows.filter(pk__in=viewer.group_ids)).order_by("name")[:500])


def desks(viewer: Viewer, group_id: int) -> list[dict[str, Any]]:
    """Who could be asked for observations in a group's name, and what of it."""
    return [
        {"key": key, "label": desk.label, "choices": desk.choices(viewer, group_id)}
        for key, desk in followup_desks.items()
    ]
