"""What is told to others of an event: summaries in the manner of circulars, and reports."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from skyportal.access.models import Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import TEXT
from .events import GcnEvent


class AbstractEventText(Stamped):
    """Asked for with parameters, written by a worker, then people's to change."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked = models.JSONField(default=dict, help_text="The parameters it was asked for with.")
    status = models.TextField(default="pending", help_text="pending, done or failed")
    trouble = models.TextField(blank=True, default="", help_text="Why it failed.")

    class Meta:
        abstract = True


class EventSummary(AbstractEventText):
    """A text in the manner of a GCN circular."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="summaries")
    title = models.TextField()
    text = models.TextField(blank=True, default="")

    access = TEXT
    objects = AccessManager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "event summaries"

    def __str__(self) -> str:
        return self.title


class SummaryVersion(models.Model):
    """What a summary said before somebody changed it."""

    summary = models.ForeignKey(EventSummary, on_delete=models.CASCADE, related_name="versions")
    title = models.TextField()
    text = models.TextField()
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.summary_id} at {self.kept_at}"


class EventReport(AbstractEventText):
    """Tables of what was found, that can be published as a page."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="reports")
    name = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    published = models.BooleanField(default=False)

    access = TEXT
    objects = AccessManager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
