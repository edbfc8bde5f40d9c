"""Cards of the scanning page: what a person needs to decide about an obj in a few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from apps.sources.models import Listing
from apps.sources.models.lists import REJECTED
from apps.sources.queries.light_curves import LightCurve, light_curves
from apps.sources.queries.shown import value
from skyportal.access.viewer import Viewer

from ..models import Candidate
from ..slots import Asker
from .items import candidate_items, savable_groups
from .narrowing import narrowed
from .reviews import Mark, marks, rejected_for_groups
from .scanning import Scope, count
from .vetting import Vetted, vetted

MOST_KEYS = 9
FORMS = (
    ("several", "m", "Several", "Save to several groups, and say why"),
    ("reject", "e", "Reject because", "Reject with a reason, for me or for a group"),
    ("comment", "c", "Comment", "Comment"),
    ("tag", "t", "Tag", "Tag"),
    ("classify", "l", "Classify", "Classify"),
)
"""Small forms under a card: kind, key, word, and what the legend of keys says."""


@dataclass(frozen=True)
class SaveChoice:
    """A group the viewer may save to, and the key that does it."""

    id: int
    name: str
    key: str
    saved: bool
    is_default: bool


@dataclass(frozen=True)
class Card:
    """One candidate, as its card shows it: ``said`` by the scanned filters, or else by the first of the others."""

    obj_id: int
    item: dict[str, Any]
    seen: datetime
    state: str
    cutouts: list[dict[str, str]]
    said: list[dict[str, Any]]
    said_by_others: list[dict[str, Any]]
    saves: list[SaveChoice]
    curve: LightCurve | None
    mark: Mark
    vetted: Vetted | None = None

    @property
    def forms(self) -> tuple[tuple[str, str, str, str], ...]:
        return FORMS

    @property
    def name(self) -> str:
        return self.item["id"]


def cards(viewer: Viewer, objs: Iterable[tuple[int, datetime]], scope: Scope, *, curves: bool = True) -> list[Card]:
    """Cards in the order given; as many reads for fifty as for one."""
    rows = list(objs)
    ids = [obj_id for obj_id, _ in rows]
    items = candidate_items(viewer, rows, scope)
    rejected = set(
        Listing.objects.filter(user_id=viewer.user_id or 0, list_name=REJECTED, obj_id__in=ids).values_list(
            "obj_id", flat=True
        )
    )
    rejected |= rejected_for_groups(viewer, ids)
    looked = marks(viewer, ids)
    drawn = light_curves(viewer, ids) if curves else {}
    groups = savable_groups(viewer)
    scores = vetted(viewer, ids, scope.filter_ids)
    return [
        _card(
            obj_id, seen, item, scope.origins, groups,
            rejected=obj_id in rejected, curve=drawn.get(obj_id), mark=looked.get(obj_id, Mark()),
            vetted=scores.get(obj_id),
        )
        for (obj_id, seen), item in zip(rows, items, strict=True)
    ]  # fmt: skip


def _card(
    obj_id: int,
    seen: datetime,
    item: dict[str, Any],
    origins: frozenset[str],
    groups: list[dict[str, Any]],
    *,
    rejected: bool,
    curve: LightCurve | None,
    mark: Mark,
    vetted: Vetted | None,
) -> Card:
    said = [
        {"origin": one["origin"], "facts": [{"key": key, **value(said)} for key, said in one["data"].items()]}
        for one in item["annotations"]
    ]
    first = sum(one["origin"] in origins for one in said) or 1
    return Card(
        obj_id=obj_id,
        item=item,
        seen=seen,
        state="rejected" if rejected else "saved" if item["is_source"] else "new",
        cutouts=_cutouts(item["thumbnails"]),
        said=said[:first],
        said_by_others=said[first:],
        saves=_saves(item, groups),
        curve=curve,
        mark=mark,
        vetted=vetted,
    )


def _cutouts(pictures: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The three pictures of the newest alert, each in its place also when absent."""
    urls = {picture["type"]: picture["public_url"] or "" for picture in pictures}
    return [{"kind": kind, "url": urls.get(kind, "")} for kind in ("new", "ref", "sub")]


def _saves(item: dict[str, Any], groups: list[dict[str, Any]]) -> list[SaveChoice]:
    """Groups to save to: those whose filters it passed come first, and the first of all is the default.

    Saved there, it has no default any more: the same key pressed twice must not show it to another group.
    """
    passed, saved = set(item["passing_group_ids"]), {group["id"] for group in item["saved_groups"]}
    ordered = sorted(groups, key=lambda group: group["id"] not in passed)[:MOST_KEYS]
    return [
        SaveChoice(
            group["id"],
            group["nickname"] or group["name"],
            str(number),
            group["id"] in saved,
            number == 1 and group["id"] not in saved,
        )
        for number, group in enumerate(ordered, 1)
    ]


def arrived_since(viewer: Viewer, scope: Scope, query: dict[str, Any], since: datetime) -> int:
    """How many objs passed, within what is shown, after the page was opened."""
    rows: QuerySet = Candidate.objects.filter(filter_id__in=scope.filter_ids, created_at__gt=since)
    if query["startDate"]:
        rows = rows.filter(passed_at__gte=query["startDate"])
    if query["endDate"]:
        rows = rows.filter(passed_at__lte=query["endDate"])
    return count(narrowed(rows, Asker(viewer, scope, query)))
