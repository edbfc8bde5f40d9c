"""Catalogues of named places, and which objs lie within them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.expressions import RawSQL

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..models import SpatialCatalog, SpatialEntry

MOST = 50_000

_INSIDE = """
    select o.id from (select unnest(cells) from gcn_spatialentry where catalog_id = %s{entry}) as r(cells)
    cross join lateral (select id from sources_obj where hpx >= lower(r.cells) and hpx < upper(r.cells) offset 0) as o
"""


def catalogs(viewer: Viewer) -> QuerySet[SpatialCatalog]:
    return SpatialCatalog.objects.visible_to(viewer).annotate(count=Count("entries")).order_by("name")


def get_catalog(viewer: Viewer, catalog_id: int) -> SpatialCatalog:
    found = catalogs(viewer).filter(pk=catalog_id).first()
    if found is None:
        raise NotVisible("Spatial catalog not found", status=404)
    return found


def named(viewer: Viewer, name: str) -> SpatialCatalog:
    found = SpatialCatalog.objects.visible_to(viewer).filter(name=name).first()
    if found is None:
        raise Invalid(f"Catalog with name {name[:100]} not found")
    return found


def entries(catalog: SpatialCatalog) -> QuerySet[SpatialEntry]:
    return SpatialEntry.objects.filter(catalog=catalog).defer("cells")


def obj_ids_inside(catalog: SpatialCatalog, entry_name: str | None) -> RawSQL:
    """Ids of objs in an entry, or in any of the catalogue."""
    if not entry_name:
        return RawSQL(_INSIDE.format(entry=""), [catalog.pk])  # noqa: S611 - constants
    entry = SpatialEntry.objects.filter(catalog=catalog, name=entry_name).values_list("pk", flat=True).first()
    if entry is None:
        raise Invalid(f"Catalog entry with name {entry_name[:100]} not found in {catalog.name}")
    return RawSQL(_INSIDE.format(entry=" and id = %s"), [catalog.pk, entry])  # noqa: S611 - constants


def item(catalog: SpatialCatalog) -> dict[str, Any]:
    return {
        "id": catalog.pk, "catalog_name": catalog.name, "created_at": catalog.created_at, "modified": catalog.modified,
    }  # fmt: skip


def whole(catalog: SpatialCatalog) -> dict[str, Any]:
    """With its entries."""
    rows = [
        {"id": one.pk, "entry_name": one.name, "data": one.data, "catalog_id": catalog.pk}
        for one in entries(catalog)[:MOST]
    ]
    return {**item(catalog), "entries": rows}
