"""Shared scans: a queue is made once, split among those who are there, and handed over at the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from apps.sources.actions import checks
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.journal.recording import record

from ..entries import ScanSessionChanged
from ..models import LatestCandidate, ScanMember, ScanSession, ScanTurn
from ..queries.search import search
from ..queries.sessions import get_session
from ..queries.shares import share

MOST = 1000
"""Cards in a queue; a night that has more is narrowed first."""


@transaction.atomic
def start(viewer: Viewer, group_id: int, query: dict[str, Any], address: str) -> ScanSession:
    """Queue what this question finds among the group's candidates, and join."""
    person = checks.person(viewer)
    (group_id,) = groups.accessible_group_ids(viewer, [group_id])
    # only what passed the group's own filters: its members see that much
    found, _ = search(viewer, {**query, "groupIDs": [group_id], "scanSession": None}, Page(1, MOST))
    if not found.objs:
        raise Invalid("Nothing passed the filters of this group in this window; choose another one.")
    session = ScanSession.objects.create(group_id=group_id, started_by_id=person, query=address[:4000])
    ScanTurn.objects.bulk_create(
        ScanTurn(session=session, obj_id=obj_id, place=place) for place, (obj_id, _) in enumerate(found.objs)
    )
    record(ScanSessionChanged(session.pk, group_id, "started", person))
    _enter(viewer, session)
    return session


def _open(viewer: Viewer, session_id: int) -> ScanSession:
    """The session, held until the transaction ends: two who join at once are dealt to one after the other."""
    get_session(viewer, session_id)
    session = ScanSession.objects.select_for_update().get(pk=session_id)
    if session.ended_at is not None:
        raise Invalid("This shared scan has ended.")
    return session


@transaction.atomic
def join(viewer: Viewer, session_id: int) -> None:
    _enter(viewer, _open(viewer, session_id))


def _enter(viewer: Viewer, session: ScanSession) -> None:
    ScanMember.objects.update_or_create(
        session=session, user_id=checks.person(viewer), defaults={"left_at": None, "joined_at": timezone.now()}
    )
    _deal(session)
    record(ScanSessionChanged(session.pk, session.group_id, "joined", viewer.user_id))


@transaction.atomic
def leave(viewer: Viewer, session_id: int) -> None:
    """What was not scanned goes to those who stay."""
    session = _open(viewer, session_id)
    ScanMember.objects.filter(session=session, user_id=checks.person(viewer)).update(left_at=timezone.now())
    _deal(session)
    record(ScanSessionChanged(session.pk, session.group_id, "left", viewer.user_id))


@transaction.atomic
def end(viewer: Viewer, session_id: int) -> None:
    """What is left stays as it is, and is named in the summary."""
    session = _open(viewer, session_id)
    session.ended_at = timezone.now()
    session.save(update_fields=["ended_at"])
    record(ScanSessionChanged(session.pk, session.group_id, "ended", viewer.user_id))


def _deal(session: ScanSession) -> None:
    members = list(session.members.filter(left_at=None).order_by("joined_at").values_list("user_id", flat=True))
    left = list(session.turns.filter(deed="").order_by("place"))
    owners = share([(turn.pk, turn.user_id) for turn in left], members, _may(session, members, left))
    moved = [turn for turn in left if turn.user_id != owners[turn.pk]]
    for turn in moved:
        turn.user_id = owners[turn.pk]
    ScanTurn.objects.bulk_update(moved, ["user"])


def _may(session: ScanSession, members: Iterable[int], left: list[ScanTurn]) -> dict[int, set[int]]:
    """By member, the turns whose objs they would see on their own scanning page."""
    objs = [turn.obj_id for turn in left]
    found: dict[int, set[int]] = {}
    for member in members:
        viewer = groups.viewer_of(member)
        passings = LatestCandidate.objects.visible_to(viewer or Viewer.nobody()).filter(obj_id__in=objs)
        seen = set(passings.filter(filter__group_id=session.group_id).values_list("obj_id", flat=True))
        found[member] = {turn.pk for turn in left if turn.obj_id in seen}
    return found
