"""What passed a filter."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from apps.sources.models import Obj
from skyportal.access.policy import AccessManager

from ..access import CANDIDATE
from .filters import Filter


class Candidate(models.Model):
    """An obj passed a filter at a time."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    passed_at = models.DateTimeField()
    passing_alert_id = models.BigIntegerField(null=True)
    uploader = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = CANDIDATE
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "filter", "passed_at"], name="candidate_once")]
        indexes = [models.Index(fields=["filter", "-passed_at", "obj"], name="candidate_newest")]

    def __str__(self) -> str:
        return f"obj {self.obj_id} passed filter {self.filter_id}"


class LatestCandidate(models.Model):
    """The newest passing of each obj through each filter: what scanning reads, kept as candidates arrive."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="latest_candidates", db_index=False)
    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="+", db_index=False)
    passed_at = models.DateTimeField(help_text="The newest passing.")
    first_passed_at = models.DateTimeField()

    access = CANDIDATE
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "filter"], name="latest_candidate_once")]
        indexes = [
            models.Index(fields=["filter", "-passed_at", "obj"], name="latest_candidate_newest"),
            # the newest of many filters, without sorting all that each of them let pass
            models.Index(fields=["-passed_at", "filter", "obj"], name="latest_candidate_any_newest"),
        ]

    def __str__(self) -> str:
        return f"obj {self.obj_id} last passed filter {self.filter_id}"
