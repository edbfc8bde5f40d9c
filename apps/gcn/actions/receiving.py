"""A message arrives: kept whole first, then understood. Nothing is lost, and nothing is there twice."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.groups.queries.viewers import viewer_of
from apps.sources.actions.attachments import keep as keep_file
from skyportal.access.errors import NotAllowed, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import MapAsked
from ..models import GcnEvent, GcnNotice, Outcome, ReceivedNotice
from ..notices import Notice, UnreadableNotice, read
from ..notices.reading import is_circular, is_xml, json_of
from ..queries.notices import need_operator
from .circulars import keep_circular
from .dictionaries import as_notice
from .events import Admitted, UnknownEvent, admit

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
"""After so many a message is left alone; an operator may still have it read again."""
MOST_REPLAYED = 200
"""Messages that one press reads again."""
OVERDUE = timedelta(minutes=1)
SETTLED = (Outcome.UNDERSTOOD, Outcome.REPEATED, Outcome.REFUSED)
OURS = "a notice that was received"


@dataclass(frozen=True)
class Received:
    """What became of a message."""

    pk: int
    outcome: str
    reason: str
    notice_id: int | None = None
    admitted: Admitted | None = None
    problem: Exception | None = None

    @property
    def is_well(self) -> bool:
        return self.outcome in (Outcome.UNDERSTOOD, Outcome.REPEATED)

    @property
    def label(self) -> str:
        """The outcome in words, within a sentence."""
        return str(Outcome(self.outcome).label).lower()


@dataclass(frozen=True)
class _Found:
    """What an attempt found out."""

    outcome: str
    reason: str
    kind: str = ""
    ivorn: str = ""
    trigger_id: str = ""
    admitted: Admitted | None = None
    problem: Exception | None = None
    """What whoever posted it is to be told."""


@dataclass(frozen=True)
class Posted:
    """Who sent a message to the API, as what, and for which groups, as they asked."""

    form: str
    """xml, json, or figures"""
    user_id: int | None
    group_ids: Any


def receive(raw: bytes, topic: str = "") -> Received:
    """Keep the message, then understand it. The same bytes again are counted, and understood if they never were."""
    return understand(keep(raw, topic), raw)


def keep(raw: bytes, topic: str = "", *, partition: int | None = None, offset: int | None = None) -> int:
    """The bytes in the file storage and a row for them, committed before anybody looks into them. The row's id."""
    place = {"topic": _printable(topic)[:1000], "partition": partition, "offset": offset}
    return _keep(raw, hashlib.sha256(raw), place)


def keep_posted(raw: bytes, posted: Posted) -> int:
    """The same of what somebody sent. For other groups, or from another sender, it is another message."""
    digest = hashlib.sha256(raw)
    digest.update(b"\0" + json.dumps([posted.form, posted.user_id, posted.group_ids]).encode())
    told = {"posted_as": posted.form, "sent_by_id": posted.user_id, "group_ids": posted.group_ids}
    return _keep(raw, digest, {"topic": "API", **told})


def _keep(raw: bytes, digest: Any, columns: dict[str, Any]) -> int:
    name = keep_file(raw, "notices", ".xml" if is_xml(raw) else ".json")
    with transaction.atomic():
        row, new = ReceivedNotice.objects.get_or_create(
            digest=digest.hexdigest(), defaults={**columns, "size": len(raw), "file": name}
        )
        if not new:
            seen = {"times_seen": F("times_seen") + 1, "last_seen_at": timezone.now()}
            ReceivedNotice.objects.filter(pk=row.pk).update(**seen)
    return int(row.pk)


def understand(pk: int, raw: bytes | None = None, *, again: bool = False, viewer: Viewer | None = None) -> Received:
    """Make of a kept message what it says. What is settled is not done again, unless ``again``.

    The outcome commits together with the event; the attempt is counted before, so that a message which kills its
    reader is not tried for ever. ``viewer``: who posts it at this moment; later it is done as whoever did.
    """
    if not again and (done := _settled(ReceivedNotice.objects.get(pk=pk))):
        return done
    ReceivedNotice.objects.filter(pk=pk).update(attempts=F("attempts") + 1, tried_at=timezone.now())
    with transaction.atomic():
        row = ReceivedNotice.objects.select_for_update().get(pk=pk)
        if not again and (done := _settled(row)):
            return done
        found = _attempt(row, raw if raw is not None else _raw_bytes(row), viewer)
        _write(row, found)
    if found.outcome == Outcome.UNDERSTOOD and found.trigger_id:
        _take_up_early(found.trigger_id)
    return Received(pk, found.outcome, found.reason, row.notice_id, found.admitted, found.problem)


def _settled(row: ReceivedNotice) -> Received | None:
    """What became of it, where nothing more will."""
    if row.outcome not in SETTLED:
        return None
    if row.outcome == Outcome.REFUSED:
        return Received(row.pk, row.outcome, row.reason)
    return Received(row.pk, Outcome.REPEATED, f"It came before. {row.reason}", row.notice_id)


def _write(row: ReceivedNotice, found: _Found) -> None:
    """What was understood once and is read again stays understood."""
    if not (row.outcome == Outcome.UNDERSTOOD and found.outcome == Outcome.REPEATED):
        row.outcome, row.reason = found.outcome, _printable(found.reason)[:2000]
    row.kind, row.ivorn = found.kind or row.kind, _printable(found.ivorn)[:1000] or row.ivorn
    row.trigger_id = _printable(found.trigger_id) or row.trigger_id
    row.notice_id = found.admitted.notice_id if found.admitted else row.notice_id
    row.save(update_fields=["outcome", "reason", "kind", "ivorn", "trigger_id", "notice"])


