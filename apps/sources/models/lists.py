"""A person's own lists of objs, and who looked at what."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from skyportal.access.models import Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import LISTING, SEARCH
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


class SavedSearch(Stamped):
    """An address of the sources page under a name: filters, order, columns; one's own, or shared with a group."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="searches", db_index=False)
    name = models.TextField()
    query = models.TextField(help_text="Parameters, as they stand in the address.")
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    access = SEARCH
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name


class SourceView(models.Model):
    """Somebody opened a source."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="views", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_token = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="source_view_newest"),
            models.Index(fields=["obj", "-created_at"], name="source_view_of_obj"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} looked at {self.obj_id}"
