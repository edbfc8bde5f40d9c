"""Writing down what happened."""

from __future__ import annotations

import json
import logging
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from skyportal.plugins import Slot

from .entries import Entry
from .models import Delivery, JournalEntry
from .reactions import reactions_to

logger = logging.getLogger(__name__)

committed: Slot = Slot("journal.committed")
"""Called with the topics of an entry once its transaction is safe; `live` hangs here."""


class OutsideTransaction(RuntimeError):
    """`record` was called where nothing holds the entry and its act together."""


def record(entry: Entry) -> JournalEntry:
    """Write an entry and what must follow from it, inside the caller's transaction; queue both on commit."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{type(entry).__name__} was recorded outside a transaction.")
    payload = json.loads(json.dumps(entry.payload()))
    row = JournalEntry.objects.create(
        kind=type(entry).__name__, payload=payload, actor_id=entry.actor_id, topics=entry.topics()
    )
    now = timezone.now()
    deliveries = Delivery.objects.bulk_create(
        Delivery(entry=row, reaction=r.name, queue=r.queue, due_at=now) for r in reactions_to(entry)
    )
    transaction.on_commit(partial(_send, row.topics, [(d.pk, d.queue) for d in deliveries]))
    return row


def _send(topics: list[str], deliveries: list[tuple[int, str]]) -> None:
    """Tell open pages and workers. What fails here is not lost: the sweep finds it within a minute."""
    from .tasks import deliver

    try:
        for delivery_id, queue in deliveries:
            deliver.apply_async((delivery_id,), queue=queue, retry=False)
    except Exception:
        logger.exception("The queue did not take %d deliveries; the sweep will.", len(deliveries))
    for listener in committed:
        try:
            listener(topics)
        except Exception:
            logger.exception("Open pages were not told of %s.", topics)
