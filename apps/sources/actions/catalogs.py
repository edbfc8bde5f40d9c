"""Looking an obj up in catalogues that others keep; a worker asks, and annotates what it is told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups.queries import viewer_of
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..catalogs import Catalog, catalogs
from ..catalogs.base import MOST_MATCHES, MOST_RADIUS, Ask, Match
from ..entries import CatalogAnswered, CatalogAsked
from ..models import Annotation, CatalogSearch
from ..queries.objs import get_obj
from .annotations import annotate, edit_annotation
from .checks import asked_groups, audience_of, lock, need, person

OPTIONS = ("catalog", "crossmatchLimmag", "crossmatchMinDetections")


def ask_catalog(viewer: Viewer, obj_name: str, key: str, data: Mapping[str, Any]) -> int:
    """Have a worker look an obj up; the id of the search. One that is already waiting is not asked twice.

    ``data``: group_ids (missing: all of the viewer's), crossmatchRadius (arcsec), crossmatchNumber and what else the
    public API names.
    """
    need(viewer, "Annotate")
    author = person(viewer)
    if key not in catalogs:
        raise Invalid(f"There is no catalogue called {key[:40]!r}.")
    obj = get_obj(viewer, obj_name)
    if obj.ra is None or obj.dec is None:
        raise Invalid(f"{obj.name} has no position to look up.")
    driver = catalogs[key]
    asked = _checked(driver, obj, data)
    named = asked_groups(viewer, data.get("group_ids"))
    audience = audience_of(named, viewer.group_ids)
    fields = {
        "obj": obj, "catalog": key, "radius": asked.radius, "number": asked.number,
        "options": {**asked.options, "group_ids": named},
        "author_id": author, "audience": audience,
    }  # fmt: skip
    with transaction.atomic():
        lock([obj.pk])
        soon = timezone.now() - timedelta(minutes=10)
        waiting = CatalogSearch.objects.filter(**fields, state=CatalogSearch.WAITING, created_at__gte=soon)
        if same := waiting.first():
            return same.pk
        search = CatalogSearch.objects.create(**fields)
        record(CatalogAsked(obj.pk, obj.name, viewer.user_id, search.pk, key))
    return search.pk


def _checked(driver: type[Catalog], obj: Any, data: Mapping[str, Any]) -> Ask:
    radius = _number(data, "crossmatchRadius", driver.radius, MOST_RADIUS)
    number = _number(data, "crossmatchNumber", 1, MOST_MATCHES)
    options = {name: data[name] for name in OPTIONS if data.get(name) not in (None, "")}
    for name in OPTIONS[1:]:
        if name in options:
            options[name] = _number(options, name, 0, 1e6)
    ask = Ask(obj.ra, obj.dec, radius, int(number), options)
    driver().source(ask)
    return ask


def _number(data: Mapping[str, Any], name: str, default: float, most: float) -> float:
    value = data.get(name)
    if value in (None, ""):
        return default
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 < number <= most:
        raise Invalid(f"Invalid {name}: must be a number above 0 and at most {most:g}.")
    return number


def carry_out(search_id: int) -> None:
    """Ask the service and keep what it says. No transaction is open while somebody else thinks."""
    search = CatalogSearch.objects.select_related("obj", "audience").filter(pk=search_id).first()
    if search is None or search.state != CatalogSearch.WAITING:
        return
    driver, obj = catalogs[search.catalog](), search.obj
    if obj.ra is None or obj.dec is None:
        _close(search, CatalogSearch.FAILED, "It has no position any more.")
        return
    ask = Ask(obj.ra, obj.dec, search.radius, search.number, search.options)
    try:
        matches = driver.find(ask)
    except Refusal as refusal:
        _close(search, CatalogSearch.FAILED, refusal.message)
        return
    if not matches:
        _close(search, CatalogSearch.NOTHING, "")
        return
    try:
        with transaction.atomic():
            _annotate(search, driver.source(ask), matches)
            _close(search, CatalogSearch.FOUND, _told(matches))
    except Refusal as refusal:
        _close(search, CatalogSearch.FAILED, refusal.message)


def _told(matches: list[Match]) -> str:
    more = f", {len(matches) - 1} more within the radius" if len(matches) > 1 else ""
    return f"found at {matches[0].separation:.2f}″{more}"


def _annotate(search: CatalogSearch, origin: str, matches: list[Match]) -> None:
    """The nearest match as an annotation; others beside it where they were asked for. In the asker's name."""
    viewer = viewer_of(search.author_id) if search.author_id else None
    if viewer is None:
        raise NotVisible("Who asked is no longer here.")
    kept = [{"separation": round(match.separation, 3), **match.values} for match in matches[: search.number]]
    data = kept[0] | {"matches": len(matches)} | ({"others": kept[1:]} if kept[1:] else {})
    data = {name: value for name, value in data.items() if value is not None}
    there = Annotation.objects.visible_to(viewer).filter(obj_id=search.obj_id, origin=origin)
    groups = [g for g in search.options.get("group_ids", []) if g in viewer.group_ids]
    if search.options.get("group_ids") and not groups:
        raise NotVisible("Who asked is no longer in the groups it was asked for.")
    if mine := there.filter(author_id=viewer.user_id).order_by("pk").first():
        edit_annotation(viewer, mine.pk, search.obj.name, data=data, group_ids=groups)
        return
    annotate(viewer, search.obj.name, origin, data, group_ids=groups)


@transaction.atomic
def _close(search: CatalogSearch, state: str, message: str) -> None:
    search.state, search.message, search.done_at = state, message[:500], timezone.now()
    search.save(update_fields=["state", "message", "done_at", "modified"])
    record(CatalogAnswered(search.obj_id, search.obj.name, search.author_id, search.pk, state))
