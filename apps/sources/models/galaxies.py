"""Galaxies of catalogues: hosts of sources, and where an event may have happened."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import GALAXY, GALAXY_CATALOG, GALAXY_LOAD


class GalaxyCatalog(Stamped):
    """Where galaxies come from; the galaxies themselves name it."""

    name = models.TextField(unique=True)
    description = models.TextField(blank=True, default="")
    url = models.TextField(blank=True, default="", help_text="Where it is described.")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = GALAXY_CATALOG
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GalaxyLoad(Stamped):
    """A file of galaxies that a worker reads in."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    catalog_name = models.TextField()
    file_name = models.TextField(help_text="As it was called, or the last part of its address.")
    content = models.FileField(blank=True, upload_to="galaxies/", max_length=300)
    url = models.TextField(blank=True, default="", help_text="Where it is fetched from.")
    local_path = models.TextField(blank=True, default="", help_text="In the folder of catalogues of the machine.")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.TextField(choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, default="", help_text="Why it failed.")
    read = models.IntegerField(default=0, help_text="Galaxies that are in.")
    total = models.IntegerField(null=True, help_text="Galaxies in the file, once that is known.")
    finished_at = models.DateTimeField(null=True)

    access = GALAXY_LOAD
    objects = AccessManager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} into {self.catalog_name}: {self.state}"


class Galaxy(Stamped):
    catalog_name = models.TextField()
    name = models.TextField()
    alt_name = models.TextField(null=True, blank=True, help_text="Another name of it.")
    ra = models.FloatField(help_text="J2000 right ascension, degrees.")
    dec = models.FloatField(help_text="J2000 declination, degrees.")
    hpx = models.BigIntegerField(help_text="Nested HEALPix index at order 29.")
    distmpc = models.FloatField(null=True, blank=True, help_text="Luminosity distance, Mpc.")
    distmpc_unc = models.FloatField(null=True, blank=True, help_text="Its error, Mpc.")
    redshift = models.FloatField(null=True, blank=True)
    redshift_error = models.FloatField(null=True, blank=True)
    mstar = models.FloatField(null=True, blank=True, help_text="Stellar mass, solar masses.")
    sfr_fuv = models.FloatField(null=True, blank=True, help_text="Star formation rate from FUV, solar masses a year.")
    sfr_w4 = models.FloatField(null=True, blank=True, help_text="From WISE W4, solar masses a year.")
    magb = models.FloatField(null=True, blank=True, help_text="B magnitude.")
    magk = models.FloatField(null=True, blank=True, help_text="K magnitude.")
    mag_fuv = models.FloatField(null=True, blank=True, help_text="GALEX FUV magnitude.")
    mag_nuv = models.FloatField(null=True, blank=True, help_text="GALEX NUV magnitude.")
    mag_w1 = models.FloatField(null=True, blank=True, help_text="WISE W1 magnitude.")
    mag_w2 = models.FloatField(null=True, blank=True, help_text="WISE W2 magnitude.")
    mag_w3 = models.FloatField(null=True, blank=True, help_text="WISE W3 magnitude.")
    mag_w4 = models.FloatField(null=True, blank=True, help_text="WISE W4 magnitude.")
    btc = models.FloatField(null=True, blank=True, help_text="Total B magnitude, corrected for extinction.")
    a = models.FloatField(null=True, blank=True, help_text="Semi-major axis, arcsec.")
    b2a = models.FloatField(null=True, blank=True, help_text="Axis ratio.")
    pa = models.FloatField(null=True, blank=True, help_text="Position angle, degrees east of north.")

    access = GALAXY
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "galaxies"
        constraints = [models.UniqueConstraint(fields=["catalog_name", "name"], name="galaxy_once_per_catalog")]
        indexes = [
            models.Index(fields=["hpx"], name="galaxy_hpx"),
            models.Index(Upper("name"), name="galaxy_name_any_case"),
            models.Index(fields=["redshift"], name="galaxy_redshift", condition=Q(redshift__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name
