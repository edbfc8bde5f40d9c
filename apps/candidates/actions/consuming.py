"""Packets from a Kafka broker: in batches, told done only when they are safe."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any, NamedTuple

from django.db import connection

from apps.groups.models import Stream
from skyportal.outside import Unreachable

from ..alerts.batches import Batch, ahead, decode
from ..alerts.containers import MAGIC, BadPacket, wrapped
from ..alerts.reading import Packet, Refused, read_message
from ..alerts.resolvers import Resolver, SchemaUnavailable
from ..brokers import consumer
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
        broker: consumer.Broker,
        *,
        resolver: Resolver | None = None,
        feed_id: int | None = None,
        packet: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.stream, self.broker, self.resolver, self.feed_id = stream, broker, resolver, feed_id
        self.packet = packet
        self.intake = Intake(stream)
        self.stopping = False
        self.report = Report()
        self._lag_known = 0.0
        self._told = 0
        self._trouble = ""
        self._closing = False
        self._owed: dict[tuple[str, int], Any] = {}

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
            self._trouble = str(problem)
            raise
        finally:
            feeds.heard(self.feed_id, self._told, 0.0, None, self._trouble)
            self._closing = True
            self.broker.close()
        return self.report

    def once(self, timeout: float = PATIENCE) -> int:
        """One batch: taken in, then committed. How many messages there were."""
        return self._take(self._fetch(timeout))

    def _fetches(self) -> Iterator[Fetch]:
        while not self.stopping:
            yield self._fetch(PATIENCE)

    def _fetch(self, timeout: float) -> Fetch:
        """Messages as they come; in a thread while the batch before is taken in, so it writes nothing."""
        messages = [message for message in self.broker.consume(BATCH, timeout) if self._is_good(message)]
        raws = {consumer.where(message): _whole(message) for message in messages}
        return Fetch(raws, decode(list(self._packets(raws))), consumer.next_offsets(messages))

    def _take(self, fetch: Fetch) -> int:
        if fetch.raws:
            self.report.add(self.intake.take(fetch.batch, fetch.raws))
            self._told += len(fetch.raws)
            self._trouble = ""
            self._commit(fetch.offsets)
        if time.monotonic() - self._lag_known > LAG_EVERY:
            if not fetch.raws:
                self._commit([])
            self._note_lag()
        return len(fetch.raws)

    def _commit(self, offsets: list[Any]) -> None:
        """Tell the broker how far it is safe. It is not waited for: while it is away, that is owed, and told again."""
        self._owed |= {(place.topic, place.partition): place for place in offsets}
        if self._owed and (problem := consumer.tell(self.broker, list(self._owed.values()))):
            self._was_told(problem, [])

    def told(self, problem: Any, places: list[Any]) -> None:
        """What came of it, for each part of a topic; called while messages are waited for."""
        if self._closing:  # the client calls while it closes, and would wait for ever if it were asked something
            return
        self._was_told(f"The broker was not told how far we are: {problem.str()}" if problem else "", places)

    def _was_told(self, problem: str, places: list[Any]) -> None:
        if problem:
            logger.warning("%s: %s", self.stream.name, problem)
            self._trouble = problem
            ours = consumer.assigned(self.broker)  # what is another's now, comes to them again
            self._owed = {place: offset for place, offset in self._owed.items() if place in ours}
        for place in [] if problem else places:
            owed = self._owed.get((place.topic, place.partition))
            if owed is not None and owed.offset <= place.offset:
                del self._owed[place.topic, place.partition]

    def complain(self, problem: Any) -> None:
        """What the client says beside messages: a broker that is away, credentials that are refused."""
        words = f"The broker does not answer as it should: {problem.str() or problem.name()}"
        if not self._trouble:  # it says so again and again
            logger.warning("The broker of %s: %s", self.stream.name, words)
        self._trouble = words

    def _is_good(self, message: Any) -> bool:
        """Broker errors pass (it heals by itself) unless they are for ever."""
        problem = consumer.complaint(message)
        if problem:
            logger.warning("The broker of %s says: %s", self.stream.name, problem)
            self._trouble = problem
        return not problem

    def _packets(self, raws: dict[str, bytes]) -> Iterator[Packet | Refused]:
        for where in list(raws):
            yield from self._read(raws, where)

    def _read(self, raws: dict[str, bytes], where: str) -> Iterator[Packet | Refused]:
        """A schema registry or a broker's service that is down is waited for: the packet is not at fault."""
        wait = 1.0
        while True:
            try:
                if self.packet is not None:
                    raws[where] = self.packet(raws[where])  # kept so, it can be read again by itself
                return iter(list(read_message(raws[where], where, self.resolver)))
            except BadPacket as problem:
                return iter([Refused(str(problem), where, 0, raws[where])])
            except (SchemaUnavailable, Unreachable) as problem:
                if self.stopping:
                    raise Stopped from problem
                self._trouble = f"Waiting: {problem}"
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
            feeds.failed(self.feed_id, self._trouble)
        finally:
            connection.close()

    def _note_lag(self) -> None:
        """How many messages still wait at the broker; whether it is there at all."""
        now = time.monotonic()
        seconds, self._lag_known = (now - self._lag_known) if self._lag_known else 0.0, now
        lag, problem = consumer.lag(self.broker)
        if lag is not None:
            StreamPulse.objects.update_or_create(stream=self.stream, defaults={"lag": lag})
        if problem:
            self._trouble = self._trouble or problem  # what the client complained of says more
        elif not self._owed:
            self._trouble = ""
        feeds.heard(self.feed_id, self._told, seconds, lag, self._trouble)
        self._told = 0


def _whole(message: Any) -> bytes:
    """The message; where its key is the schema it was written with (as Fink sends them), both in one."""
    value, key = message.value() or b"", message.key()
    if key and value and key.lstrip()[:1] == b"{" and b'"fields"' in key and value[:4] != MAGIC:
        return wrapped(key, value)
    return value
