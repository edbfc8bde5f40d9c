"""Where an event may have happened: sky maps as tiles, and the regions that hold so much of the probability."""

from __future__ import annotations

from django.db import models

from apps.groups.models import Stream, User
from apps.sources.models import Obj
from skyportal.access.models import Audience, Stamped
from skyportal.access.policy import INTERNAL, AccessManager

from ..access import ALERT, MATCH, OF_EVENT, OF_LOCALIZATION
from .columns import CellRangesField, RealField
from .events import GcnEvent, GcnNotice

CURRENT = (models.F("issued_at").desc(nulls_last=True), models.F("place").asc(), models.F("id").desc())
"""Which of an event's maps is first: the newest notice's, whichever was drawn last; of one notice the finest."""


class Localization(Stamped):
    """A sky map of an event; what can be said of it whole is worked out once, when it arrives."""

    event = models.ForeignKey(GcnEvent, on_delete=models.CASCADE, related_name="localizations", db_index=False)
    name = models.TextField(help_text="bayestar.fits.gz, or the shape in figures.")
    notice = models.ForeignKey(GcnNotice, null=True, on_delete=models.SET_NULL, related_name="localizations")
    sent_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField(
        null=True,
        help_text="When its notice was sent, or when somebody added it. A product of two maps has none: it never speaks"
        " for the event by itself.",
    )
    place = models.SmallIntegerField(default=0, help_text="Among the maps of its notice, the finest first.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of its tiles: the same map again is the same map.")
    ra = models.FloatField(help_text="Where it is densest, degrees.")
    dec = models.FloatField(help_text="degrees")
    area_50 = models.FloatField(help_text="Smallest area that holds half of it, square degrees.")
    area_90 = models.FloatField(help_text="square degrees")
    distance = models.FloatField(null=True, blank=True, help_text="Mean, Mpc; null for a map in two dimensions.")
    distance_error = models.FloatField(null=True, blank=True, help_text="Standard deviation, Mpc.")
    tile_count = models.IntegerField()
    contour = models.JSONField(help_text="GeoJSON: centre, then lines at 50 and 90 %.")
    properties = models.JSONField(default=dict, blank=True)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)
    overlap = models.FloatField(null=True, blank=True, help_text="Of a product: how much its parents agree.")

    access = OF_EVENT
    objects = AccessManager()

    class Meta:
        ordering = CURRENT
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="gcn_localization_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_3d(self) -> bool:
        return self.distance is not None


class Tile(models.Model):
    """A HEALPix cell of a map, as a range of order-29 cells. Where a map has no tile it has no probability.

    A position is in a tile when one of its 30 ancestor cells is that very (lo, hi): the index answers for all maps at
    once (decision 9 of the design; `queries.matching`).
    """

    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="tiles", db_index=False)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField(help_text="One beyond the last.")
    density = RealField(help_text="Probability per steradian.")
    level = RealField(help_text="Probability of the smallest region that holds the tile.")
    distmu = RealField(null=True, help_text="Mpc")
    distsigma = RealField(null=True, help_text="Mpc")
    distnorm = RealField(null=True, help_text="Mpc^-2")

    access = OF_LOCALIZATION
    objects = AccessManager()

    class Meta:
        indexes = [
            models.Index(fields=["localization", "lo"], name="gcn_tile_of_map"),
            # with all that is asked of a tile: those of one cell stand side by side here, and all over the table
            models.Index(
                fields=["lo", "hi", "localization"],
                name="gcn_tile_cell",
                include=["density", "level", "distmu", "distsigma", "distnorm"],
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.lo}, {self.hi})"


class Region(models.Model):
    """The cells inside a map's credible region of one of the levels that are kept."""

    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="regions", db_index=False)
    level = models.FloatField()
    cells = CellRangesField()

    access = INTERNAL
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["localization", "level"], name="gcn_region_once")]

    def __str__(self) -> str:
        return f"{self.level:.0%} of {self.localization_id}"


class LocalizationTag(Stamped):
    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="tags", db_index=False)
    text = models.TextField()

    access = OF_LOCALIZATION
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["localization", "text"], name="gcn_localization_tag_once")]
        indexes = [models.Index(fields=["text", "localization"], name="gcn_localization_by_tag")]

    def __str__(self) -> str:
        return self.text


class ObjInMap(models.Model):
    """An obj lies in a map: found when either arrived."""

    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="objs", db_index=False)
    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="+")
    density = RealField(help_text="Probability per square degree there.")
    level = RealField(help_text="Credible level in two dimensions.")
    volume_density = models.FloatField(
        null=True, help_text="Probability per Mpc^3 at its distance, where both are known."
    )
    found_at = models.DateTimeField(auto_now_add=True)

    access = MATCH
    objects = AccessManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["localization", "obj"], name="gcn_obj_in_map_once")]
        indexes = [models.Index(fields=["localization", "level"], name="gcn_obj_in_map_level")]

    def __str__(self) -> str:
        return f"{self.obj_id} in {self.localization_id}"


class AlertInMap(models.Model):
    """An object of a stream's alerts lies in an active map, whether any filter wanted it or not."""

    localization = models.ForeignKey(Localization, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="+", help_text="Who may read the alert."
    )
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="+")
    object_id = models.TextField(help_text="As its survey calls it.")
    candid = models.TextField(help_text="Of the newest alert.")
    ra = models.FloatField(help_text="degrees")
    dec = models.FloatField(help_text="degrees")
    first_mjd = models.FloatField(help_text="Of the first alert since the event.")
    last_mjd = models.FloatField()
    density = RealField(help_text="Probability per square degree there.")
    level = RealField(help_text="Credible level.")

    access = ALERT
    objects = AccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["localization", "object_id", "audience"], name="gcn_alert_in_map_once")
        ]
        indexes = [models.Index(fields=["localization", "level"], name="gcn_alert_in_map_level")]

    def __str__(self) -> str:
        return f"{self.object_id} in {self.localization_id}"
