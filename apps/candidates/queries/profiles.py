"""Scanning profiles: one's own, and those one's groups share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import ScanProfile

PREFERENCE = "scanProfile"
"""Under which a person's preferences keep the id of the profile that opens the scanning page."""


def profiles(viewer: Viewer) -> list[ScanProfile]:
    rows = ScanProfile.objects.visible_to(viewer) if not viewer.sees_all else ScanProfile.objects.all()
    return list(rows.select_related("owner", "group").order_by("name", "pk")[:200])


def get_profile(viewer: Viewer, profile_id: int) -> ScanProfile:
    found = ScanProfile.objects.visible_to(viewer).filter(pk=profile_id).first()
    if found is None:
        raise NotVisible("There is no such profile.", status=404)
    return found


def default_id(preferences: Mapping[str, Any] | None) -> int | None:
    chosen = (preferences or {}).get(PREFERENCE)
    return chosen if isinstance(chosen, int) and not isinstance(chosen, bool) else None


def default_query(viewer: Viewer, preferences: Mapping[str, Any] | None) -> str:
    """The address that the scanning page opens with; empty where nobody chose one, or it is gone."""
    chosen = default_id(preferences)
    if chosen is None:
        return ""
    return ScanProfile.objects.visible_to(viewer).filter(pk=chosen).values_list("query", flat=True).first() or ""
