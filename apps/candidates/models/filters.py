"""A filter decides which alerts of a stream become candidates of a group."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.groups.models import Group, Stream, User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import FILTER, FILTER_VERSION


class Filter(Stamped):
    """A named filter; what it asks is in its active version."""

    name = models.TextField()
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="filters")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="filters")
    broker = models.ForeignKey(
        "Broker", null=True, blank=True, on_delete=models.SET_NULL, related_name="filters",
        help_text="The broker that judges its alerts; empty: this site does.",
    )  # fmt: skip
    altdata = models.JSONField(null=True, blank=True)
    autosave = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True, help_text="Off: alerts no longer pass.")
    broken = models.TextField(
        blank=True, default="", help_text="Why the last batch could not be filtered; empty when well."
    )

    access = FILTER
    objects = AccessManager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="filter_name_per_group")]

    def __str__(self) -> str:
        return self.name


class FilterVersion(models.Model):
    """What a filter asks: one condition over the packet's own fields, and named expressions that become annotations."""

    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    condition = models.TextField(help_text="An SQL condition over the packet's fields (DuckDB's dialect).")
    annotations = models.JSONField(default=dict, blank=True, help_text="Annotation name → expression.")
    note = models.TextField(blank=True, default="")
    active = models.BooleanField(default=False)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = FILTER_VERSION
    objects = AccessManager()

    class Meta:
        ordering = ["filter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["filter", "number"], name="filter_version_number_once"),
            models.UniqueConstraint(fields=["filter"], name="filter_one_active_version", condition=Q(active=True)),
        ]

    def __str__(self) -> str:
        return f"{self.filter} v{self.number}"

    @property
    def before(self) -> int:
        """The number of the version it followed; 0 for the first. None is ever deleted alone."""
        return self.number - 1
