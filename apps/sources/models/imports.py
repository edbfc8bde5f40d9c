"""Transients that somebody brings in from a service that publishes them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import IMPORT
from .instruments import Instrument


class TransientImport(Stamped):
    """What was asked of a service, how far it is, and what came of it; its author follows it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"

    service = models.TextField(help_text="Key of its driver.")
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    narrower = models.TextField(blank=True, default="", help_text="Key of what narrows its list; all where empty.")
    narrowed_to = models.JSONField(default=dict, blank=True, help_text="What that is told.")
    group_ids = ArrayField(models.IntegerField(), help_text="Where its sources are saved.")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    todo = models.JSONField(default=list, help_text="Transients that are still to come, as the service listed them.")
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    new_sources = models.IntegerField(default=0)
    new_points = models.IntegerField(default=0)
    failures = models.IntegerField(default=0, help_text="Transients in a row of which nothing could be got.")
    left_out = models.JSONField(default=list, help_text="What was left out, each with its reason.")
    message = models.TextField(blank=True, default="", help_text="Why it failed, or what there is to say.")
    done_at = models.DateTimeField(null=True)

    access = IMPORT
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["author", "-created_at"], name="transient_import_newest")]

    def __str__(self) -> str:
        return f"{self.service}: {self.state}"
