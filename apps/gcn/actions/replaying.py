"""A stored event happens again, now, as an event of a sandbox group: to rehearse a night.

Nothing of the real one changes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.groups.actions.groups import create_group
from apps.groups.models import Group
from skyportal.access.errors import NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps.tiles import NotASkyMap

from ..models import GcnEvent, GcnNotice, Localization
from ..notices.base import Notice, UnreadableNotice
from ..notices.reading import read
from ..queries.events import get_event, whole_second
from ..queries.localizations import sky_map
from .dictionaries import FORM, as_notice
from .events import admit
from .localizations import add_localization
from .locating import REPLAYED

TAG = "replay"
OURS = "an event that is replayed"


@dataclass(frozen=True)
class Step:
    """One notice came again."""

    number: int
    of: int
    kind: str
    after: timedelta
    """Since the event, as it was."""
    outcome: str
    event: GcnEvent | None


def find(name: str) -> GcnEvent:
    """By a name with or without its sender, by its trigger or by its time."""
    spoken = name.strip()
    for said in dict.fromkeys([spoken, spoken.rpartition(" ")[2]]):
        called = GcnEvent.objects.extra(
            where=[
                "trigger_id = %s or exists"
                " (select from unnest(aliases) as a where a = %s or split_part(a, '#', 2) = %s)"
            ],
            params=[said] * 3,
        )  # fmt: skip
        if found := called.order_by("pk").first():
            return found
    try:
        return get_event(Viewer.system(OURS), spoken)
    except NotVisible:
        raise NotVisible(f"No event is called {spoken}: give a name such as S190814bv, or its time.") from None


def sandbox(name: str) -> Group:
    """The group in which it happens; made where there is none of this name, seen by nobody else."""
    found = Group.objects.filter(name__iexact=name.strip(), single_user_group=False).first()
    return found or create_group(Viewer.system(OURS), name, private=True)


def replay(
    event: GcnEvent, group: Group, speed: float, *, pause: Callable[[float], None] = time.sleep
) -> Iterator[Step]:
    """Its notices again, in order, ``speed`` times as fast as they came."""
    notices = list(GcnNotice.objects.filter(event=event).order_by("date", "pk"))
    if not notices:
        return
    shift = _free_time(timezone.now() - notices[0].date, event, notices)
    stamp = f"{timezone.now():%Y%m%d%H%M%S%f}"
    before, made = notices[0].date, None
    for number, row in enumerate(notices, 1):
        pause(max(0.0, (row.date - before).total_seconds() / speed))
        before = row.date
        try:
            made = _again(event, row, group, shift, stamp)
            outcome = "retracted" if made.is_retracted else f"{made.localizations.count()} sky maps"  # type: ignore[attr-defined]
        except (UnreadableNotice, Refusal, NotASkyMap, OSError) as problem:
            outcome = f"skipped: {problem}"
        yield Step(number, len(notices), row.kind, row.date - event.exact_time, outcome, made)


def _free_time(shift: timedelta, event: GcnEvent, notices: Sequence[GcnNotice]) -> timedelta:
    """An event's time is its name: the first shift by which none of its notices meets another event's."""
    said = {event.exact_time, *(row.dateobs for row in notices if row.dateobs)}
    while GcnEvent.objects.filter(dateobs__in=[whole_second(when + shift) for when in said]).exists():
        shift += timedelta(seconds=1)
    return shift


@transaction.atomic
def _again(event: GcnEvent, row: GcnNotice, group: Group, shift: timedelta, stamp: str) -> GcnEvent:
    with row.content.open("rb") as file:
        raw = file.read()
    said = as_notice_again(row, raw, event, shift, stamp)
    admitted = admit(Viewer.system(OURS), said, raw=raw, group_ids=[group.pk])
    _copy_maps(row, admitted.event, admitted.notice_id)
    return admitted.event


def as_notice_again(row: GcnNotice, raw: bytes, event: GcnEvent, shift: timedelta, stamp: str) -> Notice:
    """What it says, under names that no real event has, at its time of now."""
    notice = as_notice(json.loads(raw))[0] if row.form == FORM else read(raw)
    when: datetime | None = notice.dateobs + shift if notice.dateobs else None
    return replace(
        notice,
        form=REPLAYED,
        ivorn=f"{row.ivorn}#{TAG}-{stamp}",
        sent_at=timezone.now(),
        dateobs=when,
        trigger_id=f"{TAG}-{stamp}",
        aliases=(f"REPLAY#{event.name.replace(' ', '')}-{TAG}-{stamp[8:]}",),
        tags=notice.tags | {TAG},
        is_test=True,
    )


def _copy_maps(row: GcnNotice, event: GcnEvent, notice_id: int) -> None:
    """The maps that the notice brought, from here: nobody is asked for them again."""
    notice = GcnNotice.objects.get(pk=notice_id)
    for one in Localization.objects.filter(notice=row).order_by("pk"):
        add_localization(event, one.name, sky_map(one), notice=notice, place=one.place)
