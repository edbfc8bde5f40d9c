"""What somebody looked at and decided, written to each obj's vetting log and to the shared scans it is part of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from apps.sources.actions import checks, listings
from apps.sources.models import Obj
from apps.sources.models.lists import REJECTED as REJECTED_LIST
from skyportal.access.errors import NotVisible
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import CandidatesReviewed
from ..models import FilterVersion, GroupRejection, LatestCandidate, Review, ScanTurn
from ..models.scanning import LOOKED, REJECTED, TAKEN_BACK, UNSAVED
from ..queries.items import savable_groups
from ..queries.scanning import Scope

NIGHT = timedelta(hours=12)
"""Looks of one person within it are one line of the log."""
MOST = 100


@transaction.atomic
def review(
    viewer: Viewer,
    obj_ids: Iterable[int],
    scope: Scope,
    deed: str,
    *,
    reason: str = "",
    group_ids: Iterable[int] = (),
) -> int:
    """Log what a person did with candidates of these filters; how many they were."""
    person = checks.person(viewer)
    shown = _shown(obj_ids, scope)
    if not shown:
        return 0
    versions = dict(
        FilterVersion.objects.filter(
            filter__in={f for pairs in shown.values() for f, _ in pairs}, active=True
        ).values_list("filter_id", "pk")
    )
    again = _again(person, shown) if deed == LOOKED else set()
    audiences: dict[tuple[int, ...], Audience] = {}
    lines = []
    for obj_id, pairs in shown.items():
        if obj_id in again:
            continue
        members = tuple(sorted({group for _, group in pairs}))
        if members not in audiences:
            audiences[members] = Audience.objects.of(members)
        used = sorted(versions[f] for f, _ in pairs if f in versions)
        lines.append(
            Review(
                obj_id=obj_id, user_id=person, deed=deed, audience=audiences[members], reason=reason,
                group_ids=list(group_ids), version_ids=used,
            )
        )  # fmt: skip
    Review.objects.bulk_create(lines)
    sessions = _turned(person, list(shown), deed, reason)
    names = list(Obj.objects.filter(pk__in=shown).order_by("pk").values_list("name", flat=True))
    record(CandidatesReviewed(names, deed, person, sessions))
    return len(shown)


def _shown(obj_ids: Iterable[int], scope: Scope) -> dict[int, list[tuple[int, int]]]:
    """By obj, the filters (with their groups) among those scanned that it passed."""
    rows = LatestCandidate.objects.filter(obj_id__in=list(obj_ids), filter_id__in=scope.filter_ids)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for obj_id, filter_id, group_id in rows.values_list("obj_id", "filter_id", "filter__group_id"):
        found[obj_id].append((filter_id, group_id))
    return found


def _again(person: int, obj_ids: Iterable[int]) -> set[int]:
    """Objs this person looked at this very night: the line that is there is brought up to date."""
    now = timezone.now()
    rows = Review.objects.filter(user_id=person, obj_id__in=list(obj_ids), deed=LOOKED, at__gt=now - NIGHT)
    known = set(rows.values_list("obj_id", flat=True))
    rows.update(at=now)
    return known


def _turned(person: int, obj_ids: list[int], deed: str, reason: str) -> list[int]:
    """Tick these off in the shared scans that this person is part of; their ids."""
    turns = ScanTurn.objects.filter(user_id=person, obj_id__in=obj_ids, session__ended_at=None)
    sessions = sorted(set(turns.values_list("session_id", flat=True)))
    if not sessions:
        return []
    if deed == LOOKED:
        turns = turns.filter(deed="")
    became = LOOKED if deed in (TAKEN_BACK, UNSAVED) else deed
    turns.update(deed=became, reason=reason, at=timezone.now())
    return sessions


def look(viewer: Viewer, names: Iterable[str], scope: Scope) -> int:
    """Remember that the viewer had these candidates before them."""
    wanted = list(dict.fromkeys(names))[:MOST]
    ids = Obj.objects.filter(name__in=wanted).values_list("pk", flat=True)
    return review(viewer, list(ids), scope, LOOKED)


@transaction.atomic
def reject(viewer: Viewer, obj: Obj, scope: Scope, reason: str = "", group_ids: Iterable[int] = ()) -> None:
    """Not to be shown again: to oneself or, where groups are named, to anybody who scans for them."""
    reason = checks.text(reason, "reason", most=500).strip() if reason else ""
    named = groups.groups_to_save_in(viewer, group_ids)
    if named:
        GroupRejection.objects.bulk_create(
            [GroupRejection(obj=obj, group_id=g, user_id=viewer.user_id, reason=reason) for g in named],
            ignore_conflicts=True,
        )
    else:
        listings.add_listing(viewer, obj.name, REJECTED_LIST, params={"reason": reason} if reason else None)
    review(viewer, [obj.pk], scope, REJECTED, reason=reason, group_ids=named)


@transaction.atomic
def take_back(viewer: Viewer, obj: Obj, scope: Scope) -> list[int] | None:
    """Undo the rejection: one's own, and those for groups in which one may save; None where there was none."""
    may_save = {group["id"] for group in savable_groups(viewer)}
    rows = GroupRejection.objects.filter(obj=obj, group_id__in=may_save)
    of_groups = sorted(rows.values_list("group_id", flat=True))
    rows.delete()
    try:
        listings.remove_from_list(viewer, obj.name, REJECTED_LIST)
    except NotVisible:
        if not of_groups:
            return None
    review(viewer, [obj.pk], scope, TAKEN_BACK, group_ids=of_groups)
    return of_groups
