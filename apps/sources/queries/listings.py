"""Reading a person's own lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Listing, Source
from ..models.lists import FAVORITES
from . import shown

COLUMNS = ("id", "user_id", "list_name", "params", "created_at", "modified")


def listings(viewer: Viewer, user_id: int, list_name: str | None = None) -> list[dict[str, Any]]:
    """Entries of one person's lists; of another person's, only a system admin sees any."""
    mine = Listing.objects.visible_to(viewer).filter(user_id=user_id)
    if list_name:
        mine = mine.filter(list_name=list_name)
    return [shown.alone(row) for row in mine.order_by("id").values(*COLUMNS, **shown.OBJ)]


def unsaved(viewer: Viewer, list_name: str, most: int = 50) -> list[str]:
    """Names of objs on the viewer's own list that none of their groups has saved, newest first: no list shows them."""
    saved = Source.objects.visible_to(viewer).filter(active=True, obj=OuterRef("obj"))
    mine = Listing.objects.visible_to(viewer).filter(~Exists(saved), user_id=viewer.user_id or 0, list_name=list_name)
    return list(mine.order_by("-pk").values_list("obj__name", flat=True)[:most])


def get_listing(viewer: Viewer, listing_id: int) -> Listing:
    found = Listing.objects.visible_to(viewer).select_related("obj").filter(pk=listing_id).first()
    if found is None:
        raise NotVisible(f"Insufficient permission or no listing entry with ID {listing_id}.")
    return found


def favourites(viewer: Viewer, obj_ids: Iterable[int]) -> set[int]:
    """Those of these objs that are among the viewer's favourites."""
    return on_list(viewer, FAVORITES, obj_ids)


def on_list(viewer: Viewer, list_name: str, obj_ids: Iterable[int]) -> set[int]:
    """Those of these objs that are on the viewer's own list of this name."""
    if viewer.user_id is None:
        return set()
    mine = Listing.objects.visible_to(viewer).filter(
        user_id=viewer.user_id, list_name=list_name, obj_id__in=list(obj_ids)
    )
    return set(mine.values_list("obj_id", flat=True))
