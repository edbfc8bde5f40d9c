"""Notices from Kafka: stored, then told done, then understood."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import Any

from django.db.models import F
from django.utils import timezone

from apps.candidates.brokers import consumer

from ..brokers.gcn_kafka import HEARTBEAT
from ..models import NoticeFeed
from . import receiving

logger = logging.getLogger(__name__)

PATIENCE = 1.0
BATCH = 20
PULSE_EVERY = 15.0
LAG_EVERY = 60.0


class Listening:
    """One consumer of GCN.

    A message's place is committed once its bytes are stored. A crash before brings it again, and the same bytes are
    one row; a crash after leaves a row that waits, and the clock takes it up.
    """

    def __init__(self, broker: consumer.Broker) -> None:
        self.broker = broker
        self.stopping = False
        self.outcomes: Counter[str] = Counter()
        self._heard = 0
        self._beat = False
        self._trouble: str | None = None
        self._told_at = self._lag_at = 0.0

    def stop(self) -> None:
        """Finish what is at hand, then end."""
        self.stopping = True

    def run(self, *, most: int | None = None, idle: float | None = None) -> Counter[str]:
        """Until told to stop; with ``most`` until so many messages were read, with ``idle`` until so long was quiet."""
        _feed(started_at=timezone.now(), trouble="")
        last = time.monotonic()
        try:
            while not self.stopping:
                if self.once():
                    last = time.monotonic()
                elif idle is not None and time.monotonic() - last > idle:
                    break
                if most is not None and self.outcomes.total() >= most:
                    break
        finally:
            self._tell(now=True)
            self.broker.close()
        return self.outcomes

    def once(self, timeout: float = PATIENCE) -> int:
        """Some messages: stored, told done, understood. How many came, without heartbeats."""
        messages = [message for message in self.broker.consume(BATCH, timeout) if self._is_good(message)]
        notices = [message for message in messages if message.topic() != HEARTBEAT]
        kept = [(self._keep(message), message.value() or b"") for message in notices]
        if messages:
            self.broker.commit(offsets=consumer.next_offsets(messages), asynchronous=False)
            self._beat |= len(notices) < len(messages)
            self._trouble = ""
        self._heard += len(kept)
        self._tell()
        for pk, raw in kept:
            found = receiving.understand(pk, raw)
            self.outcomes[found.outcome] += 1
            logger.info("%s: %s", found.outcome, found.reason[:300])
        return len(kept)

    def _keep(self, message: Any) -> int:
        return receiving.keep(
            message.value() or b"", message.topic(), partition=message.partition(), offset=message.offset()
        )

    def _is_good(self, message: Any) -> bool:
        problem = consumer.complaint(message)
        if problem:
            logger.warning("GCN's broker says: %s", problem)
            self._trouble = problem
        return not problem

    def _tell(self, *, now: bool = False) -> None:
        """The lamp is told a few times a minute, not with each heartbeat."""
        if not now and not self._heard and time.monotonic() - self._told_at < PULSE_EVERY:
            return
        told: dict[str, Any] = {}
        if self._beat:
            told["last_heartbeat_at"] = timezone.now()
        if self._heard:
            told |= {"last_message_at": timezone.now(), "messages": F("messages") + self._heard}
        if self._trouble is not None:
            told["trouble"] = self._trouble[:500]
        if time.monotonic() - self._lag_at > LAG_EVERY and not now:
            self._lag_at = time.monotonic()
            told["lag"], _ = consumer.lag(self.broker)
        if told:
            _feed(**told)
        self._heard, self._beat, self._trouble, self._told_at = 0, False, None, time.monotonic()


def _feed(**told: Any) -> None:
    row, _ = NoticeFeed.objects.get_or_create(name="GCN")
    NoticeFeed.objects.filter(pk=row.pk).update(**told)