def _raw_bytes(row: ReceivedNotice) -> bytes:
    with default_storage.open(row.file) as file:
        return file.read()


def _attempt(row: ReceivedNotice, raw: bytes, viewer: Viewer | None) -> _Found:
    """What is refused says why; what fails unexpectedly is told in the log and left for another attempt."""
    try:
        with transaction.atomic():
            if not row.posted_as and not is_xml(raw) and is_circular(said := json_of(raw)):
                return _Found(Outcome.UNDERSTOOD, keep_circular(said), "circular")
            return _admit(viewer or _sender(row), row, _notice(row, raw), raw)
    except UnreadableNotice as problem:
        return _Found(Outcome.REFUSED, problem.reason, problem=problem)
    except Refusal as refusal:
        return _Found(Outcome.REFUSED, refusal.message, problem=refusal)
    except Exception as problem:
        logger.exception("The message %s of %s could not be understood.", row.digest[:12], row.topic)
        return _Found(Outcome.FAILED, f"{type(problem).__name__}: {problem}", problem=problem)


def _sender(row: ReceivedNotice) -> Viewer:
    """As whom a message is understood: what somebody posted brings no more than they themselves may."""
    if not row.posted_as:
        return Viewer.system(OURS)
    found = viewer_of(row.sent_by_id) if row.sent_by_id else None
    if found is None:
        raise NotAllowed("Who posted it has no account here any more: nobody else may say for whom it is.")
    return found


def _notice(row: ReceivedNotice, raw: bytes) -> Notice:
    if row.posted_as == "figures":
        notice, _ = as_notice(json.loads(raw))
    else:
        notice = read(raw, "" if row.posted_as else row.topic)
    # read again, it is the notice that it was, however we name notices by now
    return replace(notice, ivorn=row.notice.ivorn) if row.notice is not None else notice


def _admit(viewer: Viewer, row: ReceivedNotice, notice: Notice, raw: bytes) -> _Found:
    named = (notice.kind, notice.ivorn, notice.trigger_id or "")
    try:
        with transaction.atomic():
            admitted = admit(viewer, notice, raw=raw, group_ids=row.group_ids)
    except Refusal as refusal:
        if isinstance(refusal, UnknownEvent) and not row.posted_as:
            return _Found(Outcome.EARLY, f"{refusal.message} It is taken up when the event is announced.", *named)
        return _Found(Outcome.REFUSED, refusal.message, *named, problem=refusal)
    trouble = str(notice.properties.get("skymap_trouble", ""))
    sentence = f"{admitted.outcome} Its sky map is missing: {trouble}" if trouble else admitted.outcome
    outcome = Outcome.UNDERSTOOD if admitted.is_new else Outcome.REPEATED
    return _Found(outcome, sentence, *named, admitted)


def _take_up_early(trigger_id: str) -> None:
    """What came before its event is understood now."""
    early = ReceivedNotice.objects.filter(outcome=Outcome.EARLY, trigger_id=trigger_id).order_by("received_at", "pk")
    for pk in list(early.values_list("pk", flat=True)[:MOST_REPLAYED]):
        understand(pk)


def take_up(most: int = 50) -> int:
    """Messages that a crash left between keeping and understanding, those that failed for a reason of the moment, and
    those that came before an event which is known by now. How many were taken up.
    """
    now = timezone.now()
    rested = Q(tried_at__isnull=True) | Q(tried_at__lt=now - OVERDUE)
    left = Q(outcome=Outcome.WAITING, received_at__lt=now - OVERDUE) | Q(outcome=Outcome.FAILED)
    known = GcnEvent.objects.filter(trigger_id__isnull=False).values("trigger_id")
    early = Q(outcome=Outcome.EARLY, trigger_id__in=known)
    rows = ReceivedNotice.objects.filter(rested, (left & Q(attempts__lt=MOST_ATTEMPTS)) | early)
    ids = list(rows.order_by("received_at", "pk").values_list("pk", flat=True)[:most])
    for pk in ids:
        understand(pk)
    ReceivedNotice.objects.filter(rested, outcome=Outcome.WAITING, attempts__gte=MOST_ATTEMPTS).update(
        outcome=Outcome.FAILED, reason=f"Its reader died {MOST_ATTEMPTS} times."
    )
    return len(ids)


def replay(viewer: Viewer, ids: list[int] | None = None) -> list[Received]:
    """Read messages again that an operator chose; without a choice those that were refused or failed."""
    need_operator(viewer)
    rows = ReceivedNotice.objects.visible_to(viewer)
    rows = rows.filter(outcome__in=(Outcome.REFUSED, Outcome.FAILED)) if ids is None else rows.filter(pk__in=ids)
    chosen = list(rows.order_by("received_at", "pk").values_list("pk", flat=True)[:MOST_REPLAYED])
    found = [understand(pk, again=True) for pk in chosen]
    asked = _ask_for_maps(viewer, [one.notice_id for one in found if one.notice_id])
    again = " Its sky map is asked for again."
    return [replace(one, reason=one.reason + again) if one.notice_id in asked else one for one in found]


@transaction.atomic
def _ask_for_maps(viewer: Viewer, notice_ids: list[int]) -> set[int]:
    """What was understood, but for its sky map, is to bring that too; which notices those are."""
    rows = list(GcnNotice.objects.filter(pk__in=notice_ids).exclude(map_trouble="").select_related("event"))
    for row in rows:
        record(MapAsked(row.event_id, row.event.address, viewer.user_id, row.pk))
    return {row.pk for row in rows}


def _printable(text: str) -> str:
    return text.replace("\x00", "�")
