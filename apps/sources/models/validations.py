"""What people found when they looked at single points again."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import POINT_VALIDATION
from .photometry import Photometry


class PointValidation(Stamped):
    """A point is good, bad, or doubtful; at most one such verdict a point."""

    photometry = models.OneToOneField(Photometry, on_delete=models.CASCADE, related_name="verdict")
    validator = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    validated = models.BooleanField(null=True, help_text="Null: doubtful.")
    explanation = models.TextField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)

    access = POINT_VALIDATION
    objects = AccessManager()

    def __str__(self) -> str:
        verdict = {True: "good", False: "bad", None: "doubtful"}[self.validated]
        return f"point {self.photometry_id} is {verdict}"
