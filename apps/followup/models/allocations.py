"""Time that a group was given on an instrument, and what is needed to spend it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.groups.models import Group, User
from apps.sources.models import Instrument
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager
from skyportal.access.sealed import SealedField

from ..access import ALLOCATION

TYPES = ("triggered", "forced_photometry", "observation_plan")


class Allocation(Stamped):
    """A proposal's hours on an instrument, for one group."""

    id = models.AutoField(primary_key=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="allocations")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="allocations")
    pi = models.TextField(null=True, blank=True, verbose_name="PI", help_text="Principal investigator.")
    proposal_id = models.TextField(null=True, blank=True, help_text="The facility's own name of the proposal.")
    hours_allocated = models.FloatField(help_text="hours")
    validity_ranges = models.JSONField(
        default=list, blank=True, help_text="When it may be spent: start_date and end_date of each range, UTC."
    )
    types = ArrayField(models.TextField(choices=[(t, t) for t in TYPES]), default=list, blank=True)
    default_share_group_ids = ArrayField(
        models.IntegerField(), default=list, blank=True, help_text="Groups that what it brings is shared with."
    )
    settings = SealedField(blank=True, default=dict, help_text="Addresses and credentials, encrypted.")
    admins = models.ManyToManyField(User, blank=True, related_name="administered_allocations")

    access = ALLOCATION
    objects = AccessManager()

    class Meta:
        ordering = ["instrument__name", "proposal_id", "pk"]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.proposal_id or f"#{self.pk}", self.pi) if part)
