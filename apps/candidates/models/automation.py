"""What follows by itself when an alert passes a filter, and what was done or left undone so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.groups.models import Group
from apps.sources.models import Obj
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import AUTOMATIC_ACT, AUTOMATION
from .filters import Filter


class Automation(Stamped):
    """Beyond `Filter.autosave`: whether to annotate, what to ask of telescopes, and what forbids either."""

    filter = models.OneToOneField(Filter, on_delete=models.CASCADE, related_name="automation")
    annotate = models.BooleanField(default=True)
    follow_up = models.BooleanField(default=False)
    desk = models.TextField(blank=True, default="", help_text="Who takes the request: a key of the followup slot.")
    choice = models.TextField(blank=True, default="", help_text="What of it, in the desk's own words: an allocation.")
    payload = models.JSONField(default=dict, help_text="What is asked, as the desk wants it.")
    unless_saved_by = models.ManyToManyField(Group, blank=True, related_name="+")
    unless_classified = models.BooleanField(default=False)
    most_saves = models.IntegerField(null=True, blank=True, help_text="A night; empty: any number.")
    most_follow_ups = models.IntegerField(default=5, help_text="A night.")
    least_score = models.FloatField(null=True, blank=True, help_text="Vetting score that is needed, 0 to 1.")

    access = AUTOMATION
    objects = AccessManager()

    def __str__(self) -> str:
        return f"what follows from {self.filter}"


class AutomaticAct(models.Model):
    """One thing that a filter did, or that something kept it from doing, with the reason."""

    SAVE, FOLLOW_UP = "save", "follow-up"
    DONE, REFUSED, ASKED = "done", "refused", "asked"

    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="acts", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    deed = models.TextField(choices=[(one, one) for one in (SAVE, FOLLOW_UP)])
    outcome = models.TextField(choices=[(one, one) for one in (DONE, REFUSED, ASKED)])
    reason = models.TextField()
    night = models.DateField(help_text="Noon to noon, UTC: the day on which it began.")
    at = models.DateTimeField(auto_now_add=True)

    access = AUTOMATIC_ACT
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["filter", "-at"], name="automatic_act_newest"),
            models.Index(fields=["filter", "deed", "night"], name="automatic_act_of_night"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["filter", "obj", "deed", "outcome", "night"], name="automatic_act_once"),
            # a telescope is asked once for an obj, however often it passes
            models.UniqueConstraint(fields=["filter", "obj"], condition=Q(deed="follow-up") & ~Q(outcome="refused"),
                                    name="automatic_follow_up_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.deed} of obj {self.obj_id}: {self.outcome}"
