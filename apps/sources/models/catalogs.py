"""Questions to catalogues that others keep."""

from __future__ import annotations

from django.db import models

from apps.groups.models import User
from skyportal.access.models import Shared, Stamped
from skyportal.access.policy import AccessManager

from ..access import COMMENT
from .objs import Obj


class CatalogSearch(Shared, Stamped):
    """One obj looked up in one catalogue, for the audience of the annotation it may end in."""

    WAITING, FOUND, NOTHING, FAILED = "waiting", "found", "nothing", "failed"

    obj = models.ForeignKey(Obj, on_delete=models.CASCADE, related_name="catalog_searches", db_index=False)
    catalog = models.TextField(help_text="Key of its driver.")
    radius = models.FloatField(help_text="arcsec")
    number = models.SmallIntegerField(default=1, help_text="How many matches are kept.")
    options = models.JSONField(default=dict)
    author = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.TextField(default=WAITING)
    message = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    access = COMMENT
    objects = AccessManager()

    class Meta:
        verbose_name_plural = "catalog searches"
        indexes = [models.Index(fields=["obj", "-created_at"], name="catalog_search_of_obj")]

    def __str__(self) -> str:
        return f"{self.catalog} for obj {self.obj_id}: {self.state}"
