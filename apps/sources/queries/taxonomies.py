"""Reading taxonomies: trees of classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F

from skyportal.access.errors import NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Classification, Taxonomy
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


@dataclass
class Described:
    """A class as one chooses it: the ways that lead down to it, and its other names."""

    ways: list[str]
    also: list[str]

    @property
    def path(self) -> str:
        return " or ".join(filter(None, self.ways))


def described(hierarchy: dict[str, Any]) -> dict[str, Described]:
    """Every class of a tree, the tree's order kept; a class in two places has two ways.

    >>> described({"class": "All", "subclasses": [{"class": "SN", "subclasses": [{"class": "Ia"}]}]})["Ia"].path
    'All › SN'
    """
    found: dict[str, Described] = {}
    _describe(hierarchy, (), found)
    return found


def _describe(node: dict[str, Any], above: tuple[str, ...], found: dict[str, Described]) -> None:
    name = node["class"]
    one = found.setdefault(name, Described([], []))
    one.ways.append(" › ".join(above))
    one.also += [other for other in node.get("other names") or [] if other not in one.also]
    for branch in node.get("subclasses") or []:
        _describe(branch, (*above, name), found)


def counted(viewer: Viewer) -> list[dict[str, Any]]:
    """Taxonomies by name, newest version first, with how many classes each has."""
    return [{**row, "count": len({name for name, _ in classes(row["hierarchy"])})} for row in taxonomies(viewer)]


def versions(viewer: Viewer, taxonomy: Taxonomy) -> list[Taxonomy]:
    """All versions of a name, newest first."""
    named = Taxonomy.objects.visible_to(viewer).filter(name=taxonomy.name)
    return list(named.defer("hierarchy").order_by("-created_at", "-id")[:50])


def used(viewer: Viewer, taxonomy_id: int) -> dict[str, int]:
    """How many classifications that the viewer sees there are of each class."""
    said = Classification.objects.visible_to(viewer).filter(taxonomy_id=taxonomy_id).order_by()
    return dict(said.values_list("classification").annotate(Count("pk")))


def as_yaml(hierarchy: dict[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(hierarchy, allow_unicode=True, sort_keys=False, width=110)
