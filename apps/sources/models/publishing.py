"""What is shown to anybody: versions of sources, and releases that gather them."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import PUBLIC_PAGE, PUBLIC_RELEASE
from .objs import Obj


class PublicRelease(Stamped):
    """A named set of public pages."""

    name = models.TextField()
    link_name = models.TextField(unique=True, help_text="In its address: letters, digits and - _ . +")
    description = models.TextField(blank=True)
    is_visible = models.BooleanField(default=True)
    auto_publish_enabled = models.BooleanField(default=False, help_text="Publish what its groups save.")
    options = models.JSONField(default=dict)
    groups = models.ManyToManyField(Group, related_name="+")

    access = PUBLIC_RELEASE
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PublicSourcePage(Stamped):
    """One version of a source as anybody sees it. It is a copy: what is shared or said later changes nothing in it."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="public_pages", db_index=False)
    release = models.ForeignKey(PublicRelease, null=True, on_delete=models.PROTECT, related_name="source_pages")
    hash = models.TextField(help_text="SHA-256 of what it shows: its address, and how long it may be kept.")
    data = models.JSONField()
    options = models.JSONField(default=dict, help_text="What was chosen to be in it, and of which groups and streams.")
    is_visible = models.BooleanField(default=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = PUBLIC_PAGE
    objects = AccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["obj", "hash", "release"], nulls_distinct=False, name="public_page_once")
        ]
        indexes = [models.Index(fields=["-created_at"], name="public_page_newest")]

    def __str__(self) -> str:
        return f"obj {self.obj_id}, {self.hash[:12]}"
