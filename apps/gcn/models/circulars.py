"""GCN circulars, without their senders' addresses."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import CIRCULAR, OF_CIRCULAR
from .events import GcnEvent


class Circular(Stamped):
    """What somebody wrote of an event."""

    number = models.IntegerField(unique=True)
    subject = models.TextField()
    text = models.TextField()
    sent_at = models.DateTimeField()
    submitter = models.TextField(blank=True, default="", help_text="Name; addresses are not kept.")
    event_text = models.TextField(blank=True, default="", help_text="The event as the archive names it.")
    names = ArrayField(models.TextField(), default=list, blank=True, help_text="Events its subject and text name.")

    access = CIRCULAR
    objects = AccessManager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            GinIndex(fields=["names"], name="circular_names"),
            models.Index(fields=["-sent_at"], name="circular_newest"),
        ]

    def __str__(self) -> str:
        return f"Circular {self.number}: {self.subject}"


class CircularOfEvent(models.Model):
    """A circular speaks of an event."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="circular_links", db_index=False)
    circular = models.ForeignKey(Circular, on_delete=models.CASCADE, related_name="event_links")
    by = models.TextField(help_text="The name by which it was recognised, or: time.")

    access = OF_CIRCULAR
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "circular"], name="circular_of_event_once")]

    def __str__(self) -> str:
        return f"{self.circular_id} of {self.event_id}"
