"""Saying what an obj is, and voting on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ClassificationChanged, Classified
from ..models import Classification, ClassificationVote, Obj, Taxonomy
from ..queries import classifications as reading
from ..queries.objs import get_obj
from ..queries.taxonomies import classes, get_taxonomy
from . import links
from .checks import as_flag, asked_groups, audience_of, need, need_right, optional_text, person, text
from .objs import make_known_pairs
from .undoing import remember

MOST_AT_ONCE = 5000


@dataclass(frozen=True)
class _Said:
    """One classification, checked."""

    row: Classification
    asked: list[int]
    vote: bool
    label: bool


def classify(viewer: Viewer, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Say what objs are, in the words of the public API; all of them or, when one is wrong, none.

    The number of queries does not grow with the rows, but for the journal: each source's followers are told.
    """
    need(viewer, "Classify")
    rows = list(rows)
    if not rows or len(rows) > MOST_AT_ONCE or not all(isinstance(row, Mapping) for row in rows):
        raise Invalid(f"`classifications` must be a list of 1 to {MOST_AT_ONCE} classifications.")
    said = _Reader(viewer, rows).read()
    with transaction.atomic():
        made = Classification.objects.bulk_create(one.row for one in said)
        ClassificationVote.objects.bulk_create(
            ClassificationVote(classification=row, voter_id=person(viewer), vote=1)
            for row, one in zip(made, said, strict=True)
            if one.vote
        )
        make_known_pairs((one.row.obj_id, 0, group) for one in said for group in one.asked)
        for one in said:
            if one.label and (looked := one.asked or sorted(viewer.group_ids)):
                links.label(viewer, one.row.obj, looked)
        for row in made:
            record(Classified(row.obj_id, row.obj.name, viewer.user_id, row.pk, row.classification))
    return [row.pk for row in made]


class _Reader:
    """Checks many rows with one query for each kind of thing they name."""

    def __init__(self, viewer: Viewer, rows: list[Mapping[str, Any]]) -> None:
        self.viewer = viewer
        self.rows = rows
        names = {str(row.get("obj_id")) for row in rows}
        self.objs = {obj.name: obj for obj in Obj.objects.visible_to(viewer).filter(name__in=names)}
        self.allowed: dict[int, set[str]] = {}
        self.audiences: dict[tuple[int, ...], Audience] = {}
        self.groups: dict[str, list[int]] = {}

    def read(self) -> list[_Said]:
        return [self._one(row) for row in self.rows]

    def _one(self, row: Mapping[str, Any]) -> _Said:
        obj = self.objs.get(str(row.get("obj_id")))
        if obj is None:
            raise Invalid(f"Invalid obj_id: {str(row.get('obj_id'))[:100]}")
        taxonomy_id = taxonomy_key(row.get("taxonomy_id"))
        asked = self._groups(row.get("group_ids"))
        return _Said(
            Classification(
                obj=obj,
                taxonomy_id=taxonomy_id,
                classification=self._class(taxonomy_id, row.get("classification")),
                probability=checked_probability(row.get("probability")),
                ml=as_flag(row, "ml"),
                origin=optional_text(row.get("origin"), "origin"),
                author_id=self.viewer.user_id,
                author_name=self.viewer.username,
                audience=self._audience(asked),
            ),
            asked,
            as_flag(row, "vote"),
            as_flag(row, "label"),
        )

    def _class(self, taxonomy_id: int, name: Any) -> str:
        if taxonomy_id not in self.allowed:
            self.allowed[taxonomy_id] = class_names(get_taxonomy(self.viewer, taxonomy_id))
        return checked_class(name, taxonomy_id, self.allowed[taxonomy_id])

    def _groups(self, group_ids: Any) -> list[int]:
        if (key := repr(group_ids)) not in self.groups:
            self.groups[key] = asked_groups(self.viewer, group_ids)
        return self.groups[key]

    def _audience(self, asked: list[int]) -> Audience:
        if (key := tuple(asked)) not in self.audiences:
            self.audiences[key] = audience_of(asked, [groups.sitewide_group_id()])
        return self.audiences[key]


def taxonomy_key(value: Any) -> int:
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"Invalid taxonomy_id: {str(value)[:60]}") from None
    if not 0 <= found < 2**31:
        raise Invalid(f"Taxonomy {found} does not exist or is not available to user.")
    return found


def class_names(taxonomy: Taxonomy) -> set[str]:
    return {name for name, _ in classes(taxonomy.hierarchy)}


