"""What lists of sources ask, one row an obj."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet

from skyportal.access.policy import INTERNAL, AccessQuerySet

from .objs import Obj
from .photometry import MergedFigures


@dataclass(frozen=True)
class Late:
    """What is asked of the objs that everything else leaves: whether any of these rows is of them, or none."""

    rows: QuerySet
    """Of a model with an ``obj``."""
    any: bool


class ListedObjs(AccessQuerySet):
    """Saved objs, with what is left to be asked at last: nobody can guess how many rows these questions find, as where
    they look into JSON, and a plan that begins with a bad guess takes ten times as long."""

    late: tuple[Late, ...] = ()

    def asked_late(self, rows: QuerySet, *, any: bool) -> Self:
        asked = self._chain()  # type: ignore[attr-defined]  # what every method of a queryset begins with
        asked.late = (*self.late, Late(rows, any))
        return asked

    def _clone(self) -> Self:
        copy = super()._clone()  # type: ignore[misc]
        copy.late = self.late
        return copy


class ListedObj(MergedFigures):
    """An obj that is saved to any group, or that a group was asked to save, with what lists are narrowed and sorted by.

    The database keeps these rows itself (`migrations/0017`): whatever writes saves, objs or figures of photometry, by
    whichever door, the row says the same when the transaction ends. So a list reads one table from end to end where
    it would join three by an index each: 26 ms instead of 106 for four conditions on 50,000 sources (decision 11).
    """

    obj = models.OneToOneField(Obj, on_delete=models.CASCADE, primary_key=True, related_name="+")
    group_ids = ArrayField(models.IntegerField(), help_text="Groups that have it saved, in order.")
    name = models.TextField()
    redshift = models.FloatField(null=True)
    hpx = models.BigIntegerField(null=True, help_text="Nested HEALPix index at order 29.")

    access = INTERNAL
    objects = ListedObjs.as_manager()

    class Meta:
        indexes = [
            # both: of what began after an event, few had their last detection within so many days
            models.Index(fields=["first_det_mjd", "last_det_mjd"], name="listed_detected"),
            models.Index(fields=["hpx"], name="listed_hpx"),
        ]

    def __str__(self) -> str:
        return self.name
