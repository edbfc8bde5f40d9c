"""Delivering entries to their reactions: at least once, each alone, safe against a crash at any point."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from .entries import revive
from .models import Delivery
from .reactions import Reaction, reaction

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
CLAIM_LASTS = timedelta(minutes=15)
"""A claim older than this belongs to a worker that died."""

SWEEP_AT_ONCE = 1000


def run(delivery_id: int) -> bool:
    """Claim a delivery and carry it out; False where another worker has it or it is done."""
    now = timezone.now()
    free = Q(state=Delivery.WAITING) | Q(state=Delivery.CLAIMED, claimed_at__lt=now - CLAIM_LASTS)
    claimed = Delivery.objects.filter(free, pk=delivery_id, due_at__lte=now).update(
        state=Delivery.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    delivery = Delivery.objects.select_related("entry").get(pk=delivery_id)
    if delivery.attempts > MAX_ATTEMPTS:  # an exception ends the last attempt: this one's worker died in each
        _close(delivery, Delivery.FAILED, "Whoever carried it out died of it, or was stopped, each time.")
        return True
    found = reaction(delivery.reaction)
    if found is None:
        _close(delivery, Delivery.FAILED, "This reaction no longer exists.")
        return True
    try:
        _react(found, delivery)
    except Exception as error:  # noqa: BLE001 - one broken reaction must not delay another
        _try_later(delivery, error)
    return True


def _react(found: Reaction, delivery: Delivery) -> None:
    entry = revive(delivery.entry.kind, delivery.entry.payload)
    if found.outside:
        found.function(entry, delivery.pk)
        _close(delivery, Delivery.DONE)
        return
    with transaction.atomic():
        found.function(entry)
        _close(delivery, Delivery.DONE)


def _close(delivery: Delivery, state: str, error: str = "") -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, done_at=timezone.now(), error=error)


def _try_later(delivery: Delivery, error: Exception) -> None:
    logger.warning(
        "%s failed for entry %s (attempt %d): %s", delivery.reaction, delivery.entry_id, delivery.attempts, error
    )
    state = Delivery.FAILED if delivery.attempts >= MAX_ATTEMPTS else Delivery.WAITING
    wait = timedelta(seconds=min(3600, 5 * 4 ** (delivery.attempts - 1)))
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, due_at=timezone.now() + wait, error=f"{type(error).__name__}: {error}"[:2000]
    )


def sweep() -> int:
    """Carry out what is due and was left behind: by a crash, a lost queue, or a failure that may pass."""
    now = timezone.now()
    left = Delivery.objects.filter(
        Q(state=Delivery.WAITING, due_at__lt=now - timedelta(seconds=30))
        | Q(state=Delivery.CLAIMED, claimed_at__lt=now - CLAIM_LASTS)
    ).order_by("due_at")[:SWEEP_AT_ONCE]
    return sum(run(pk) for pk in left.values_list("pk", flat=True))


def again(deliveries: QuerySet[Delivery]) -> int:
    """Start over with those that gave up or wait for another attempt; how many."""
    chosen = list(deliveries.filter(state__in=[Delivery.FAILED, Delivery.WAITING]).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=chosen).update(state=Delivery.WAITING, attempts=0, due_at=timezone.now(), error="")
    for pk, queue in Delivery.objects.filter(pk__in=chosen).values_list("pk", "queue"):
        transaction.on_commit(partial(_queue, pk, queue))
    return len(chosen)


def _queue(delivery_id: int, queue: str) -> None:
    """Hand to a worker; what the queue does not take, the sweep finds."""
    from .tasks import deliver

    with suppress(OperationalError):
        deliver.apply_async((delivery_id,), queue=queue, retry=False)
