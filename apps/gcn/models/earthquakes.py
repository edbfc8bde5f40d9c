"""Earthquakes, as seismologists announce them, and what they do to detectors."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from apps.sources.models.comments import AbstractComment
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import EARTHQUAKE, EARTHQUAKE_COMMENT, OF_EARTHQUAKE, PREDICTION
from .detectors import Detector


class Earthquake(Stamped):
    """An earthquake; the newest notice says where, when and how strong."""

    event_id = models.TextField(unique=True, help_text="As its agency calls it: nc73446401.")
    event_uri = models.TextField(null=True, blank=True, help_text="Where more is told of it.")
    status = models.TextField(default="initial", help_text="initial, update, canceled …")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    date = models.DateTimeField(null=True, blank=True, help_text="Origin time, UTC, of the newest notice.")

    access = EARTHQUAKE
    objects = AccessManager()

    class Meta:
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["-date", "-id"], name="earthquake_newest")]

    def __str__(self) -> str:
        return self.event_id


class EarthquakeNotice(Stamped):
    """What one message said of it."""

    earthquake = models.ForeignKey(Earthquake, on_delete=models.CASCADE, related_name="notices")
    date = models.DateTimeField(help_text="Origin time, UTC.")
    lat = models.FloatField(help_text="degrees")
    lon = models.FloatField(help_text="degrees east")
    depth = models.FloatField(help_text="metres below the surface")
    magnitude = models.FloatField()
    country = models.TextField(null=True, blank=True, help_text="Where its agency says it was.")
    content = models.FileField(null=True, blank=True, upload_to="earthquakes/", max_length=300)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = OF_EARTHQUAKE
    objects = AccessManager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"M{self.magnitude} at {self.date}"

    @property
    def depth_km(self) -> float:
        return self.depth / 1000


class EarthquakePrediction(Stamped):
    """When its waves reach a detector, worked out from its newest notice."""

    earthquake = models.ForeignKey(Earthquake, on_delete=models.CASCADE, related_name="predictions")
    detector = models.ForeignKey(Detector, on_delete=models.CASCADE, related_name="+")
    distance = models.FloatField(help_text="Along the great circle, km.")
    p = models.DateTimeField(help_text="First arrival of P waves.")
    s = models.DateTimeField(help_text="First arrival of S waves.")
    r2p0 = models.DateTimeField(help_text="Surface waves at 2 km/s.")
    r3p5 = models.DateTimeField(help_text="Surface waves at 3.5 km/s.")
    r5p0 = models.DateTimeField(help_text="Surface waves at 5 km/s.")

    access = PREDICTION
    objects = AccessManager()

    class Meta:
        ordering = ["detector_id"]
        constraints = [models.UniqueConstraint(fields=["earthquake", "detector"], name="earthquake_prediction_once")]

    def __str__(self) -> str:
        return f"{self.earthquake_id} at {self.detector_id}"


class EarthquakeMeasurement(Stamped):
    """What a detector felt."""

    earthquake = models.ForeignKey(Earthquake, on_delete=models.CASCADE, related_name="measurements")
    detector = models.ForeignKey(Detector, on_delete=models.CASCADE, related_name="+")
    rfamp = models.FloatField(null=True, blank=True, help_text="Peak velocity of the ground, m/s.")
    lockloss = models.IntegerField(null=True, blank=True, help_text="1 where the detector lost lock, 0 where not.")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = OF_EARTHQUAKE
    objects = AccessManager()

    class Meta:
        ordering = ["detector_id"]
        constraints = [models.UniqueConstraint(fields=["earthquake", "detector"], name="earthquake_measurement_once")]

    def __str__(self) -> str:
        return f"{self.earthquake_id} at {self.detector_id}"

    @property
    def micrometres(self) -> float | None:
        """Peak velocity, µm/s."""
        return None if self.rfamp is None else self.rfamp * 1e6


class EarthquakeComment(AbstractComment):
    """A remark on an earthquake."""

    earthquake = models.ForeignKey(Earthquake, on_delete=models.CASCADE, related_name="comments", db_index=False)

    access = EARTHQUAKE_COMMENT
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["earthquake", "-created_at"], name="comment_of_earthquake")]
