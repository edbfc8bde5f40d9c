"""A person's own lists of objs, and who looked at what."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import LISTING
from .objs import Obj

FAVORITES, WATCHLIST, REJECTED = "favorites", "watchlist", "rejected_candidates"


class Listing(Stamped):
    """An obj on one person's named list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="listings", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="listings")
    list_name = models.TextField()
    params = models.JSONField(null=True, blank=True)

    access = LISTING
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_name", "obj"], name="listing_once")]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.obj_id}"


class SourceView(models.Model):
    """Somebody opened a source."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="views")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_token = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="source_view_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} looked at {self.obj_id}"
