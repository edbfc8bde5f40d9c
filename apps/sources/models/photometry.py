"""Photometry: one narrow table, and what is counted from it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.groups.models import User
from skyportal.access.models import Audience, Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import PHOTOMETRY, PUBLIC
from .instruments import Instrument
from .objs import Obj


class Bandpass(models.Model):
    """A bandpass as photometry stores it: a small number for a public name."""

    id = models.SmallAutoField(primary_key=True)
    name = models.TextField(unique=True)

    access = PUBLIC
    objects = AccessManager()

    def __str__(self) -> str:
        return self.name


class Origin(models.Model):
    """Where points say they come from ("alert", "fp", a pipeline …): a number for a text."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)

    access = INTERNAL
    objects = AccessManager()

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """One act of adding photometry: who, when. Its uuid is the public ``upload_id``."""

    id = models.AutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = INTERNAL
    objects = AccessManager()

    def __str__(self) -> str:
        return str(self.uuid)


class Photometry(models.Model):
    """One measurement. A NaN flux is an upper limit, whose depth is in fluxerr.

    The unique index leads with (obj, mjd), so it also serves every read of a light curve: one index less on the
    largest table. Rows are as narrow as they can be; columns are ordered so that PostgreSQL pads nothing.
    References to rows that are never deleted are not checked again by the database: six checks a row took longer than
    writing it.
    """

    mjd = models.FloatField(help_text="Mid-exposure, MJD (UTC).")
    flux = models.FloatField(help_text="µJy, AB zero-point 23.9; NaN for an upper limit.")
    fluxerr = models.FloatField(help_text="µJy; for a limit, its flux over the number of sigmas.")
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="photometry", db_index=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    upload = models.ForeignKey(
        Upload, on_delete=models.PROTECT, related_name="photometry", db_index=False, db_constraint=False
    )
    bandpass = models.ForeignKey(
        Bandpass, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    flags = models.SmallIntegerField(
        default=0, help_text="Bits: 1 forced, 2 made from an alert, 4 difference image, 8 came corrected."
    )
    limiting_mag = models.FloatField(null=True, help_text="As the uploader gave it, AB.")
    ra = models.FloatField(null=True, help_text="Where it was measured, degrees.")
    dec = models.FloatField(null=True, help_text="Where it was measured, degrees.")
    ra_unc = models.FloatField(null=True, help_text="arcsec")
    dec_unc = models.FloatField(null=True, help_text="arcsec")
    ref_flux = models.FloatField(null=True, help_text="Flux of the reference, µJy.")
    ref_fluxerr = models.FloatField(null=True, help_text="µJy")
    altdata = models.JSONField(null=True)
    modified = models.DateTimeField(null=True, help_text="Null until edited.")

    FORCED, ALERT, DIFFERENCE, CORRECTED = 1, 2, 4, 8
    ALL_FLAGS = FORCED | ALERT | DIFFERENCE | CORRECTED

    access = PHOTOMETRY
    objects = AccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["obj", "mjd", "fluxerr", "flux", "instrument", "origin", "audience", "bandpass"],
                name="photometry_once",
            )
        ]
        indexes = [models.Index(fields=["upload"], name="photometry_upload")]

    def __str__(self) -> str:
        return f"{self.obj_id} at {self.mjd}"

    @classmethod
    def in_words(cls, flags: int) -> str:
        """What a point's flags say, for a person."""
        words = {cls.FORCED: "forced", cls.ALERT: "alert", cls.DIFFERENCE: "difference", cls.CORRECTED: "dereddened"}
        return " · ".join(word for bit, word in words.items() if flags & bit)


class PhotStat(Stamped):
    """Statistics of an obj's photometry within one audience; a viewer's figures merge those they may read."""

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="phot_stats", db_index=False)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", db_index=False)
    num_obs = models.IntegerField(default=0)
    num_det = models.IntegerField(default=0)
    num_det_no_forced = models.IntegerField(default=0)
    first_obs_mjd = models.FloatField(null=True)
    last_obs_mjd = models.FloatField(null=True)
    first_det_mjd = models.FloatField(null=True)
    first_det_mag = models.FloatField(null=True)
    first_det_bandpass = models.TextField(null=True)
    last_det_mjd = models.FloatField(null=True)
    last_det_mag = models.FloatField(null=True)
    last_det_bandpass = models.TextField(null=True)
    first_det_no_forced_mjd = models.FloatField(null=True)
    last_det_no_forced_mjd = models.FloatField(null=True)
    peak_mag = models.FloatField(null=True)
    peak_mjd = models.FloatField(null=True)
    peak_bandpass = models.TextField(null=True)
    faintest_mag = models.FloatField(null=True)
    deepest_limit = models.FloatField(null=True)
    mean_mag_sum = models.FloatField(default=0, help_text="Sum of detected magnitudes, so that means merge.")
    bandpasses = ArrayField(models.TextField(), default=list)

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obj", "audience"], name="phot_stat_once")]
        indexes = [
            models.Index(fields=["last_det_mjd"], name="phot_stat_last_det"),
            models.Index(fields=["first_det_mjd"], name="phot_stat_first_det"),
            # lists narrowed by these figures merge all of them: half as many pages as the table has
            models.Index(
                fields=["obj", "audience"],
                include=["num_det", "first_det_mjd", "last_det_mjd", "last_det_mag", "peak_mag"],
                name="phot_stat_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"obj {self.obj_id}: {self.num_det} detections of {self.num_obs}"


class PhotStatAudiences(models.Model):
    """A combination of audiences that objs have: few, so that who reads all of one is found once for a list and not
    once for each obj. One that is here twice, by two uploads at once, does no harm."""

    audiences = ArrayField(models.IntegerField(), help_text="In order.")

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["audiences"], name="phot_stat_audiences")]

    def __str__(self) -> str:
        return ", ".join(map(str, self.audiences))


class MergedFigures(models.Model):
    """What lists ask of photometry, merged over all audiences of an obj."""

    num_obs = models.IntegerField(default=0)
    num_det = models.IntegerField(default=0)
    num_det_no_forced = models.IntegerField(default=0)
    first_obs_mjd = models.FloatField(null=True)
    last_obs_mjd = models.FloatField(null=True)
    first_det_mjd = models.FloatField(null=True)
    last_det_mjd = models.FloatField(null=True)
    last_det_mag = models.FloatField(null=True)
    first_det_no_forced_mjd = models.FloatField(null=True)
    last_det_no_forced_mjd = models.FloatField(null=True)
    peak_mag = models.FloatField(null=True)
    combination = models.ForeignKey(
        PhotStatAudiences, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="Of whose points it counts.",
    )  # fmt: skip

    class Meta:
        abstract = True


class WholePhotStat(MergedFigures):
    """What lists ask of an obj's photometry, merged over all its audiences; for those only who may read every one of
    them, and always what merging the rows of `PhotStat` would give."""

    obj = models.OneToOneField(Obj, on_delete=models.CASCADE, primary_key=True, related_name="+")

    access = INTERNAL
    objects = AccessManager()

    def __str__(self) -> str:
        return f"obj {self.obj_id}: {self.num_det} detections of {self.num_obs}"
