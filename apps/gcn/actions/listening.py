"""Notices from Kafka: stored, then told done, then understood."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from skyportal.kafka import Line, next_offsets

from ..brokers.gcn_kafka import HEARTBEAT, Tokens
from ..models import NoticeFeed
from . import receiving

logger = logging.getLogger(__name__)

PATIENCE = 1.0
BATCH = 20
PULSE_EVERY = 15.0
AGAIN_AFTER, AGAIN_AT_MOST = 2.0, 60.0
"""Seconds after which a token is asked for again before there is one; twice as long each time."""


class Listening:
    """One consumer of GCN. It outlives its broker and the token service, and says on the operator's page how it is.

    A message's place is told to the broker once its bytes are stored. A crash before brings it again, and the same
    bytes are one row; a crash after leaves a row that waits, and the clock takes it up. What could not be told, as the
    broker was away, is told later, or comes again.
    """

    def __init__(self, connect: Callable[[], Line], tokens: Tokens | None = None) -> None:
        self.connect, self.tokens = connect, tokens
        self.line: Line | None = None
        self.stopping = False
        self.outcomes: Counter[str] = Counter()
        self._heard = 0
        self._beat = False
        self._told_at = 0.0
        self._told = ""

    def stop(self) -> None:
        """Finish what is at hand, then end."""
        self.stopping = True

    @property
    def trouble(self) -> str:
        """Why it does not listen as it should: without a token the broker's complaints are only what follows."""
        return (self.tokens.trouble if self.tokens else "") or (self.line.trouble if self.line else "")

    def run(self, *, most: int | None = None, idle: float | None = None) -> Counter[str]:
        """Until told to stop; with ``most`` until so many messages were read, with ``idle`` until so long was quiet."""
        _feed(started_at=timezone.now(), heard_at=timezone.now(), trouble="")
        try:
            if self._has_token(idle):
                self.line = self.connect()
                self._listen(self.line, most, idle)
        except Exception as problem:
            with suppress(DatabaseError):
                _feed(trouble=f"It ended: {problem}"[:500])
            raise
        else:
            self._tell(now=True)
            _feed(started_at=None, trouble="")
        finally:
            if self.line is not None:
                self.line.close()
        return self.outcomes

    def _has_token(self, idle: float | None) -> bool:
        """Wait for the first token, if one is needed; whether to go on."""
        began, wait = time.monotonic(), AGAIN_AFTER
        while self.tokens is not None and not self.tokens.is_ready:
            asking = threading.Thread(
                target=self.tokens.prepare, daemon=True
            )  # it may take long, and we may be stopped
            asking.start()
            while asking.is_alive() and not self.stopping:
                asking.join(0.1)
            self._tell()
            until, wait = time.monotonic() + wait, min(2 * wait, AGAIN_AT_MOST)
            while not (self.stopping or self.tokens.is_ready) and time.monotonic() < until:
                time.sleep(0.1)
                self._tell()
            if self.stopping or (idle is not None and time.monotonic() - began > idle):
                return False
        return True

    def _listen(self, line: Line, most: int | None, idle: float | None) -> None:
        last = time.monotonic()
        while not self.stopping:
            if self.once(line):
                last = time.monotonic()
            elif idle is not None and time.monotonic() - last > idle:
                break
            if most is not None and self.outcomes.total() >= most:
                break

    def once(self, line: Line, timeout: float | None = None) -> int:
        """Some messages: stored, told done, understood. How many came, without heartbeats."""
        messages = line.messages(BATCH, PATIENCE if timeout is None else timeout)
        notices = [message for message in messages if message.topic() != HEARTBEAT]
        kept = [(self._keep(message), message.value() or b"") for message in notices]
        if messages:
            line.done(next_offsets(messages))
            self._beat |= len(notices) < len(messages)
        self._heard += len(kept)
        self._tell()
        for pk, raw in kept:
            found = receiving.understand(pk, raw)
            self.outcomes[found.outcome] += 1
            logger.info("%s: %s", found.outcome, found.reason[:300])
            self._tell()
        return len(kept)

    def _keep(self, message: Any) -> int:
        return receiving.keep(
            message.value() or b"", message.topic(), partition=message.partition(), offset=message.offset()
        )

    def _tell(self, *, now: bool = False) -> None:
        """The page is told when something came or changed, and a few times a minute that we are there."""
        due = time.monotonic() - self._told_at > PULSE_EVERY
        if not (now or due or self._heard or self.trouble != self._told):
            return
        told: dict[str, Any] = {"heard_at": timezone.now()}
        if due and not now and self.line is not None:
            told["lag"] = self.line.lag(besides=HEARTBEAT)  # it finds out, too, whether the broker is there
            told["absent"] = ", ".join(sorted(self.line.absent))
        if self._beat:
            told["last_heartbeat_at"] = timezone.now()
        if self._heard:
            told |= {"last_message_at": timezone.now(), "messages": F("messages") + self._heard}
        if due:
            self._told_at = time.monotonic()
        self._heard, self._beat, self._told = 0, False, self.trouble
        _feed(trouble=self._told[:500], **told)


def _feed(**told: Any) -> None:
    row, _ = NoticeFeed.objects.get_or_create(name="GCN")
    NoticeFeed.objects.filter(pk=row.pk).update(**told)
