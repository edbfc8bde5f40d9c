"""What people want to be told of at a later time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import REMINDER, REMINDER_ON_SPECTRUM
from .objs import Obj
from .spectra import Spectrum


class AbstractReminder(Shared, Stamped):
    """Words for one person, and for the groups it is shared with, at one time or several; reminders of other things
    derive from it."""

    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", help_text="Who asked for it.")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", help_text="Who is reminded.")
    bot = models.BooleanField(default=False, help_text="Asked for with a token.")
    next_reminder = models.DateTimeField(help_text="When it is due next; of one that is spent, when it was due last.")
    reminder_delay = models.FloatField(default=1, help_text="Days from one time to the next.")
    number_of_reminders = models.IntegerField(default=1, help_text="Times that are still to come.")
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="The latest time that came, until somebody says it is done."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]


def to_come(name: str) -> models.Index:
    """Those that the clock looks for, earliest first."""
    return models.Index(fields=["next_reminder"], name=name, condition=Q(number_of_reminders__gt=0))


class Reminder(AbstractReminder):
    """A reminder of an obj."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="reminders")

    access = REMINDER
    objects = AccessManager()

    class Meta:
        indexes = [to_come("reminder_to_come")]


class SpectrumReminder(AbstractReminder):
    """A reminder of a spectrum. It names the obj too, on whose page it is shown."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="spectrum_reminders")
    spectrum = models.ForeignKey(Spectrum, on_delete=models.CASCADE, related_name="reminders")

    access = REMINDER_ON_SPECTRUM
    objects = AccessManager()

    class Meta:
        indexes = [to_come("spectrum_reminder_to_come")]
