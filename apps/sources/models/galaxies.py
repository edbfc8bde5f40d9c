"""Galaxies of catalogues: hosts of sources, and where an event may have happened."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import GALAXY


class Galaxy(Stamped):
    catalog_name = models.TextField()
    name = models.TextField()
    ra = models.FloatField(help_text="J2000 right ascension, degrees.")
    dec = models.FloatField(help_text="J2000 declination, degrees.")
    hpx = models.BigIntegerField(help_text="Nested HEALPix index at order 29.")
    distmpc = models.FloatField(null=True, blank=True, help_text="Luminosity distance, Mpc.")
    distmpc_unc = models.FloatField(null=True, blank=True, help_text="Its error, Mpc.")
    redshift = models.FloatField(null=True, blank=True)
    redshift_error = models.FloatField(null=True, blank=True)
    mstar = models.FloatField(null=True, blank=True, help_text="Stellar mass, log10 of solar masses.")
    magb = models.FloatField(null=True, blank=True, help_text="B magnitude.")
    magk = models.FloatField(null=True, blank=True, help_text="K magnitude.")
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
