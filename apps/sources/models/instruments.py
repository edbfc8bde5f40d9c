"""Telescopes and the instruments on them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import INSTRUMENT, TELESCOPE


class Telescope(Stamped):
    """A telescope on the ground or in space."""

    name = models.TextField(unique=True)
    nickname = models.TextField()
    lat = models.FloatField(null=True, blank=True, help_text="Latitude, degrees north.")
    lon = models.FloatField(null=True, blank=True, help_text="Longitude, degrees east.")
    elevation = models.FloatField(null=True, blank=True, help_text="Height above sea level, m.")
    diameter = models.FloatField(null=True, blank=True, help_text="Aperture, m.")
    skycam_link = models.URLField(null=True, blank=True, max_length=1000)
    weather_link = models.URLField(null=True, blank=True, max_length=1000)
    robotic = models.BooleanField(default=False)
    fixed_location = models.BooleanField(default=True, help_text="False in space and on aircraft.")
    timezone = models.TextField(blank=True, default="", help_text="IANA name, for local times.")

    access = TELESCOPE
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Instrument(Stamped):
    """What takes the data. Photometry and spectra name theirs."""

    id = models.AutoField(primary_key=True)
    TYPES = ("imager", "spectrograph", "imaging spectrograph")

    name = models.TextField(unique=True)
    type = models.TextField(choices=[(t, t) for t in TYPES])
    band = models.TextField(null=True, blank=True, help_text="Spectral band, e.g. Optical.")
    telescope = models.ForeignKey(Telescope, on_delete=models.PROTECT, related_name="instruments")
    filters = ArrayField(models.TextField(), default=list, blank=True, help_text="Public names of its bandpasses.")
    sensitivity_data = models.JSONField(null=True, blank=True)
    configuration_data = models.JSONField(null=True, blank=True)
    api_classname = models.TextField(null=True, blank=True)
    api_classname_obsplan = models.TextField(null=True, blank=True)
    listener_classname = models.TextField(null=True, blank=True)
    treasuremap_id = models.IntegerField(null=True, blank=True)
    tns_id = models.IntegerField(null=True, blank=True)
    region = models.TextField(null=True, blank=True, help_text="Footprint as a DS9 region.")

    access = INSTRUMENT
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class InstrumentField(models.Model):
    """A place that an instrument returns to; what it sees there is the instrument's region, turned to it."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="fields", db_index=False)
    field_id = models.IntegerField(help_text="The survey's own number of it.")
    ra = models.FloatField(help_text="Of its middle, degrees.")
    dec = models.FloatField(help_text="degrees")
    reference_filters = ArrayField(
        models.TextField(), default=list, blank=True, help_text="Bandpasses in which there is a reference image."
    )

    access = INSTRUMENT
    objects = AccessManager()

    class Meta:
        ordering = ["field_id"]
        constraints = [models.UniqueConstraint(fields=["instrument", "field_id"], name="instrument_field_once")]

    def __str__(self) -> str:
        return f"{self.instrument_id}/{self.field_id}"
