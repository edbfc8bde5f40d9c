"""Filters, what passed them, and packets that could not be read."""

from .candidates import Candidate, LatestCandidate
from .filters import Filter, FilterVersion
from .packets import RefusedPacket, StreamPulse

__all__ = ["Candidate", "Filter", "FilterVersion", "LatestCandidate", "RefusedPacket", "StreamPulse"]
