"""What is said of events and earthquakes, and what people want to be reminded of."""

from __future__ import annotations

from apps.sources.views.talk import Talk

from ..queries.earthquakes import get_earthquake
from ..queries.events import get_event
from ..queries.subjects import EARTHQUAKES, EVENTS

OF_EVENTS = Talk(
    EVENTS, "event", "event-comment-attachment", get_event, lambda event: event.address, lambda event: str(event.pk),
    lambda event: f"event:{event.address}", "event", has_heading=False,
)  # fmt: skip
OF_EARTHQUAKES = Talk(
    EARTHQUAKES, "earthquake", "earthquake-comment-attachment", get_earthquake, lambda row: row.event_id,
    lambda row: str(row.pk), lambda row: f"earthquake:{row.event_id}", "earthquake", has_heading=False,
)  # fmt: skip
