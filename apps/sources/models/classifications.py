"""What an obj is said to be, within a taxonomy."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import CLASSIFICATION, TAXONOMY
from .objs import Obj


class Taxonomy(Shared, Stamped):
    """A tree of classes, in the schema of tdtax."""

    name = models.TextField()
    version = models.TextField()
    provenance = models.TextField(null=True, blank=True)
    hierarchy = models.JSONField()
    is_latest = models.BooleanField(default=True)

    access = TAXONOMY
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "taxonomies"
        ordering = ["name", "-created_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Classification(Shared, Stamped):
    """An obj, a class, how sure, and who says so."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="classifications", db_index=False)
    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.PROTECT, related_name="classifications")
    classification = models.TextField()
    probability = models.FloatField(null=True, blank=True)
    ml = models.BooleanField(default=False, help_text="Made by a machine.")
    origin = models.TextField(null=True, blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    author_name = models.TextField()
    history = models.JSONField(default=list, blank=True, help_text="Earlier values, oldest first.")

    access = CLASSIFICATION
    objects = AccessManager()

    class Meta:
        indexes = [
            # covers what lists ask of many objs at once: whether the viewer reads any of them
            models.Index(fields=["obj", "-created_at"], include=["audience", "author"], name="classification_of_obj"),
            models.Index(
                fields=["classification", "taxonomy", "obj"],
                include=["audience", "author"],
                name="classification_by_class",
            ),
            models.Index(fields=["-created_at"], name="classification_newest"),
        ]

    def __str__(self) -> str:
        return f"obj {self.obj_id} is {self.classification}"


class ClassificationVote(Stamped):
    """One person for (+1) or against (−1) a classification."""

    classification = models.ForeignKey(Classification, on_delete=models.CASCADE, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    vote = models.SmallIntegerField()

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["classification", "voter"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.vote:+d} on {self.classification_id}"
