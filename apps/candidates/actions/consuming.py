"""Packets from a Kafka broker: in batches, told done only when they are safe."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any, NamedTuple

from django.db import connection

from apps.groups.models import Stream
from skyportal.kafka import Line, next_offsets, where
from skyportal.outside import Unreachable

from ..alerts.batches import Batch, ahead, decode
from ..alerts.containers import MAGIC, BadPacket, wrapped
from ..alerts.reading import Packet, Refused, read_message
from ..alerts.resolvers import Resolver, SchemaUnavailable
from ..models import StreamPulse
from . import feeds
from .intake import BATCH, Intake, Report

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds to wait for a batch to fill; a quiet stream's packet is not kept longer than that."""
LAG_EVERY = 15.0


class Stopped(Exception):
    """Told to stop while something was waited for; what was fetched is not committed, and comes again."""


class Fetch(NamedTuple):
    """Messages by where they came from, the packets in them, and where to go on after them."""

    raws: dict[str, bytes]
    batch: Batch
    offsets: list[Any]


class Consumption:
    """One consumer of a stream. Several of one consumer group share its partitions.

    Offsets are committed after archive and database have a batch. A crash before that brings the batch again, which
    changes nothing that is there; so nothing is lost and nothing is there twice. What could not be committed, as the
    broker was away, is committed with the next batch, or comes again.
    """

    def __init__(
        self,
        stream: Stream,
        line: Line,
        *,
        resolver: Resolver | None = None,
        feed_id: int | None = None,
        packet: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.stream, self.line, self.resolver, self.feed_id = stream, line, resolver, feed_id
        self.packet = packet
        self.intake = Intake(stream)
        self.stopping = False
        self.report = Report()
        self._lag_known = 0.0
        self._told = 0

    def stop(self) -> None:
        """Finish the batch at hand, then end."""
        self.stopping = True

    def run(self, *, most: int | None = None, idle: float | None = None) -> Report:
        """Until told to stop; with ``most`` until so many packets were read, with ``idle`` until so long was quiet."""
        last = time.monotonic()
        feeds.started(self.feed_id)
        try:
            with suppress(Stopped), closing(ahead(self._fetches())) as fetches:
                for fetch in fetches:
                    if self._take(fetch):
                        last = time.monotonic()
                    elif idle is not None and time.monotonic() - last > idle:
                        break
                    if self.stopping or (most is not None and self.report.read >= most):
                        break  # what was fetched meanwhile is not committed, and comes again
                    del fetch
        except ConnectionError as problem:
            self.line.trouble = str(problem)
            raise
        finally:
            feeds.heard(self.feed_id, self._told, 0.0, None, self.line.trouble)
            self.line.close()
        return self.report

    def once(self, timeout: float = PATIENCE) -> int:
        """One batch: taken in, then committed. How many messages there were."""
        return self._take(self._fetch(timeout))

    def _fetches(self) -> Iterator[Fetch]:
        while not self.stopping:
            yield self._fetch(PATIENCE)

    def _fetch(self, timeout: float) -> Fetch:
        """Messages as they come; in a thread while the batch before is taken in, so it writes nothing."""
        messages = self.line.messages(BATCH, timeout)
        raws = {where(message): _whole(message) for message in messages}
        return Fetch(raws, decode(list(self._packets(raws))), next_offsets(messages))

    def _take(self, fetch: Fetch) -> int:
        if fetch.raws:
            self.report.add(self.intake.take(fetch.batch, fetch.raws))
            self._told += len(fetch.raws)
            self.line.done(fetch.offsets)
        if time.monotonic() - self._lag_known > LAG_EVERY:
            self._note_lag()
        return len(fetch.raws)

    def _packets(self, raws: dict[str, bytes]) -> Iterator[Packet | Refused]:
        for place in list(raws):
            yield from self._read(raws, place)

    def _read(self, raws: dict[str, bytes], place: str) -> Iterator[Packet | Refused]:
        """A schema registry or a broker's service that is down is waited for: the packet is not at fault."""
        wait = 1.0
        while True:
            try:
                if self.packet is not None:
                    raws[place] = self.packet(raws[place])  # kept so, it can be read again by itself
                return iter(list(read_message(raws[place], place, self.resolver)))
            except BadPacket as problem:
                return iter([Refused(str(problem), place, 0, raws[place])])
            except (SchemaUnavailable, Unreachable) as problem:
                if self.stopping:
                    raise Stopped from problem
                self.line.trouble = f"Waiting: {problem}"
                logger.warning("Waiting to read a packet of %s: %s", self.stream.name, problem)
                self._say_waiting()
                self._rest(wait)
                wait = min(60.0, 2 * wait)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)

    def _say_waiting(self) -> None:
        """From the thread that reads, as the other one waits for it."""
        try:
            feeds.failed(self.feed_id, self.line.trouble)
        finally:
            connection.close()

    def _note_lag(self) -> None:
        """How many messages still wait at the broker; whether it is there at all."""
        now = time.monotonic()
        seconds, self._lag_known = (now - self._lag_known) if self._lag_known else 0.0, now
        lag = self.line.lag()
        if lag is not None:
            StreamPulse.objects.update_or_create(stream=self.stream, defaults={"lag": lag})
        feeds.heard(self.feed_id, self._told, seconds, lag, self.line.trouble)
        self._told = 0


def _whole(message: Any) -> bytes:
    """The message; where its key is the schema it was written with (as Fink sends them), both in one."""
    value, key = message.value() or b"", message.key()
    if key and value and key.lstrip()[:1] == b"{" and b'"fields"' in key and value[:4] != MAGIC:
        return wrapped(key, value)
    return value
