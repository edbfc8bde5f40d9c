"""Facts that machines attach to objs: a dict for each origin."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import ANNOTATION
from .objs import Obj


class AbstractAnnotation(Shared, Stamped):
    """A dict of facts; annotations of other things derive from it."""

    origin = models.TextField()
    data = models.JSONField()
    author = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.origin


class Annotation(AbstractAnnotation):
    """What one origin says of an obj."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="annotations", db_index=False)

    access = ANNOTATION
    objects = AccessManager()

    class Meta:
        # Per audience, so that an annotation one cannot read never stands in one's way; the action refuses a second
        # one of an origin that the viewer can see.
        constraints = [models.UniqueConstraint(fields=["obj", "origin", "audience"], name="annotation_origin_once")]
        indexes = [models.Index(fields=["origin", "obj"], name="annotation_by_origin")]

    def __str__(self) -> str:
        return f"{self.origin} of obj {self.obj_id}"
