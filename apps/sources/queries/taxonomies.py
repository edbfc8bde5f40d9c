"""Reading taxonomies: trees of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Taxonomy
from . import shown

COLUMNS = ("id", "name", "version", "provenance", "hierarchy", "created_at", "modified", "audience__key")


def _rows(viewer: Viewer, taxonomies: AccessQuerySet) -> list[dict[str, Any]]:
    rows = list(taxonomies.values(*COLUMNS, isLatest=F("is_latest")))
    shown.add_groups(viewer, rows)
    return rows


def taxonomies(viewer: Viewer) -> list[dict[str, Any]]:
    return _rows(viewer, Taxonomy.objects.visible_to(viewer).order_by("name", "-created_at", "-id"))


def get_taxonomy(viewer: Viewer, taxonomy_id: int) -> Taxonomy:
    found = Taxonomy.objects.visible_to(viewer).filter(pk=taxonomy_id).first()
    if found is None:
        raise NotVisible(f"Taxonomy {taxonomy_id} does not exist or is not available to user.")
    return found


def shown_taxonomy(viewer: Viewer, taxonomy_id: int) -> dict[str, Any]:
    get_taxonomy(viewer, taxonomy_id)
    return _rows(viewer, Taxonomy.objects.visible_to(viewer).filter(pk=taxonomy_id))[0]


def classes(hierarchy: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every class of a tree, with the classes above it from the root down.

    >>> list(classes({"class": "SN", "subclasses": [{"class": "Ia"}]}))
    [('SN', ()), ('Ia', ('SN',))]
    """
    name = hierarchy["class"]
    yield name, above
    for branch in hierarchy.get("subclasses") or []:
        yield from classes(branch, (*above, name))


def latest(viewer: Viewer) -> list[Taxonomy]:
    """Taxonomies one would classify with today."""
    return list(Taxonomy.objects.visible_to(viewer).filter(is_latest=True).order_by("name", "id"))


def labelled(hierarchy: dict[str, Any]) -> dict[str, str]:
    """Each class with its way down the tree, the root left out; a class in two places is named with both.

    >>> labelled({"class": "All", "subclasses": [{"class": "SN", "subclasses": [{"class": "Ia"}]}]})
    {'All': 'All', 'SN': 'SN', 'Ia': 'Ia · SN'}
    """
    ways: dict[str, list[str]] = {}
    for name, above in classes(hierarchy):
        ways.setdefault(name, []).append(" › ".join(above[1:]))
    return {
        name: " · ".join([name, " or ".join(filter(None, found))]).removesuffix(" · ") for name, found in ways.items()
    }
