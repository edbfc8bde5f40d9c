"""How people and groups are shown beside what they said, and finding one remark of an obj."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F

from apps.groups import queries as groups

AUTHOR = ("username", "first_name", "last_name", "is_bot")
AUTHOR_COLUMNS = tuple(f"author__{name}" for name in AUTHOR)


def author(row: dict[str, Any]) -> dict[str, Any] | None:
    """The author's public face, taken out of a row that was read with `AUTHOR_COLUMNS`."""
    face = {name: row.pop(f"author__{name}") for name in AUTHOR}
    return None if row["author_id"] is None else {"id": row["author_id"], **face}


def _group_ids(key: str) -> list[int]:
    """Groups of an audience, from its canonical key."""
    return [int(part[1:]) for part in key.split(",") if part.startswith("g")]


def add_groups(viewer: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Give rows that hold ``audience__key`` their ``groups``, in one query; those the viewer may not know stay out."""
    rows = list(rows)
    wanted = {group for row in rows for group in _group_ids(row["audience__key"])}
    known = groups.groups(viewer).filter(pk__in=wanted) if wanted else []
    cards = {g.pk: _card(g) for g in known}
    for row in rows:
        row["groups"] = [cards[group] for group in _group_ids(row.pop("audience__key")) if group in cards]


def _card(group: Any) -> dict[str, Any]:
    return {
        "id": group.pk,
        "name": group.name,
        "nickname": group.nickname,
        "single_user_group": group.single_user_group,
    }


OBJ = {"obj_key": F("obj_id"), "obj_name": F("obj__name")}
"""Expressions by which rows name their obj until `grouped` or `alone` gives it its public name."""


def alone(row: dict[str, Any]) -> dict[str, Any]:
    """A row that stands by itself."""
    if row.pop("obj_key", None) is None:
        return row
    name = row.pop("obj_name")
    return {**row, "obj_id": name}


def grouped(rows: Iterable[dict[str, Any]], obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Rows by the obj they belong to, with an empty list for an obj of which nothing is said."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["obj_key"]].append(alone(row))
    return {obj_id: found.get(obj_id, []) for obj_id in obj_ids}


def by(rows: Iterable[dict[str, Any]], key: str) -> dict[int, list[dict[str, Any]]]:
    """Rows by another thing than their obj, which they still name."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(alone(row))
    return found


def my_groups(viewer: Any) -> list[tuple[int, str]]:
    """Groups the viewer may share with, by name; their own comes last and is called what it is."""
    mine = groups.groups(viewer).filter(pk__in=viewer.group_ids)
    named = [(g.pk, g.nickname or g.name) for g in mine if g.pk != viewer.single_user_group_id]
    return [*named, (viewer.single_user_group_id, "Only me")] if viewer.single_user_group_id else named


def value(found: Any) -> dict[str, Any]:
    """A value of an annotation: ``short`` to look at, ``full`` to copy, and whether it is a number or an address."""
    if isinstance(found, bool) or found is None:
        full = {True: "true", False: "false", None: "–"}[found]
    elif isinstance(found, str):
        full = found
    else:
        full = json.dumps(found, ensure_ascii=False)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    short = f"{found:.6g}" if isinstance(found, float) else full
    return {
        "full": full,
        "short": short.replace("-", "−") if is_number else short[:200],
        "is_number": is_number,
        "is_address": isinstance(found, str) and found.startswith(("https://", "http://")) and " " not in found,
    }
