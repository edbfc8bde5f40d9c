"""Putting objs on one's own lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ListingChanged
from ..models import Listing
from ..models.lists import FAVORITES, WATCHLIST
from ..queries.listings import get_listing
from ..queries.objs import get_obj
from . import checks
from .checks import plain, storable

NAME = re.compile(r"^\w")


def owner(viewer: Viewer, user_id: Any) -> int:
    """Whose list: the viewer's own, whatever is asked; a system admin may name another's."""
    if user_id in (None, "") and viewer.user_id is not None:
        return viewer.user_id
    try:
        wanted = int(user_id)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"Invalid user_id: {str(user_id)[:60]}") from None
    if wanted != viewer.user_id and not viewer.sees_all:
        raise NotAllowed("Insufficient permission: lists are their owner's only.", status=400)
    return wanted


def checked_name(value: Any) -> str:
    if not isinstance(value, str) or not NAME.match(value) or len(value) > 200 or not storable(value):
        raise Invalid("Input `list_name` must begin with alphanumeric/underscore.")
    return value


def checked_params(value: Any, list_name: str) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Invalid("Invalid params: must be a dictionary.")
    radius = value.get("arcsec", 0)
    if list_name == WATCHLIST and (isinstance(radius, bool) or not isinstance(radius, int | float) or radius < 0):
        raise Invalid("Invalid params: arcsec must be a number, 0 or more.")
    return plain(value)


def _obj(viewer: Viewer, obj_name: Any) -> Any:
    return get_obj(viewer, str(obj_name), message=f"Invalid obj_id: {str(obj_name)[:100]}", status=400)


def add_listing(viewer: Viewer, obj_name: Any, list_name: Any, *, user_id: Any = None, params: Any = None) -> int:
    """Put an obj on a list; once is enough, a second time only changes its parameters."""
    user_id, list_name = owner(viewer, user_id), checked_name(list_name)
    params = checked_params(params, list_name)
    obj = _obj(viewer, obj_name)
    with transaction.atomic():
        entry, created = Listing.objects.get_or_create(
            user_id=user_id, obj=obj, list_name=list_name, defaults={"params": params}
        )
        if not created and params is not None and params != entry.params:
            entry.params = params
            entry.save(update_fields=["params", "modified"])
        if created:
            record(ListingChanged(obj.name, list_name, "added", user_id))
    return entry.pk


def edit_listing(viewer: Viewer, listing_id: int, data: Mapping[str, Any]) -> None:
    entry = get_listing(viewer, listing_id)
    if data.get("user_id") is not None:
        entry.user_id = owner(viewer, data["user_id"])
    if data.get("obj_id") is not None:
        entry.obj = _obj(viewer, data["obj_id"])
    if data.get("list_name") is not None:
        entry.list_name = checked_name(data["list_name"])
    if data.get("params") is not None:
        entry.params = checked_params(data["params"], entry.list_name)
    with transaction.atomic():
        entry.save()
        record(ListingChanged(entry.obj.name, entry.list_name, "edited", entry.user_id))


def find(viewer: Viewer, obj_name: Any, list_name: Any, user_id: Any = None) -> Listing:
    """The entry of this obj on this list."""
    wanted = {"user_id": owner(viewer, user_id), "obj__name": str(obj_name), "list_name": checked_name(list_name)}
    entry = Listing.objects.visible_to(viewer).select_related("obj").filter(**wanted).first()
    if entry is None:
        raise NotVisible("Insufficient permission or no such listing entry.")
    return entry


@transaction.atomic
def remove(viewer: Viewer, entry: Listing) -> None:
    entry.delete()
    record(ListingChanged(entry.obj.name, entry.list_name, "removed", entry.user_id))


def remove_listing(viewer: Viewer, listing_id: int) -> None:
    remove(viewer, get_listing(viewer, listing_id))


def remove_from_list(viewer: Viewer, obj_name: Any, list_name: Any, user_id: Any = None) -> None:
    remove(viewer, find(viewer, obj_name, list_name, user_id))


MOST_TAGS = 20


@transaction.atomic
def tag_favourite(viewer: Viewer, obj_name: str, tags: list[str]) -> tuple[list[str], list[str]]:
    """Put words of one's own on a favourite; those it had before, and those it has now."""
    entry = find(viewer, obj_name, FAVORITES)
    wanted = list(dict.fromkeys(checks.text(tag, "tags", most=60).strip() for tag in tags))
    if len(wanted) > MOST_TAGS:
        raise Invalid(f"Invalid tags: at most {MOST_TAGS}.")
    before = (entry.params or {}).get("tags") or []
    entry.params = {**(entry.params or {}), "tags": wanted}
    entry.save(update_fields=["params", "modified"])
    record(ListingChanged(entry.obj.name, FAVORITES, "edited", entry.user_id))
    return before, wanted


@transaction.atomic
def toggle(viewer: Viewer, obj_name: str, list_name: str) -> bool:
    """Put an obj on a list of one's own, or take it off; whether it is there now."""
    try:
        remove_from_list(viewer, obj_name, list_name)
    except NotVisible:
        add_listing(viewer, obj_name, list_name)
        return True
    return False
