"""Messages as they came, what became of each, and how the listening goes."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.groups.models import User
from skyportal.access.policy import AccessManager

from ..access import OPERATOR
from .events import GcnNotice


class Outcome(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", "Waiting"
    UNDERSTOOD = "understood", "Understood"
    REPEATED = "repeated", "Repeated"
    EARLY = "early", "Before its event"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class ReceivedNotice(models.Model):
    """A message kept whole before anything was made of it; the same bytes are one row."""

    topic = models.TextField(help_text="Kafka topic, the file it was read from, or API.")
    partition = models.IntegerField(null=True, blank=True)
    offset = models.BigIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the bytes; of what was posted, also of who did and for whom."
    )
    size = models.BigIntegerField(help_text="bytes")
    file = models.TextField(help_text="Name in the file storage.")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.WAITING)
    reason = models.TextField(blank=True, default="", help_text="The outcome in a sentence.")
    kind = models.TextField(blank=True, default="", help_text="GCN's notice type, or circular.")
    ivorn = models.TextField(blank=True, default="", db_index=True)
    trigger_id = models.TextField(blank=True, default="", help_text="The sender's name of the event.")
    notice = models.ForeignKey(GcnNotice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    attempts = models.IntegerField(default=0, help_text="How often it was begun to be understood.")
    tried_at = models.DateTimeField(null=True, blank=True)
    posted_as = models.TextField(
        blank=True, default="", help_text="xml, json or figures: it was posted to the API; else it was heard or a file."
    )
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Who posted it."
    )
    group_ids = models.JSONField(
        null=True, blank=True, help_text="The groups it was posted for, as was asked; nothing for everybody."
    )
    times_seen = models.IntegerField(default=1)
    last_seen_at = models.DateTimeField(auto_now_add=True)

    access = OPERATOR
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="received_notice_newest"),
            models.Index(fields=["outcome", "-received_at"], name="received_notice_outcome"),
            models.Index(fields=["trigger_id"], condition=Q(outcome="early"), name="received_notice_early"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or self.topic}: {self.outcome}"


SILENT = timedelta(minutes=2)
"""So long the process that listens may say nothing: it does so every 15 s, and between two messages."""


class NoticeFeed(models.Model):
    """How the listening to GCN goes: one row, for the lamp and the operator's page."""

    name = models.TextField(unique=True, default="GCN")
    started_at = models.DateTimeField(null=True, blank=True, help_text="When its consumer began; empty once it ended.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="When its process last said that it is there.")
    last_heartbeat_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True, help_text="The last notice or circular.")
    messages = models.BigIntegerField(default=0)
    lag = models.BigIntegerField(null=True, blank=True, help_text="Messages still waiting at the broker.")
    trouble = models.TextField(blank=True, default="", help_text="Why it does not listen; empty when well.")
    absent = models.TextField(blank=True, default="", help_text="Of GCN_TOPICS those that the broker does not have.")

    access = OPERATOR
    objects = AccessManager()

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """How it is, in a word: stopped, silent (its process says nothing any more), trouble, or listening."""
        if self.started_at is None:
            return "stopped"
        if timezone.now() - max(self.started_at, self.heard_at or self.started_at) > SILENT:
            return "silent"
        return "trouble" if self.trouble else "listening"
