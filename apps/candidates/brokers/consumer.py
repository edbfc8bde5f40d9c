"""What every consumer of a Kafka broker does, whatever it reads: places, lag, and complaints of the broker."""

from __future__ import annotations

from typing import Any, Protocol


class Broker(Protocol):
    """What is used of a Kafka consumer."""

    def consume(self, num_messages: int, timeout: float) -> list[Any]: ...

    def commit(self, *, offsets: list[Any], asynchronous: bool) -> Any: ...

    def assignment(self) -> list[Any]: ...

    def get_watermark_offsets(self, partition: Any, timeout: float, cached: bool) -> tuple[int, int]: ...

    def position(self, partitions: list[Any]) -> list[Any]: ...

    def close(self) -> None: ...


ONLY_ON_REQUEST = {"enable.auto.commit": False, "enable.auto.offset.store": False}
"""A message is done with when we say so, never because it was fetched."""


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


def lag(broker: Broker) -> tuple[int | None, str]:
    """How many messages still wait at the broker, None where it does not tell; and why it does not.

    What it said last is good enough for all parts of a topic but the first, which is asked for: that it is there.
    """
    from confluent_kafka import KafkaException

    waiting = 0
    try:
        for number, place in enumerate(broker.position(broker.assignment())):
            low, high = broker.get_watermark_offsets(place, timeout=PATIENCE, cached=number > 0)
            waiting += max(0, high - max(place.offset, low))
    except KafkaException as problem:
        return None, _words(problem)
    return waiting, ""


PATIENCE = 2.0
"""Seconds for an answer that is not needed."""


def _words(problem: Any) -> str:
    said = problem.args[0] if problem.args else problem
    return f"The broker does not answer: {said.str() if hasattr(said, 'str') else said}"
