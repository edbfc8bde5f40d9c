"""What people want to be told of events and earthquakes at a later time."""

from __future__ import annotations

from django.db import models

from apps.sources.models.reminders import AbstractReminder, to_come
from skyportal.access.policy import AccessManager

from ..access import EARTHQUAKE_REMINDER, REMINDER
from .earthquakes import Earthquake
from .events import GcnEvent


class EventReminder(AbstractReminder):
    """A reminder of an event."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="reminders")

    access = REMINDER
    objects = AccessManager()

    class Meta:
        indexes = [to_come("event_reminder_to_come")]


class EarthquakeReminder(AbstractReminder):
    """A reminder of an earthquake."""

    earthquake = models.ForeignKey(Earthquake, on_delete=models.CASCADE, related_name="reminders")

    access = EARTHQUAKE_REMINDER
    objects = AccessManager()

    class Meta:
        indexes = [to_come("quake_reminder_to_come")]
