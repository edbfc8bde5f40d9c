"""Events, their notices and sky maps, and what lies in them."""

from .events import Advocate, EventComment, EventProperties, EventTag, GcnEvent, GcnNotice, TagRule
from .localizations import Localization, LocalizationTag, ObjInMap, Region, Tile
from .texts import EventReport, EventSummary, SummaryVersion
from .vetting import Counterpart

__all__ = [
    "Advocate", "Counterpart", "EventComment", "EventProperties", "EventReport", "EventSummary", "EventTag",
    "GcnEvent", "GcnNotice", "Localization", "LocalizationTag", "ObjInMap", "Region", "SummaryVersion", "TagRule",
    "Tile",
]  # fmt: skip