def checked_class(name: Any, taxonomy_id: int, allowed: set[str]) -> str:
    words = text(name, "classification", most=300)
    if words not in allowed:
        raise Invalid(f"That classification ({words}) is not in the allowed classes of taxonomy {taxonomy_id}.")
    return words


def checked_probability(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        probability = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"Invalid probability: {str(value)[:60]}") from None
    if not (math.isfinite(probability) and 0 <= probability <= 1):
        raise Invalid(f"That probability ({value}) is outside the allowable range (0-1).")
    return probability


def mine(viewer: Viewer, classification_id: int, deed: str) -> Classification:
    """A classification the viewer may change: its author, an admin of one of its groups, a system admin."""
    need(viewer, "Classify")
    found = reading.get_classification(viewer, classification_id)
    need_right(viewer, found, deed, "classification", whose="its author and admins of its groups")
    return found


def edit_classification(viewer: Viewer, classification_id: int, data: Mapping[str, Any]) -> None:
    """Change what is given; the values before are kept in its history."""
    row = mine(viewer, classification_id, "edit")
    changes = _changes(viewer, row, data)
    if asked := asked_groups(viewer, data.get("group_ids")):
        changes["audience"] = audience_of(asked, [])
    if not changes:
        return
    with transaction.atomic():
        row = Classification.objects.select_for_update(of=("self",)).select_related("obj").get(pk=row.pk)
        before = {name: getattr(row, name) for name in ("classification", "taxonomy_id", "probability", "origin", "ml")}
        if any(before.get(name) != value for name, value in changes.items() if name in before):
            when = timezone.now().replace(tzinfo=None).isoformat()
            row.history = [*row.history, {**before, "edited_by": viewer.username, "edited_at": when}]
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        make_known_pairs((row.obj_id, 0, group) for group in asked)
        record(ClassificationChanged(row.obj_id, row.obj.name, viewer.user_id, row.pk, "edited"))


def _changes(viewer: Viewer, row: Classification, data: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if data.get("classification") is not None or data.get("taxonomy_id") is not None:
        taxonomy = get_taxonomy(viewer, taxonomy_key(data.get("taxonomy_id") or row.taxonomy_id))
        name = data.get("classification") or row.classification
        changes["taxonomy_id"] = taxonomy.pk
        changes["classification"] = checked_class(name, taxonomy.pk, class_names(taxonomy))
    if "probability" in data:
        changes["probability"] = checked_probability(data["probability"])
    if data.get("ml") is not None:
        changes["ml"] = as_flag(data, "ml")
    if data.get("origin") is not None:
        changes["origin"] = optional_text(data["origin"], "origin")
    return changes


@transaction.atomic
def delete_classification(viewer: Viewer, classification_id: int, *, label: bool = False) -> str:
    """Take a classification back, and note for the viewer's groups that it was looked at; a receipt to put it back."""
    row = mine(viewer, classification_id, "delete")
    obj = row.obj
    receipt = remember(viewer, [row, *row.votes.all()])
    row.delete()
    record(ClassificationChanged(obj.pk, obj.name, viewer.user_id, classification_id, "deleted"))
    if label and viewer.group_ids:
        links.label(viewer, obj, sorted(viewer.group_ids))
    return receipt


@transaction.atomic
def delete_classifications_of(viewer: Viewer, obj_name: str, *, label: bool = False) -> int:
    """Take back all one's own classifications of an obj; how many there were."""
    need(viewer, "Classify")
    obj = get_obj(viewer, obj_name)
    own = Classification.objects.visible_to(viewer).filter(obj=obj, author_id=viewer.user_id)
    ids = sorted(own.values_list("pk", flat=True))
    Classification.objects.filter(pk__in=ids).delete()
    for classification_id in ids:
        record(ClassificationChanged(obj.pk, obj.name, viewer.user_id, classification_id, "deleted"))
    if label and viewer.group_ids:
        links.label(viewer, obj, sorted(viewer.group_ids))
    return len(ids)


@transaction.atomic
def vote(viewer: Viewer, classification_id: int, value: Any) -> str:
    """For (1) or against (−1) what somebody said; None takes the vote back. The name of the obj."""
    if value is not None and (isinstance(value, bool) or value not in (1, -1)):
        raise Invalid("Invalid vote: must be 1 or -1.")
    row = reading.get_classification(viewer, classification_id)
    votes = ClassificationVote.objects.filter(classification=row, voter_id=person(viewer))
    if value is None:
        votes.delete()
    else:
        ClassificationVote.objects.update_or_create(
            classification=row, voter_id=person(viewer), defaults={"vote": value}
        )
    record(ClassificationChanged(row.obj_id, row.obj.name, viewer.user_id, row.pk, "vote"))
    return row.obj.name
