"""What a group thinks of an obj as the counterpart of an event."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from apps.sources.models import Obj
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import VETTING
from .events import GcnEvent

PENDING, CONFIRMED, AMBIGUOUS, REJECTED = "pending", "confirmed", "ambiguous", "rejected"


class Counterpart(Stamped):
    """Confirmed, rejected, ambiguous or pending: by whom, for which group and why."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="counterparts", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Who decided last."
    )
    status = models.TextField(choices=[(s, s) for s in (PENDING, CONFIRMED, AMBIGUOUS, REJECTED)])
    explanation = models.TextField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)

    access = VETTING
    objects = AccessManager()

    class Meta:
        ordering = ["-modified"]
        constraints = [models.UniqueConstraint(fields=["event", "obj", "group"], name="gcn_counterpart_once")]

    def __str__(self) -> str:
        return f"{self.obj_id} {self.status} for {self.event_id}"
