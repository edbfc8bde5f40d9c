"""Searches for a period, kept for the person who asked."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.policy import AccessManager

from ..access import PERIOD_SEARCH
from .objs import Obj


class PeriodSearch(models.Model):
    """What was asked of a light curve, and what came of it. It saw what its owner may read, so only they see it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    FOURIER, ECLIPSES = "fourier", "eclipses"

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="period_searches", db_index=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    method = models.TextField(choices=[(FOURIER, "smooth variation"), (ECLIPSES, "eclipses")])
    shortest = models.FloatField(null=True, help_text="days; as the sampling allows where null")
    longest = models.FloatField(null=True, help_text="days; as the sampling allows where null")
    bands = models.JSONField(default=list, help_text="Names of bandpasses; all of them where empty.")
    state = models.TextField(choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, default="", help_text="Why it failed, in words for the person who asked.")
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    access = PERIOD_SEARCH
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["owner", "obj", "-created_at"], name="period_search_newest")]

    def __str__(self) -> str:
        return f"{self.method} search of obj {self.obj_id}: {self.state}"
