"""Filters tried on archived nights."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.policy import AccessManager

from ..access import BACK_TEST
from .filters import Filter


class BackTest(models.Model):
    """What a filter would have let pass: one text of it, or two compared, over some nights of its stream's archive."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="back_tests", db_index=False)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.TextField(help_text="Which text was tried: a version, or the draft.")
    condition = models.TextField()
    other_label = models.TextField(blank=True, default="", help_text="The text it is compared with, if any.")
    other_condition = models.TextField(blank=True, default="")
    first_night = models.CharField(max_length=8, help_text="yyyymmdd, UTC; this one included.")
    last_night = models.CharField(max_length=8)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, default="", help_text="Why it failed, in words for the person who asked.")
    done = models.IntegerField(default=0, help_text="Files of the archive read.")
    total = models.IntegerField(default=0)
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True, help_text="When the worker last told how far it is.")
    finished_at = models.DateTimeField(null=True)

    access = BACK_TEST
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["filter", "-created_at"], name="back_test_newest")]

    def __str__(self) -> str:
        return f"{self.label} of filter {self.filter_id}, {self.first_night} to {self.last_night}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
