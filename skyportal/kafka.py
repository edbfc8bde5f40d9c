"""What every consumer of a Kafka broker does, whatever it reads: places, lag, complaints, and telling how far it is."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any, Protocol

logger = logging.getLogger(__name__)


class Broker(Protocol):
    """What is used of a Kafka consumer."""

    def consume(self, num_messages: int, timeout: float) -> list[Any]: ...

    def commit(self, *, offsets: list[Any], asynchronous: bool) -> Any: ...

    def assignment(self) -> list[Any]: ...

    def get_watermark_offsets(self, partition: Any, timeout: float, cached: bool) -> tuple[int, int]: ...

    def position(self, partitions: list[Any]) -> list[Any]: ...

    def list_topics(self, *, timeout: float) -> Any: ...

    def close(self) -> None: ...


ONLY_ON_REQUEST = {"enable.auto.commit": False, "enable.auto.offset.store": False}
"""A message is done with when we say so, never because it was fetched."""
PATIENCE = 2.0
"""Seconds for an answer that is not needed."""
LEAVE_WITHIN = 2.0


class Line:
    """A consumer's line to its broker, which may go away at any moment and return.

    Messages are done with once they are safe here; the broker is told so, and not waited for. While it is away, or
    gives our part of a topic to another, that is owed: it is told later, or the messages come again. ``trouble`` is
    what keeps the line from being well, in a sentence; empty when it is. ``absent`` are topics, and patterns of them,
    that the broker does not have; no trouble where they may be absent until somebody first sends to them.
    """

    broker: Broker

    def __init__(self, name: str, broker: Broker | None = None, *, topics_may_be_absent: bool = False) -> None:
        self.name, self.trouble = name, ""
        self.absent: set[str] = set()
        self._may_be_absent = topics_may_be_absent
        if broker is not None:
            self.broker = broker
        self._owed: dict[tuple[str, int], Any] = {}
        self._lock = threading.Lock()  # one thread may wait for messages, where the client calls, and another take in
        self._closing = False

    @classmethod
    def to(cls, name: str, options: dict[str, Any], topics: list[str], *, topics_may_be_absent: bool = False) -> Line:
        """A line to the broker of these options; the client tells it of complaints and of what was committed."""
        from confluent_kafka import Consumer

        line = cls(name, topics_may_be_absent=topics_may_be_absent)
        broker: Any = Consumer({**options, **ONLY_ON_REQUEST, "error_cb": line.complain, "on_commit": line.told})
        broker.subscribe(topics)
        line.broker = broker
        return line

    @property
    def is_told(self) -> bool:
        """Whether the broker knows of all that is safe here."""
        return not self._owed

    def messages(self, most: int, timeout: float) -> list[Any]:
        """What came, without what the broker says instead."""
        return [message for message in self.broker.consume(most, timeout) if self._is_good(message)]

    def done(self, offsets: list[Any]) -> None:
        """What is before these places is safe here. Messages came, so the line is well."""
        self.trouble = ""
        self._tell(offsets)

    def lag(self, *, besides: str = "") -> int | None:
        """How many messages wait at the broker, besides those of a topic. It is told again what is owed, and whether it
        is there is found out."""
        self._tell([])
        waiting, problem = lag(self.broker, besides)
        if problem:
            self.trouble = self.trouble or problem  # what the client complained of says more
        elif self.is_told:
            self.trouble = ""
        return waiting

    def complain(self, problem: Any) -> None:
        """What the client says beside messages: a broker that is away, credentials that are refused."""
        if self.trouble and problem.name() == "_ALL_BROKERS_DOWN":
            return  # why they are was said before
        said = re.sub(r" \(after \d+ms[^)]*\)", "", problem.str())  # how often it said so is another thing each time
        words = f"The broker does not answer as it should: {said or problem.name()}"
        if not self.trouble:  # it says so again and again
            logger.warning("The broker of %s: %s", self.name, words)
        self.trouble = words

    def told(self, problem: Any, places: list[Any]) -> None:
        """What came of telling, for each part of a topic; called while messages are waited for."""
        if self._closing:  # the client calls while it closes, and would wait for ever if it were asked something
            return
        self._was_told(f"The broker was not told how far we are: {problem.str()}" if problem else "", places)

    def close(self) -> None:
        """Take leave. While the broker is away the client would take half a minute for that: it is not waited for."""
        self._closing = True
        leaving = threading.Thread(target=self.broker.close, daemon=True)
        leaving.start()
        leaving.join(LEAVE_WITHIN)

    def _tell(self, offsets: list[Any]) -> None:
        with self._lock:
            self._owed |= {(place.topic, place.partition): place for place in offsets}
            owed = list(self._owed.values())
        if owed and (problem := tell(self.broker, owed)):
            self._was_told(problem, [])

    def _was_told(self, problem: str, places: list[Any]) -> None:
        if problem:
            logger.warning("%s: %s", self.name, problem)
            self.trouble = problem
            ours = assigned(self.broker)  # what is another's now, comes to them again
            with self._lock:
                self._owed = {place: offset for place, offset in self._owed.items() if place in ours}
            return
        with self._lock:
            for place in places:
                owed = self._owed.get((place.topic, place.partition))
                if owed is not None and owed.offset <= place.offset:
                    del self._owed[place.topic, place.partition]

    def _is_good(self, message: Any) -> bool:
        """Broker errors pass (it heals by itself) unless they are for ever."""
        problem, topic = complaint(message), message.topic() or ""
        if not problem:
            if self.absent:
                self.absent = {
                    one for one in self.absent if not (one == topic or (one[0] == "^" and re.match(one, topic)))
                }
            return True
        if self._may_be_absent and message.error().name() == "UNKNOWN_TOPIC_OR_PART":
            self.absent |= {topic}
        else:
            logger.warning("The broker of %s says: %s", self.name, problem)
            self.trouble = problem
        return False


def complaint(message: Any) -> str:
    """What the broker says instead of a message, or nothing; it heals by itself unless it is for ever."""
    problem = message.error()
    if problem is None:
        return ""
    if problem.fatal():
        raise ConnectionError(f"The broker refuses: {problem.str()}")
    return str(problem.str()) or "an error without a name"


def where(message: Any) -> str:
    return f"{message.topic()}/{message.partition()}/{message.offset()}"


def next_offsets(messages: list[Any]) -> list[Any]:
    """Where to go on after these messages, for each partition among them."""
    from confluent_kafka import TopicPartition

    after: dict[tuple[str, int], int] = {}
    for message in messages:
        place = message.topic(), message.partition()
        after[place] = max(after.get(place, 0), message.offset() + 1)
    return [TopicPartition(topic, partition, offset) for (topic, partition), offset in after.items()]


def tell(broker: Broker, offsets: list[Any]) -> str:
    """Begin to tell the broker how far it is safe; why that cannot be, or nothing. `on_commit` says what came of it."""
    from confluent_kafka import KafkaException

    try:
        broker.commit(offsets=offsets, asynchronous=True)
    except KafkaException as problem:
        return _words(problem)
    return ""


def assigned(broker: Broker) -> set[tuple[str, int]]:
    """The parts of its topics that are ours now."""
    from confluent_kafka import KafkaException

    try:
        return {(place.topic, place.partition) for place in broker.assignment()}
    except KafkaException:
        return set()


def lag(broker: Broker, besides: str = "") -> tuple[int | None, str]:
    """How many messages still wait at the broker, None where it does not tell; and why it does not.

    What it said last is good enough for all parts of a topic but the first, which is asked for: that it is there. Who
    has no part of a topic asks for their names.
    """
    from confluent_kafka import KafkaException

    waiting = 0
    try:
        places = broker.position(broker.assignment())
        if not places:
            broker.list_topics(timeout=PATIENCE)
        for number, place in enumerate(places):
            low, high = broker.get_watermark_offsets(place, timeout=PATIENCE, cached=number > 0)
            waiting += max(0, high - max(place.offset, low)) if place.topic != besides else 0
    except KafkaException as problem:
        return None, _words(problem)
    return waiting, ""


def _words(problem: Any) -> str:
    said = problem.args[0] if problem.args else problem
    return f"The broker does not answer: {said.str() if hasattr(said, 'str') else said}"
