"""Places in the sky that people name and search in: error circles and ellipses of catalogues."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Stamped
from skyportal.access.policy import AccessManager

from ..access import OF_SPATIAL_CATALOG, SPATIAL_CATALOG
from .columns import CellRangesField


class SpatialCatalog(Stamped):
    name = models.TextField(unique=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    access = SPATIAL_CATALOG
    objects = AccessManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SpatialEntry(Stamped):
    """A circle or an ellipse, and the order-29 cells it covers."""

    catalog = models.ForeignKey(SpatialCatalog, on_delete=models.CASCADE, related_name="entries", db_index=False)
    name = models.TextField()
    ra = models.FloatField(help_text="Of its centre, degrees.")
    dec = models.FloatField(help_text="degrees")
    major = models.FloatField(help_text="Semi-major axis, or the radius, degrees.")
    minor = models.FloatField(help_text="Semi-minor axis, degrees; that of a circle is its radius.")
    angle = models.FloatField(
        null=True, help_text="Of the major axis, from north through east, degrees; null: a circle."
    )
    cells = CellRangesField()

    access = OF_SPATIAL_CATALOG
    objects = AccessManager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "spatial entries"
        constraints = [models.UniqueConstraint(fields=["catalog", "name"], name="gcn_spatial_entry_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> dict[str, float]:
        """As the public API shows a shape."""
        if self.angle is None:
            return {"ra": self.ra, "dec": self.dec, "radius": self.major}
        return {"ra": self.ra, "dec": self.dec, "amaj": self.major, "amin": self.minor, "phi": self.angle}
