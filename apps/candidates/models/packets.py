"""Packets that were set aside, and how each stream is doing."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Stream
from skyportal.access.policy import AccessManager

from ..access import OPERATOR


class RefusedPacket(models.Model):
    """A packet that could not be read, kept whole with the reason; it can be replayed."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="refused_packets")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes.")
    source = models.TextField(help_text="File, or topic/partition/offset.")
    reason = models.TextField()
    size = models.IntegerField(help_text="bytes")
    file = models.TextField(help_text="Name in the file storage.")
    times_seen = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now=True)
    replayed_at = models.DateTimeField(null=True, blank=True, help_text="When a replay was at last read well.")

    access = OPERATOR
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "digest"], name="refused_packet_once")]
        indexes = [models.Index(fields=["-created_at"], name="refused_packet_newest")]

    def __str__(self) -> str:
        return f"{self.source}: {self.reason[:80]}"


class StreamPulse(models.Model):
    """What a stream has brought so far, for its lamp and the operator's page."""

    stream = models.OneToOneField(Stream, on_delete=models.CASCADE, related_name="pulse")
    packets = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0, help_text="Packets that the archive already held.")
    refused = models.BigIntegerField(default=0)
    passed = models.BigIntegerField(default=0, help_text="Candidates made.")
    last_packet_at = models.DateTimeField(null=True, help_text="When a packet last arrived.")
    last_observed_at = models.DateTimeField(null=True, help_text="Exposure time of the newest packet.")
    lag = models.BigIntegerField(null=True, help_text="Messages still waiting at the broker.")

    access = OPERATOR
    objects = AccessManager()

    def __str__(self) -> str:
        return f"{self.stream}: {self.packets} packets"
