"""Events, their notices and sky maps, and what lies in them."""

from .circulars import Circular, CircularOfEvent
from .detectors import Detector, DetectorInterval, DetectorSpectrum
from .earthquakes import (
    Earthquake,
    EarthquakeComment,
    EarthquakeMeasurement,
    EarthquakeNotice,
    EarthquakePrediction,
)
from .events import Advocate, EventComment, EventProperties, EventTag, GcnEvent, GcnNotice, TagRule
from .facilities import CatalogQuery, EventTrigger, SkymapTrigger
from .localizations import CURRENT, AlertInMap, Localization, LocalizationTag, ObjInMap, Region, Tile
from .notices import NoticeFeed, Outcome, ReceivedNotice
from .reminders import EarthquakeReminder, EventReminder
from .spatial import SpatialCatalog, SpatialEntry
from .texts import EventReport, EventSummary, SummaryVersion
from .vetting import Counterpart

__all__ = [
    "CURRENT", "Advocate", "AlertInMap", "CatalogQuery", "Circular", "CircularOfEvent", "Counterpart", "Detector",
    "DetectorInterval", "DetectorSpectrum", "Earthquake", "EarthquakeComment", "EarthquakeMeasurement",
    "EarthquakeNotice", "EarthquakePrediction", "EarthquakeReminder", "EventComment", "EventProperties",
    "EventReminder", "EventReport", "EventSummary", "EventTag", "EventTrigger", "GcnEvent", "GcnNotice",
    "Localization", "LocalizationTag", "NoticeFeed", "ObjInMap", "Outcome", "ReceivedNotice", "Region",
    "SkymapTrigger", "SpatialCatalog", "SpatialEntry", "SummaryVersion", "TagRule", "Tile",
]  # fmt: skip
