"""Events, their notices and sky maps, and what lies in them."""

from .circulars import Circular, CircularOfEvent
from .events import Advocate, EventComment, EventProperties, EventTag, GcnEvent, GcnNotice, TagRule
from .localizations import AlertInMap, Localization, LocalizationTag, ObjInMap, Region, Tile
from .notices import NoticeFeed, Outcome, ReceivedNotice
from .spatial import SpatialCatalog, SpatialEntry
from .texts import EventReport, EventSummary, SummaryVersion
from .vetting import Counterpart

__all__ = [
    "Advocate", "AlertInMap", "Circular", "CircularOfEvent", "Counterpart", "EventComment", "EventProperties",
    "EventReport",
    "EventSummary", "EventTag", "GcnEvent", "GcnNotice", "Localization", "LocalizationTag", "NoticeFeed", "ObjInMap",
    "Outcome", "ReceivedNotice", "Region", "SpatialCatalog", "SpatialEntry", "SummaryVersion", "TagRule", "Tile",
]  # fmt: skip
