"""`/api/gcn_event/…/reminders` and `/api/earthquake/…/reminders`, by integer id."""

from __future__ import annotations

from apps.sources.api.reminders import Reminders

from ..queries.subjects import EARTHQUAKES, EVENTS


class RemindersOfEvent(Reminders):
    """Reminders of an event."""

    on = EVENTS
    kind = "gcn_event"


class RemindersOfEarthquake(Reminders):
    """Reminders of an earthquake."""

    on = EARTHQUAKES
    kind = "earthquake"
