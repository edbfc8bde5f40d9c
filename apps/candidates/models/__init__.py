"""Filters, what passed them, brokers, what people decided, and packets that could not be read."""

from .automation import AutomaticAct, Automation
from .backtests import BackTest
from .brokers import Broker, Feed, FilterModule
from .candidates import Candidate, LatestCandidate
from .filters import Filter, FilterVersion
from .packets import RefusedPacket, StreamPulse
from .scanning import (
    GroupRejection,
    Review,
    ScanMember,
    ScanProfile,
    ScanReport,
    ScanReportItem,
    ScanSession,
    ScanTurn,
)
from .vetting import Vetting, VettingWeights

__all__ = [
    "AutomaticAct", "Automation", "BackTest", "Broker", "Candidate", "Feed", "Filter", "FilterModule", "FilterVersion",
    "GroupRejection", "LatestCandidate", "RefusedPacket", "Review", "ScanMember", "ScanProfile", "ScanReport",
    "ScanReportItem", "ScanSession", "ScanTurn", "StreamPulse", "Vetting", "VettingWeights",
]  # fmt: skip
