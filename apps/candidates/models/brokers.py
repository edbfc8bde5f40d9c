"""Connections to alert brokers, and what is read from them."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.groups.models import Stream
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager
from skyportal.access.sealed import SealedField

from ..access import BROKER, OPERATOR


class Broker(Stamped):
    """A broker as this site knows it: which driver speaks to it, and with what."""

    name = models.TextField(unique=True)
    driver = models.TextField(help_text="Key of the driver.")
    settings = SealedField(blank=True, default=dict, help_text="Addresses and credentials, encrypted.")
    active = models.BooleanField(default=False, help_text="May be asked, and listened to.")
    default_alert_search = models.BooleanField(default=False, help_text="The broker that source pages ask for alerts.")
    default_crossmatch = models.BooleanField(default=False, help_text="The broker whose catalogues are matched.")
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the connection was last tried.")
    trouble = models.TextField(blank=True, default="", help_text="What went wrong then; empty when well.")

    access = BROKER
    objects = AccessManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=[name], condition=Q(**{name: True}), name=f"broker_one_{name}")
            for name in ("default_alert_search", "default_crossmatch")
        ]

    def __str__(self) -> str:
        return self.name


SILENT = {False: timedelta(minutes=2), True: timedelta(minutes=20)}
"""So long a process that listens, or that asks, may say nothing: it does so every 15 s, or after each question."""


class Feed(Stamped):
    """What is read from a broker into a stream: one consumer, that can be paused."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="feeds")
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="feeds")
    topics = models.TextField(help_text="Topics with commas, or a pattern that begins with ^; of one that asks, what.")
    asks = models.BooleanField(default=False, help_text="It asks by REST what is new, instead of listening to Kafka.")
    position = models.FloatField(null=True, blank=True, help_text="MJD up to which it has asked.")
    fetched = models.JSONField(
        default=dict, blank=True, help_text="Objects fetched since a day before that, and when each had been seen last."
    )
    paused = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When its consumer last began to listen.")
    last_message_at = models.DateTimeField(null=True, blank=True)
    messages = models.BigIntegerField(default=0)
    lag = models.BigIntegerField(null=True, blank=True, help_text="Messages still waiting at the broker.")
    rate = models.FloatField(null=True, blank=True, help_text="Messages per second over the last report.")
    trouble = models.TextField(blank=True, default="", help_text="Why it does not listen; empty when well.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="When its process last said that it is there.")

    access = OPERATOR
    objects = AccessManager()

    class Meta:
        ordering = ["broker__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["broker", "stream", "topics"], name="feed_once")]

    def __str__(self) -> str:
        return f"{self.broker}: {self.topics}"

    @property
    def state(self) -> str:
        """How it is, in a word: paused, inactive, starting, silent (its process says nothing), trouble, or well."""
        if self.paused or not self.broker.active:
            return "paused" if self.paused else "inactive"
        if self.trouble:
            return "trouble"
        if self.started_at is None:
            return "starting"
        last = max(self.started_at, self.heard_at or self.started_at)
        return "silent" if timezone.now() - last > SILENT[self.asks] else "asking" if self.asks else "listening"


class FilterModule(Stamped):
    """A named piece from which filters of a broker are built: a variable, a list, a switch, a block."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="filter_modules")
    kind = models.TextField()
    name = models.TextField()
    data = models.JSONField(default=dict)

    access = BROKER
    objects = AccessManager()

    class Meta:
        ordering = ["broker", "kind", "name"]
        constraints = [models.UniqueConstraint(fields=["broker", "kind", "name"], name="filter_module_once")]

    def __str__(self) -> str:
        return f"{self.broker}: {self.name}"
