"""Keeping trees of classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Q

from apps.groups import queries as groups
from skyportal.access.errors import Conflict, Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import TaxonomyChanged
from ..models import Classification, Taxonomy
from ..queries.taxonomies import classes, get_taxonomy
from .checks import asked_groups, audience_of, need, optional_text, storable, text

UNFIT = "Hierarchy does not validate against the schema."
MOST_TEXT = 2_000_000
MOST_DEPTH = 40
MOST_CLASSES = 20_000


class _NoAliases(yaml.SafeLoader):
    """YAML whose parts cannot repeat themselves: ten nested aliases would unfold to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def from_yaml(document: Any) -> Any:
    if not isinstance(document, str) or len(document) > MOST_TEXT:
        raise Invalid(UNFIT)
    try:
        return yaml.load(document, Loader=_NoAliases)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Invalid(UNFIT) from None


def checked_hierarchy(hierarchy: Any) -> dict[str, Any]:
    """A tree by tdtax's schema, with every branch looked at (the schema itself does not descend into subclasses)."""
    from jsonschema import ValidationError, validate
    from tdtax import schema

    if not _is_tree(hierarchy):
        raise Invalid(UNFIT)
    try:
        validate(hierarchy, schema)
    except (ValidationError, RecursionError):
        raise Invalid(UNFIT) from None
    if len({name for name, _ in classes(hierarchy)}) > MOST_CLASSES:
        raise Invalid(f"A taxonomy holds at most {MOST_CLASSES} classes.")
    return hierarchy


WORDS = {"class": str, "comments": str, "tags": list, "links": list, "other names": list, "subclasses": list}


def _is_tree(node: Any, depth: int = 0) -> bool:
    if not isinstance(node, dict) or depth > MOST_DEPTH or not isinstance(node.get("class"), str):
        return False
    known = all(key in WORDS and isinstance(value, WORDS[key]) for key, value in node.items())
    lists = [node[key] for key in ("tags", "links", "other names") if known and key in node]
    words = [node["class"], node.get("comments", ""), *(word for one in lists for word in one)]
    if not known or not node["class"].strip() or not all(isinstance(w, str) and storable(w) for w in words):
        return False
    return all(_is_tree(branch, depth + 1) for branch in node.get("subclasses", []))


def post_taxonomy(viewer: Viewer, data: dict[str, Any]) -> int:
    """A new taxonomy, from a hierarchy or the YAML text of one; it becomes the latest of its name unless told not."""
    need(viewer, "Post taxonomy")
    name, version = text(data.get("name"), "name", most=300), text(data.get("version"), "version", most=100)
    given = data.get("hierarchy")
    if given is None and data.get("hierarchy_file") is None:
        raise Invalid("Missing required parameter: `hierarchy` or `hierarchy_file`.")
    hierarchy = checked_hierarchy(given if given is not None else from_yaml(data["hierarchy_file"]))
    audience = audience_of(asked_groups(viewer, data.get("group_ids")), [groups.sitewide_group_id()])
    latest = _flag(data.get("isLatest", True))
    with transaction.atomic():
        if latest:
            _dethrone(viewer, name)
        taxonomy = Taxonomy.objects.create(
            name=name,
            version=version,
            provenance=optional_text(data.get("provenance"), "provenance", most=10_000),
            hierarchy=hierarchy,
            is_latest=latest,
            audience=audience,
        )
        record(TaxonomyChanged(taxonomy.pk, "posted", viewer.user_id))
    return taxonomy.pk


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("Invalid isLatest: must be true or false.")
    return value


def _dethrone(viewer: Viewer, name: str) -> None:
    Taxonomy.objects.changeable_by(viewer).filter(name=name, is_latest=True).update(is_latest=False)


def edit_taxonomy(viewer: Viewer, taxonomy_id: int, data: dict[str, Any]) -> None:
    """Change what is given. Classes that are in use stay in the tree."""
    need(viewer, "Post taxonomy")
    taxonomy = get_taxonomy(viewer, taxonomy_id)
    changes: dict[str, Any] = {}
    for field, most in (("name", 300), ("version", 100), ("provenance", 10_000)):
        if data.get(field) is not None:
            changes[field] = text(data[field], field, most=most)
    if data.get("hierarchy") is not None:
        changes["hierarchy"] = checked_hierarchy(data["hierarchy"])
    if data.get("isLatest") is not None:
        changes["is_latest"] = _flag(data["isLatest"])
    if asked := asked_groups(viewer, data.get("group_ids")):
        changes["audience"] = audience_of(asked, [])
    with transaction.atomic():
        if "hierarchy" in changes:
            _keep_used(taxonomy, changes["hierarchy"])
        if changes.get("is_latest"):
            _dethrone(viewer, changes.get("name", taxonomy.name))
        for name, value in changes.items():
            setattr(taxonomy, name, value)
        taxonomy.save()
        record(TaxonomyChanged(taxonomy.pk, "edited", viewer.user_id))


