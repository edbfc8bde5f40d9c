"""Small pictures of an obj: alert cutouts and survey images."""

from __future__ import annotations

from django.db import models

from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import THUMBNAIL
from .objs import Obj


class Thumbnail(Shared, Stamped):
    """A PNG at true pixels. Cutouts of an alert share its audience; survey images are everybody's."""

    TYPES = (
        "new", "ref", "sub", "sdss", "dr8", "ls", "ps1", "sm", "hst", "chandra", "jwst", "new_gz", "ref_gz", "sub_gz",
    )  # fmt: skip

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="thumbnails", db_index=False)
    type = models.TextField(choices=[(t, t) for t in TYPES])
    file = models.TextField(null=True, blank=True, help_text="Name in the file storage, by content.")
    public_url = models.TextField(null=True, blank=True, help_text="Elsewhere, for survey images.")
    origin = models.TextField(null=True, blank=True)
    is_grayscale = models.BooleanField(default=False)
    mjd = models.FloatField(null=True, blank=True, help_text="Of the alert it was cut from.")

    access = THUMBNAIL
    objects = AccessManager()

    class Meta:
        indexes = [models.Index(fields=["obj", "type", "-mjd"], name="thumbnail_of_obj")]

    def __str__(self) -> str:
        return f"{self.type} of obj {self.obj_id}"
