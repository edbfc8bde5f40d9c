"""Photometry as somebody saw it once, kept to be cited."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Audience, Stamped
from skyportal.access.policy import AccessManager

from ..access import FROZEN
from .objs import Obj


class FrozenPhotometry(Stamped):
    """Points of an obj with the values they had. Never changed; what becomes of the points is nothing to it.

    Whoever sees it sees all of it, so that a citation means the same to everybody: it is shown to those who are in the
    audience of every single point, as these audiences were (see docs/decisions/0009).
    """

    key = models.TextField(unique=True, help_text="In its address and in citations.")
    obj = models.ForeignKey(Obj, on_delete=models.PROTECT, related_name="frozen_photometry")
    obj_name = models.TextField(help_text="As it was.")
    name = models.TextField()
    note = models.TextField(blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.TextField(help_text="As it was.")
    count = models.IntegerField(help_text="Of points.")
    hash = models.TextField(help_text="SHA-256 of its points.")
    data = models.JSONField(help_text="The points by column.")
    audiences = models.ManyToManyField(Audience, related_name="+")

    access = FROZEN
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "frozen photometry"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.key} of {self.obj_name}"
