"""What was done about an event through telescope time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.followup.models import Allocation
from apps.groups.models import User
from apps.sources.models import TransientImport
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import THROUGH_ALLOCATION
from .events import GcnEvent
from .localizations import Localization


class CatalogQuery(Stamped):
    """Transients of a service that lie in a sky map are brought in as sources."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="catalog_queries")
    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="+")
    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="+")
    requester = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    payload = models.JSONField(help_text="What was asked, as the API was told.")
    target_group_ids = ArrayField(models.IntegerField())
    brought_in = models.ForeignKey(TransientImport, null=True, on_delete=models.SET_NULL, related_name="+")

    access = THROUGH_ALLOCATION
    objects = AccessManager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "catalog queries"

    def __str__(self) -> str:
        return f"{self.payload.get('catalogName')} in {self.localization_id}"


class EventTrigger(Stamped):
    """Whether telescope time was spent on an event: triggered, or passed over."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="triggers")
    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="+")
    triggered = models.BooleanField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Who said so.")

    access = THROUGH_ALLOCATION
    objects = AccessManager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "allocation"], name="event_trigger_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {'triggered' if self.triggered else 'passed'} by {self.allocation_id}"


class SkymapTrigger(Stamped):
    """A sky map for a facility's own queue, which plans how to cover it."""

    WAITING, SENT, REMOVED = "pending submission", "submitted to telescope queue", "deleted from telescope queue"

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="skymap_triggers")
    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="+")
    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="+")
    requester = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    level = models.FloatField(help_text="Probability of the credible region that its fields see.")
    name = models.TextField(blank=True, default="", help_text="As the facility knows it.")
    sent = models.JSONField(default=dict, blank=True, help_text="What the facility was told, without credentials.")
    status = models.TextField(default=WAITING)

    access = THROUGH_ALLOCATION
    objects = AccessManager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"
