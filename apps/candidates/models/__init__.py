"""Filters, what passed them, brokers, and packets that could not be read."""

from .brokers import Broker, Feed, FilterModule
from .candidates import Candidate, LatestCandidate
from .filters import Filter, FilterVersion
from .packets import RefusedPacket, StreamPulse

__all__ = [
    "Broker", "Candidate", "Feed", "Filter", "FilterModule", "FilterVersion", "LatestCandidate", "RefusedPacket",
    "StreamPulse",
]  # fmt: skip
