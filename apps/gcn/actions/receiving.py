"""A message arrives: kept whole first, then understood. Nothing is lost, and nothing is there twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from skyportal.access.errors import Conflict, Refusal
from skyportal.access.viewer import Viewer

from ..models import Outcome, ReceivedNotice
from ..notices import UnreadableNotice, read
from ..notices.reading import is_circular, is_xml, json_of
from .circulars import keep_circular

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
"""After so many a message is left alone; an operator may still have it read again."""
OVERDUE = timedelta(minutes=1)


@dataclass(frozen=True)
class Received:
    """What became of a message."""

    pk: int
    outcome: str
    reason: str

    @property
    def is_well(self) -> bool:
        return self.outcome in (Outcome.UNDERSTOOD, Outcome.REPEATED)


@dataclass(frozen=True)
class _Understood:
    outcome: str
    reason: str
    kind: str = ""
    ivorn: str = ""


def receive(
    raw: bytes,
    topic: str = "",
    *,
    partition: int | None = None,
    offset: int | None = None,
    viewer: Viewer | None = None,
) -> Received:
    """Keep the message, then understand it. The same bytes again are counted, and understood if they never were."""
    pk = keep(raw, topic, partition=partition, offset=offset)
    return understand(pk, raw, viewer=viewer)


def keep(raw: bytes, topic: str = "", *, partition: int | None = None, offset: int | None = None) -> int:
    """The bytes in the file storage and a row for them, committed before anybody looks into them. The row's id."""
    digest = hashlib.sha256(raw).hexdigest()
    name = f"notices/{digest[:2]}/{digest}"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(raw))
    with transaction.atomic():
        row, new = ReceivedNotice.objects.get_or_create(
            digest=digest,
            defaults={
                "topic": _printable(topic)[:1000], "partition": partition, "offset": offset,
                "size": len(raw), "file": name,
            },
        )  # fmt: skip
        if not new:
            ReceivedNotice.objects.filter(pk=row.pk).update(times_seen=F("times_seen") + 1, last_seen_at=timezone.now())
    return int(row.pk)


def understand(pk: int, raw: bytes | None = None, *, again: bool = False, viewer: Viewer | None = None) -> Received:
    """Make of a kept message what it says. What is done with is not done again, unless ``again``.

    The outcome commits together with the event; the attempt is counted before, so that a message which kills its
    reader is not tried for ever.
    """
    if not again and (done := _done(ReceivedNotice.objects.get(pk=pk))):
        return done
    ReceivedNotice.objects.filter(pk=pk).update(attempts=F("attempts") + 1, tried_at=timezone.now())
    with transaction.atomic():
        row = ReceivedNotice.objects.select_for_update().get(pk=pk)
        if not again and (done := _done(row)):
            return done
        found = _attempt(row, raw if raw is not None else raw_bytes(row), viewer)
        if not (row.outcome == Outcome.UNDERSTOOD and found.outcome == Outcome.REPEATED):
            row.outcome, row.reason = found.outcome, _printable(found.reason)[:2000]
        row.kind, row.ivorn = found.kind or row.kind, _printable(found.ivorn) or row.ivorn
        row.save(update_fields=["outcome", "reason", "kind", "ivorn"])
    return Received(pk, row.outcome, row.reason)


def _done(row: ReceivedNotice) -> Received | None:
    """What became of it, where that is settled."""
    if row.outcome in (Outcome.UNDERSTOOD, Outcome.REPEATED):
        return Received(row.pk, Outcome.REPEATED, f"It came before. {row.reason}")
    return Received(row.pk, row.outcome, row.reason) if row.outcome == Outcome.REFUSED else None


def raw_bytes(row: ReceivedNotice) -> bytes:
    with default_storage.open(row.file) as file:
        return file.read()


def _attempt(row: ReceivedNotice, raw: bytes, viewer: Viewer | None) -> _Understood:
    """What is refused says why; what fails unexpectedly is told in the log and left for another attempt."""
    kind = ivorn = ""
    try:
        with transaction.atomic():
            if not is_xml(raw) and is_circular(said := json_of(raw)):
                return _Understood(Outcome.UNDERSTOOD, keep_circular(said), kind="circular")
            notice = read(raw, row.topic)
            kind, ivorn = notice.kind, notice.ivorn
            sentence = _admit(viewer or Viewer.system("a notice that was received"), notice)
            trouble = str(notice.properties.get("skymap_trouble", ""))
            return _Understood(Outcome.UNDERSTOOD, " ".join(filter(None, (sentence, trouble))), kind, ivorn)
    except UnreadableNotice as problem:
        return _Understood(Outcome.REFUSED, problem.reason, kind, ivorn)
    except Conflict as known:
        return _Understood(Outcome.REPEATED, known.message, kind, ivorn)
    except Refusal as refusal:
        return _Understood(Outcome.REFUSED, refusal.message, kind, ivorn)
    except Exception as problem:
        logger.exception("The message %s of %s could not be understood.", row.digest[:12], row.topic)
        return _Understood(Outcome.FAILED, f"{type(problem).__name__}: {problem}", kind, ivorn)


def _admit(viewer: Viewer, notice: Any) -> str:
    from . import events  # brings the maps' arithmetic in: only whoever has a notice pays for it

    return str(events.admit(viewer, notice).outcome)


def take_up(most: int = 50) -> int:
    """Messages that a crash left between keeping and understanding, and those that failed for a reason of the moment.

    How many were taken up.
    """
    now = timezone.now()
    left = Q(outcome=Outcome.WAITING, received_at__lt=now - OVERDUE) | Q(outcome=Outcome.FAILED)
    rows = ReceivedNotice.objects.filter(left, attempts__lt=MOST_ATTEMPTS).filter(
        Q(tried_at__isnull=True) | Q(tried_at__lt=now - OVERDUE)
    )
    ids = list(rows.order_by("received_at", "pk").values_list("pk", flat=True)[:most])
    for pk in ids:
        understand(pk)
    _give_up()
    return len(ids)


def _give_up() -> None:
    """What kills its reader each time is said to have failed."""
    ReceivedNotice.objects.filter(
        outcome=Outcome.WAITING, attempts__gte=MOST_ATTEMPTS, tried_at__lt=timezone.now() - OVERDUE
    ).update(outcome=Outcome.FAILED, reason=f"Its reader died {MOST_ATTEMPTS} times.")


def replay(
    viewer: Viewer, ids: list[int] | None = None, *, say: Callable[[Received], None] | None = None
) -> list[Received]:
    """Read messages again that an operator chose; without a choice those that were refused or failed."""
    from ..queries.notices import need_operator

    need_operator(viewer)
    rows = ReceivedNotice.objects.visible_to(viewer)
    rows = rows.filter(outcome__in=(Outcome.REFUSED, Outcome.FAILED)) if ids is None else rows.filter(pk__in=ids)
    found = []
    for pk in rows.order_by("received_at", "pk").values_list("pk", flat=True)[:1000]:
        found.append(understand(pk, again=True))
        if say:
            say(found[-1])
    return found


def _printable(text: str) -> str:
    return text.replace("\x00", "�")
