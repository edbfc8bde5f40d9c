"""Detectors of messengers other than light, when they listened, and how well."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import DETECTOR, OF_DETECTOR
from .events import GcnEvent

KINDS = ("gravitational-wave", "neutrino", "gamma-ray-burst")


class Detector(Stamped):
    """An instrument that hears of events before anybody sees them."""

    name = models.TextField(unique=True)
    nickname = models.TextField(help_text="As notices call it: H1, IceCube.")
    kind = models.TextField(choices=[(kind, kind) for kind in KINDS], help_text="The public API calls it type.")
    lat = models.FloatField(null=True, blank=True, help_text="degrees")
    lon = models.FloatField(null=True, blank=True, help_text="degrees east")
    elevation = models.FloatField(null=True, blank=True, help_text="metres")
    fixed_location = models.BooleanField(default=True, help_text="False for what orbits.")
    events = models.ManyToManyField(GcnEvent, related_name="detectors", blank=True, help_text="What it heard.")

    access = DETECTOR
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.nickname or self.name


class AbstractOfDetector(Shared, Stamped):
    """Something of a detector between two times."""

    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        abstract = True


class DetectorInterval(AbstractOfDetector):
    """A detector was taking data."""

    detector = models.ForeignKey(Detector, on_delete=models.CASCADE, related_name="intervals", db_index=False)

    access = OF_DETECTOR
    objects = AccessManager()

    class Meta:
        ordering = ["-start", "-pk"]
        indexes = [models.Index(fields=["detector", "-start"], name="detector_interval_of")]
        constraints = [models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="detector_interval")]

    def __str__(self) -> str:
        return f"{self.detector_id}: {self.start} to {self.end}"


class DetectorSpectrum(AbstractOfDetector):
    """How noisy a detector was, by frequency."""

    detector = models.ForeignKey(Detector, on_delete=models.CASCADE, related_name="spectra", db_index=False)
    frequencies = ArrayField(models.FloatField(), help_text="Hz")
    amplitudes = ArrayField(models.FloatField(), help_text="Amplitude spectral density, of strain 1/sqrt(Hz).")

    access = OF_DETECTOR
    objects = AccessManager()

    class Meta:
        ordering = ["-start", "-pk"]
        verbose_name_plural = "detector spectra"
        indexes = [models.Index(fields=["detector", "-start"], name="detector_spectrum_of")]
        constraints = [models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="detector_spectrum")]

    def __str__(self) -> str:
        return f"{len(self.frequencies)} frequencies of {self.detector_id}"
