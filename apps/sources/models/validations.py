"""What is said of single points: what people found when they looked again, and what machines add."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import POINT_VALIDATION, REMARK_ON_POINT
from .annotations import AbstractAnnotation
from .objs import Obj
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


class PointAnnotation(AbstractAnnotation):
    """What one origin says of a point. It names the obj too, so that whoever reads it need not look the point up."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="point_annotations", db_index=False)
    photometry = models.ForeignKey(Photometry, on_delete=models.CASCADE, related_name="annotations", db_index=False)

    access = REMARK_ON_POINT
    objects = AccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["photometry", "origin", "audience"], name="point_annotation_origin_once")
        ]
        indexes = [models.Index(fields=["obj"], name="point_annotation_of_obj")]
