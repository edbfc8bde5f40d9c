"""Columns of a list of sources: what each shows, by what it sorts, and how it leaves in an export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from skyportal.access.viewer import Viewer

from ..models import Listing
from ..models.lists import FAVORITES
from . import galaxies, heads, statistics, surroundings, tags
from .annotations import COLUMN as ANNOTATION
from .annotations import meant
from .sources import saves_by_obj

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    kind: str = "text"
    """How it is drawn: text, name, position, number, mjd, time, groups, tags or words."""
    sort: str = ""
    """What to sort by; "" where that makes no sense."""
    digits: int = 2
    fold: bool = False
    """Not shown on a phone."""


_ALL = [
    Column("id", "Source", "name", "id"),
    Column("tns_name", "TNS", sort="tns_name", fold=True),
    Column("tns_class", "TNS class", fold=True),
    Column("position", "Position", "position", "ra", fold=True),
    Column("redshift", "z", "number", "redshift", 4),
    Column("class", "Class", sort="classification"),
    Column("groups", "Groups", "groups", fold=True),
    Column("tags", "Tags", "tags", "tags", fold=True),
    Column("saved_at", "Saved", "time", "saved_at"),
    Column("num_det", "Detections", "number", "num_det", 0, fold=True),
    Column("first_det_mjd", "First", "mjd", "first_det_mjd", fold=True),
    Column("last_det_mjd", "Latest", "mjd", "last_det_mjd", fold=True),
    Column("last_det_mag", "Latest mag", "number", "last_det_mag", fold=True),
    Column("peak_mag", "Brightest", "number", "peak_mag", fold=True),
    Column("host", "Host", fold=True),
    Column("alias", "Also", "words", "alias", fold=True),
    Column("origin", "Origin", sort="origin", fold=True),
    Column("score", "Score", "number", "score", 3, fold=True),
    Column("list_tags", "My tags", "list_tags", "list_tags", fold=True),
]
COLUMNS = {column.key: column for column in _ALL}
DEFAULT = ("id", "tns_name", "position", "redshift", "class", "groups", "saved_at")
MOST = 20
FEW = 4
"""Up to as many columns find room on a phone."""
PREFERENCE = "sources_columns"


def chosen(keys: Iterable[str]) -> list[Column]:
    """Columns of these keys, in this order, the name always among them; what is no column is left out."""
    wanted = list(dict.fromkeys(key.strip() for key in keys))[:MOST]
    found = [column for key in wanted if (column := _column(key))]
    if not any(column.key == "id" for column in found):
        found.insert(0, COLUMNS["id"])
    return [replace(column, fold=False) for column in found] if len(found) <= FEW else found


def _column(key: str) -> Column | None:
    if not key.startswith(ANNOTATION):
        return COLUMNS.get(key)
    label = key.rpartition(".")[2]
    return Column(key, label, "number", key, 4, fold=True) if label and meant(key) else None


_FIGURES = {"num_det", "first_det_mjd", "last_det_mjd", "last_det_mag", "peak_mag"}


_PARTS = {"groups": "saves", "class": "classes", "tags": "tags"} | dict.fromkeys(_FIGURES, "figures")
"""What hangs on objs and is read for a column."""


def rows(viewer: Viewer, ids: list[int], saved_at: dict[int, datetime], columns: list[Column]) -> list[Row]:
    """A value for each column, in the order of the ids: one query, and one more for hosts and for one's own tags."""
    keys = {column.key for column in columns}
    noted = [key for key in keys if key.startswith(ANNOTATION)]
    parts = {_PARTS[key] for key in keys & _PARTS.keys()} | ({"notes"} if noted else set())
    around = surroundings.for_lists(viewer, ids, parts)
    groups, worn, figures = saves_by_obj(around.saves), tags.by_obj(around.tags), statistics.merge(around.figures)
    classes = {row["obj_id"]: row["classification"] for row in around.classes}
    hosts = galaxies.hosts(ids) if "host" in keys else {}
    mine = list_tags(viewer, ids) if "list_tags" in keys else {}
    notes = _said_under(noted, around.notes)
    found = []
    for pk in ids:
        if pk not in around.objs:
            continue
        obj = around.objs[pk]
        reported = heads.reported(obj["tns_name"], obj["tns_info"])
        host = hosts.get(pk, {}).get("host")
        found.append(
            {
                "id": obj["name"],
                "position": (obj["ra"], obj["dec"]),
                "tns_class": reported.type if reported else "",
                "class": classes.get(pk, ""),
                "groups": [g for g in groups.get(pk, []) if g["active"]],
                "tags": worn.get(pk, []),
                "saved_at": saved_at.get(pk),
                "host": host["name"] if host else "",
                "list_tags": mine.get(pk, []),
                **{name: obj[name] for name in ("tns_name", "redshift", "alias", "origin", "score")},
                **{name: figures[pk][name] if pk in figures else None for name in _FIGURES},
                **notes.get(pk, {}),
            }
        )
    return found


def list_tags(viewer: Viewer, ids: list[int], list_name: str = FAVORITES) -> dict[int, list[str]]:
    """Words of one's own on one's favourites, by obj."""
    mine = Listing.objects.filter(user_id=viewer.user_id or 0, list_name=list_name, obj__in=ids)
    return {pk: (params or {}).get("tags") or [] for pk, params in mine.values_list("obj_id", "params")}


def _said_under(keys: list[str], notes: list[Row]) -> dict[int, Row]:
    """By obj, what the newest annotation of each origin says under these keys."""
    asked = [(key, *pair) for key in keys for pair in meant(key)]
    found: dict[int, Row] = {}
    for note in notes:
        for key, origin, name in asked:
            if note["origin"] == origin and isinstance(note["data"], dict) and name in note["data"]:
                found.setdefault(note["obj_id"], {})[key] = note["data"][name]
    return found


def flat(row: Row, columns: list[Column]) -> Row:
    """A row as it leaves in an export: one plain value a field."""
    values: Row = {}
    for column in columns:
        value = row.get(column.key)
        match column.kind:
            case "position":
                values["ra"], values["dec"] = value or (None, None)
            case "groups" | "tags":
                values[column.key] = "; ".join(part["name"] for part in value or [])
            case "words" | "list_tags":
                values[column.key] = "; ".join(value or [])
            case "time":
                values[column.key] = value.isoformat(timespec="seconds") if value else None
            case _:
                values[column.key] = value
    return values
