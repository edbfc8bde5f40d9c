"""Short words that groups put on objs, from a list that the site keeps."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import TAG, TAG_OPTION
from .objs import Obj


class TagOption(Stamped):
    """A tag one can choose."""

    name = models.TextField(help_text="Letters and digits.")
    color = models.CharField(max_length=7, null=True, blank=True, help_text="#rrggbb")

    access = TAG_OPTION
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_option_any_case")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tag(Shared, Stamped):
    """An obj has a tag, for an audience."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="tags", db_index=False)
    option = models.ForeignKey(TagOption, on_delete=models.CASCADE, related_name="tags")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = TAG
    objects = AccessManager()

    class Meta:
        # per audience, so that a tag one cannot read never stands in one's way
        constraints = [models.UniqueConstraint(fields=["obj", "option", "audience"], name="tag_once")]

    def __str__(self) -> str:
        return f"{self.option} on obj {self.obj_id}"
