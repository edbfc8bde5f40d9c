"""Searches that people keep."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import SavedSearch


def searches(viewer: Viewer) -> list[SavedSearch]:
    """One's own and those of one's groups, by name."""
    rows = SavedSearch.objects.visible_to(viewer) if not viewer.sees_all else SavedSearch.objects.all()
    return list(rows.select_related("owner", "group").order_by("name", "pk")[:200])


def own_search(viewer: Viewer, search_id: int) -> Any:
    found = SavedSearch.objects.deletable_by(viewer).filter(pk=search_id).first()
    if found is None:
        raise NotVisible("There is no such search of yours.")
    return found
