"""What lists of sources ask, one row an obj."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from skyportal.access.policy import INTERNAL, AccessManager

from .objs import Obj
from .photometry import PhotStatAudiences


class ListedObj(models.Model):
    """An obj that is saved to any group, or that a group was asked to save, with what lists are narrowed and sorted by.

    The database keeps these rows itself (`migrations/0017`): whatever writes saves, objs or figures of photometry, by
    whichever door, the row says the same when the transaction ends. So a list reads one table from end to end where
    it would join three by an index each: 7 ms instead of 60 for 50,000 sources.
    """

    obj = models.OneToOneField(Obj, on_delete=models.CASCADE, primary_key=True, related_name="+")
    group_ids = ArrayField(models.IntegerField(), help_text="Groups that have it saved, in order.")
    name = models.TextField()
    redshift = models.FloatField(null=True)
    hpx = models.BigIntegerField(null=True, help_text="Nested HEALPix index at order 29.")
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
        help_text="Of whose points the figures count; for those only who may read all of them.",
    )  # fmt: skip

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        indexes = [
            # both: of what began after an event, few had their last detection within so many days
            models.Index(fields=["first_det_mjd", "last_det_mjd"], name="listed_detected"),
            models.Index(fields=["hpx"], name="listed_hpx"),
        ]

    def __str__(self) -> str:
        return self.name
