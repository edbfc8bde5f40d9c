"""The vetting score: its terms of each obj's newest passing, and what each counts for a group."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Group, User
from apps.sources.models import Obj
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import CANDIDATE, VETTING_WEIGHTS
from .filters import Filter


def _term(text: str) -> models.FloatField:
    return models.FloatField(null=True, help_text=f"{text}; 0 speaks against a new transient, 1 for it.")


class Vetting(models.Model):
    """Terms of an obj's newest passing through a filter. They are the filter's group's: made of its packets, and of
    the catalogue annotations that it may read."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+", db_index=False)
    filter = models.ForeignKey(Filter, on_delete=models.CASCADE, related_name="+")
    passed_at = models.DateTimeField()
    real_bogus = _term("The survey's classifier")
    star = _term("Whether a star lies underneath")
    bright_star = _term("How near a bright star is")
    minor_planet = _term("How near a known minor planet is predicted")
    history = _term("Detections before this one")
    host = _term("How far from the nucleus of a galaxy")
    known = _term("Whether a catalogue knows a variable or an AGN there")
    facts = models.JSONField(default=dict, help_text="What of the packet the terms rest on.")
    said = models.TextField(blank=True, default="", help_text="What the catalogues say.")

    access = CANDIDATE
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "vettings"
        constraints = [models.UniqueConstraint(fields=["obj", "filter"], name="vetting_once")]

    def __str__(self) -> str:
        return f"vetting of obj {self.obj_id} for filter {self.filter_id}"


class VettingWeights(Stamped):
    """What each term counts for a group; where it chose nothing, `alerts.vetting.WEIGHTS`."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="vetting_weights")
    weights = models.JSONField(help_text="Term → weight; a negative one turns its term round.")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = VETTING_WEIGHTS
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "vetting weights"

    def __str__(self) -> str:
        return f"vetting weights of {self.group}"
