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


def lag(broker: Broker) -> int | None:
    """How many messages still wait at the broker; None where it does not tell."""
    from confluent_kafka import KafkaException

    waiting = 0
    try:
        for place in broker.position(broker.assignment()):
            low, high = broker.get_watermark_offsets(place, timeout=1.0, cached=True)
            waiting += max(0, high - max(place.offset, low))
    except KafkaException:
        return None
    return waiting
