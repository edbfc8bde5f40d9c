"""Shared scans: who has what, and what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Count, Q

from apps.sources.models import Obj
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import ScanMember, ScanSession, ScanTurn
from ..models.scanning import LOOKED, REJECTED, SAVED


def get_session(viewer: Viewer, session_id: int) -> ScanSession:
    rows = ScanSession.objects.visible_to(viewer).select_related("group", "started_by")
    found = rows.filter(pk=session_id).first()
    if found is None:
        raise NotVisible("There is no such shared scan.", status=404)
    return found


def sessions(viewer: Viewer) -> list[ScanSession]:
    """The newest shared scans of the viewer's groups, with how far they are."""
    rows = ScanSession.objects.visible_to(viewer).select_related("group", "started_by").order_by("-created_at")
    counted = rows.annotate(total=Count("turns"), done=Count("turns", filter=~Q(turns__deed="")))
    return list(counted[:50])


def state(viewer: Viewer, session: ScanSession) -> dict[str, Any]:
    """How far it is, by person; objs that the viewer may not see are counted and not named. Three queries."""
    members = list(ScanMember.objects.filter(session=session).select_related("user").order_by("joined_at"))
    turns = list(ScanTurn.objects.filter(session=session).select_related("obj", "user").order_by("place"))
    known = set(
        Obj.objects.visible_to(viewer).filter(pk__in=[turn.obj_id for turn in turns]).values_list("pk", flat=True)
    )
    parts: dict[int | None, Counter[str]] = defaultdict(Counter)
    for turn in turns:
        parts[turn.user_id][turn.deed or "left"] += 1
    done = sum(1 for turn in turns if turn.deed)
    return {
        "session": session,
        "total": len(turns),
        "done": done,
        "unowned": parts[None]["left"],
        "people": [_person(member, parts[member.user_id]) for member in members],
        "am_in": any(m.user_id == viewer.user_id and m.left_at is None for m in members),
        "mine_left": parts[viewer.user_id]["left"] if viewer.user_id else 0,
        "saved": [turn for turn in turns if turn.deed == SAVED and turn.obj_id in known],
        "rejected": [turn for turn in turns if turn.deed == REJECTED and turn.obj_id in known],
        "remarked": [turn for turn in turns if turn.deed not in ("", LOOKED, SAVED, REJECTED) and turn.obj_id in known],
        "unseen": [turn for turn in turns if not turn.deed and turn.obj_id in known],
        "passed_over": sum(1 for turn in turns if turn.deed == LOOKED),
    }


def _person(member: ScanMember, became: Counter[str]) -> dict[str, Any]:
    return {
        "name": member.user.username,
        "here": member.left_at is None,
        "left": became["left"],
        "done": sum(became.values()) - became["left"],
        "saved": became[SAVED],
        "rejected": became[REJECTED],
        "all": sum(became.values()),
    }
