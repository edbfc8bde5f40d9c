"""By what lists of sources can be sorted."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Max, Min, Q, QuerySet, Sum, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..access import said
from ..models import Annotation, Classification, ListedObj, Listing, Obj, PhotStat, Tag
from ..models.lists import FAVORITES
from . import statistics
from .annotations import meant
from .objs import beneath

OF_OBJS = ("ra", "dec", "origin", "alias", "tns_name", "score")
FIGURES = {
    "num_det": Sum("num_det"),
    "first_det_mjd": Min("first_det_mjd"),
    "last_det_mjd": Max("last_det_mjd"),
    "peak_mag": Min("peak_mag"),
}

Order = QuerySet | F | Case | None


def of_list(viewer: Viewer, by: str) -> Order:
    """What to sort by: a value that the row of a listed obj holds itself, or rows (``obj_id``, ``value``) of another
    table; None for the time of saving."""
    match by.split(".", 2):
        case ["saved_at"]:
            return None
        case ["id"]:
            return F("name")
        case ["redshift"]:
            return F("redshift")
        case [column] if column in OF_OBJS:
            return Obj.objects.values(obj_id=F("pk"), value=F(column))
        case ["favorites"]:
            mine = Listing.objects.filter(user_id=viewer.user_id or 0, list_name=FAVORITES)
            return mine.values("obj_id", value=F("pk"))
        case ["list_tags"]:
            mine = Listing.objects.filter(
                user_id=viewer.user_id or 0, list_name=FAVORITES, params__tags__0__isnull=False
            )
            return mine.values("obj_id", value=KeyTextTransform("tags", "params"))
        case ["classification"]:
            rows = beneath(viewer, Classification.objects.filter(ml=False), said)
            newest = rows.order_by("obj_id", "-created_at", "-pk").distinct("obj_id")
            return newest.values("obj_id", value=F("classification"))
        case ["tags"]:
            tags = beneath(viewer, Tag.objects.all(), said)
            return tags.order_by().values("obj_id").annotate(value=Min("option__name"))
        case [figure] if figure in FIGURES or figure == "last_det_mag":
            return _figure(viewer, figure)
        case ["annotation", _, _]:
            return _noted(viewer, by)
        case ["altdata", *path] if path:
            value: Any = "altdata"
            for key in ".".join(path).split("."):
                value = KeyTransform(key, value)
            return Obj.objects.values(obj_id=F("pk"), value=value)
    raise Invalid(f"Invalid sortBy: {by[:60]!r}.")


def _noted(viewer: Viewer, by: str) -> QuerySet:
    """What the newest annotation says that a column of this name may mean."""
    pairs = meant(by)
    remarks = beneath(viewer, Annotation.objects.filter(origin__in=[origin for origin, _ in pairs]), said)
    if len(pairs) > 1:
        remarks = remarks.filter(Q(*((Q(origin=origin, data__has_key=key)) for origin, key in pairs), _connector=Q.OR))
    newest = remarks.order_by("obj_id", "-modified").distinct("obj_id")
    values = [When(origin=origin, then=KeyTransform(key, "data")) for origin, key in pairs]
    return newest.values("obj_id", value=Case(*values) if len(values) > 1 else KeyTransform(pairs[0][1], "data"))


def _figure(viewer: Viewer, figure: str) -> Order:
    """What is counted of photometry: merged before where the viewer reads all of it, else merged here."""
    figures = statistics.of_saved_objs(viewer)
    if figures.rest is None:
        return Case(When(figures.whole, then=F(figure)))
    whole = ListedObj.objects.filter(figures.whole).order_by().values("obj_id", value=F(figure))
    if figure in FIGURES:
        return whole.union(figures.rest.order_by().values("obj_id").annotate(value=FIGURES[figure]), all=True)
    rows = figures.rest.filter(last_det_mjd__isnull=False)
    newest = rows.order_by("obj_id", "-last_det_mjd", "-last_det_mag").distinct("obj_id")
    return whole.union(PhotStat.objects.filter(pk__in=newest.values("pk")).values("obj_id", value=F(figure)), all=True)
