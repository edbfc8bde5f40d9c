"""What was asked of catalogues, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from skyportal.access.viewer import Viewer

from ..catalogs import catalogs
from ..models import CatalogSearch

SHOWN_FOR = timedelta(hours=12)
PATIENCE = timedelta(minutes=30)


def choices() -> list[dict[str, Any]]:
    """Catalogues that can be asked: key, label, usual radius in arcsec."""
    known = sorted(catalogs, key=lambda driver: driver.label.lower())
    return [{"key": driver.key, "label": driver.label, "radius": driver.radius} for driver in known]


def recent(viewer: Viewer, obj_id: int) -> list[dict[str, Any]]:
    """The newest question to each catalogue about an obj, while it is news."""
    now = timezone.now()
    rows = CatalogSearch.objects.visible_to(viewer).filter(obj_id=obj_id, created_at__gte=now - SHOWN_FOR)
    newest: dict[str, Any] = {}
    for row in rows.order_by("-created_at", "-pk")[:100]:
        newest.setdefault(row.catalog, row)
    return [_shown(row, now) for row in sorted(newest.values(), key=lambda row: row.catalog)]


def _shown(row: CatalogSearch, now: Any) -> dict[str, Any]:
    label = catalogs[row.catalog].label if row.catalog in catalogs else row.catalog
    late = row.state == CatalogSearch.WAITING and now - row.created_at > PATIENCE
    words = {
        CatalogSearch.WAITING: "did not answer in time" if late else f"searching within {row.radius:g}″ …",
        CatalogSearch.FOUND: row.message,
        CatalogSearch.NOTHING: f"nothing within {row.radius:g}″",
        CatalogSearch.FAILED: row.message,
    }
    state = CatalogSearch.FAILED if late else row.state
    return {"key": row.catalog, "label": label, "state": state, "words": words[row.state], "when": row.modified}
