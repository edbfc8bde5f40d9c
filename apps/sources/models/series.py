"""Photometric series: thousands of exposures of one target in one go, kept as a file."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import SERIES
from .instruments import Instrument
from .objs import Obj


class PhotometricSeries(Shared, Stamped):
    """What a series is and what it comes to; its points are in an HDF5 file named by content.

    Figures are in AB magnitudes and MJD; null where no point has a magnitude, or an error.
    """

    ALIGNMENTS = ("start", "middle", "end")

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="series")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    series_name = models.TextField(help_text="Of the run or sector that measured it.")
    series_obj_id = models.TextField(help_text="What the series calls its target.")
    filter = models.TextField(help_text="A bandpass.")
    channel = models.TextField(null=True, blank=True, help_text="Of the detector.")
    origin = models.TextField(null=True, blank=True)
    ra = models.FloatField(help_text="degrees")
    dec = models.FloatField(help_text="degrees")
    ra_unc = models.FloatField(null=True, help_text="arcsec")
    dec_unc = models.FloatField(null=True, help_text="arcsec")
    exp_time = models.FloatField(help_text="Of each exposure, seconds.")
    frame_rate = models.FloatField(null=True, help_text="Exposures a second, from the median spacing.")
    num_exp = models.IntegerField()
    time_stamp_alignment = models.TextField(default="middle", help_text="Of an exposure: start, middle or end.")
    magref = models.FloatField(null=True, help_text="Of the reference, AB.")
    e_magref = models.FloatField(null=True)
    limiting_mag = models.FloatField(null=True, help_text="As the uploader gave it, AB.")
    altdata = models.JSONField(null=True, blank=True)
    mjd_first = models.FloatField()
    mjd_mid = models.FloatField()
    mjd_last = models.FloatField()
    mjd_last_detected = models.FloatField(null=True)
    is_detected = models.BooleanField(help_text="Whether any point is a detection.")
    mean_mag = models.FloatField(null=True)
    rms_mag = models.FloatField(null=True)
    robust_mag = models.FloatField(null=True, help_text="Median.")
    robust_rms = models.FloatField(null=True, help_text="From the median absolute deviation.")
    median_snr = models.FloatField(null=True)
    best_snr = models.FloatField(null=True)
    worst_snr = models.FloatField(null=True)
    filename = models.TextField(help_text="In the file storage.")
    hash = models.TextField(help_text="SHA-256 of the file.")

    access = SERIES
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hash", "obj", "audience"], name="series_once")]
        verbose_name_plural = "photometric series"

    def __str__(self) -> str:
        return f"{self.series_name} of {self.series_obj_id}"