def _keep_used(taxonomy: Taxonomy, hierarchy: dict[str, Any]) -> None:
    kept = {name for name, _ in classes(hierarchy)}
    used = set(taxonomy.classifications.values_list("classification", flat=True).distinct())
    if lost := sorted(used - kept):
        raise Invalid(f"Sources are classified as {', '.join(lost[:5])}; keep these classes or post a new version.")


@transaction.atomic
def add_class(viewer: Viewer, taxonomy_id: int, name: Any, below: Any, also: Iterable[str] = ()) -> None:
    """A new class in a tree, below another; the version says by a local number (0.1.7+1) that it has grown."""
    taxonomy = _held(viewer, taxonomy_id)
    words = text(name, "class", most=200).strip()
    others = [text(other, "other names", most=200).strip() for other in also if other.strip()]
    tree = deepcopy(taxonomy.hierarchy)
    if words in {known for known, _ in classes(tree)}:
        raise Invalid(f"{words} is in this taxonomy already.")
    if sum(1 for _ in classes(tree)) >= MOST_CLASSES:
        raise Invalid(f"A taxonomy holds at most {MOST_CLASSES} classes.")
    parents = [node for node in _nodes(tree) if node["class"] == below]
    if not parents:
        raise Invalid(f"There is no class {str(below)[:60]!r} in this taxonomy to put it under.")
    for parent in parents:
        parent.setdefault("subclasses", []).append({"class": words, **({"other names": others} if others else {})})
    _grown(viewer, taxonomy, tree, "class added")


@transaction.atomic
def remove_class(viewer: Viewer, taxonomy_id: int, name: Any) -> None:
    """Take a class out of a tree again, while nothing is below it and no source is called so."""
    taxonomy = _held(viewer, taxonomy_id)
    tree = deepcopy(taxonomy.hierarchy)
    found = [(node, child) for node in _nodes(tree) for child in node.get("subclasses") or [] if child["class"] == name]
    if not found:
        raise Invalid(f"There is no class {str(name)[:60]!r} in this taxonomy that could be removed.")
    for parent, child in found:
        if child.get("subclasses"):
            raise Invalid(f"There are classes below {name}; remove them first.")
        parent["subclasses"].remove(child)
    _keep_used(taxonomy, tree)
    _grown(viewer, taxonomy, tree, "class removed")


def _held(viewer: Viewer, taxonomy_id: int) -> Taxonomy:
    """A taxonomy that the viewer may change, its row held: two who add at once both succeed."""
    need(viewer, "Post taxonomy")
    get_taxonomy(viewer, taxonomy_id)
    return Taxonomy.objects.select_for_update().get(pk=taxonomy_id)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for branch in node.get("subclasses") or []:
        yield from _nodes(branch)


def _grown(viewer: Viewer, taxonomy: Taxonomy, tree: dict[str, Any], deed: str) -> None:
    taxonomy.hierarchy = tree
    base, _, local = taxonomy.version.partition("+")
    taxonomy.version = f"{base}+{int(local) + 1 if local.isdecimal() else 1}"
    taxonomy.save(update_fields=["hierarchy", "version", "modified"])
    record(TaxonomyChanged(taxonomy.pk, deed, viewer.user_id))


@transaction.atomic
def delete_taxonomy(viewer: Viewer, taxonomy_id: int) -> None:
    """Only one that nothing is classified with; another would take people's work along."""
    need(viewer, "Delete taxonomy")
    taxonomy = get_taxonomy(viewer, taxonomy_id)
    if not Taxonomy.objects.deletable_by(viewer).filter(pk=taxonomy.pk).exists():
        raise NotAllowed("You may not delete this taxonomy.")
    if Classification.objects.filter(taxonomy=taxonomy).exists():
        raise Conflict("Sources are classified with this taxonomy; delete the classifications first.", status=400)
    taxonomy.delete()
    record(TaxonomyChanged(taxonomy_id, "deleted", viewer.user_id))


@transaction.atomic
def ensure_default_taxonomy() -> int:
    """tdtax's own tree for everybody, as the installed package has it; once for each version of it."""
    import tdtax

    audience = audience_of([], [groups.sitewide_group_id()])
    named = Taxonomy.objects.filter(name="tdtax", audience=audience)
    versions = Q(version=tdtax.__version__) | Q(version__startswith=f"{tdtax.__version__}+")  # with classes of our own
    if found := named.filter(versions).first():
        return found.pk
    named.update(is_latest=False)
    taxonomy = Taxonomy.objects.create(
        name="tdtax",
        version=tdtax.__version__,
        provenance="https://github.com/profjsb/timedomain-taxonomy",
        hierarchy=tdtax.taxonomy,
        audience=audience,
    )
    record(TaxonomyChanged(taxonomy.pk, "posted", None))
    return taxonomy.pk
