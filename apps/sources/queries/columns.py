"""Columns of a list of sources: what each shows, by what it sorts, and how it leaves in an export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from skyportal.access.viewer import Viewer

from ..access import said
from ..models import Annotation, Listing, Obj
from ..models.lists import FAVORITES
from . import galaxies, heads, pages, statistics, tags
from .objs import beneath
from .sources import groups_of

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
    Column("list_tags", "My tags", "list_tags", fold=True),
]
COLUMNS = {column.key: column for column in _ALL}
DEFAULT = ("id", "tns_name", "position", "redshift", "class", "groups", "saved_at")
ANNOTATION = "annotation."
MOST = 20
PREFERENCE = "sources_columns"


def chosen(keys: Iterable[str]) -> list[Column]:
    """Columns of these keys, in this order, the name always among them; what is no column is left out."""
    wanted = list(dict.fromkeys(key.strip() for key in keys))[:MOST]
    found = [column for key in wanted if (column := _column(key))]
    return found if any(column.key == "id" for column in found) else [COLUMNS["id"], *found]


def _column(key: str) -> Column | None:
    if not key.startswith(ANNOTATION):
        return COLUMNS.get(key)
    _, origin, name = [*key.split(".", 2), "", ""][:3]
    return Column(key, name, "number", key, 4, fold=True) if origin and name else None


_FIGURES = {"num_det", "first_det_mjd", "last_det_mjd", "last_det_mag", "peak_mag"}


def rows(viewer: Viewer, ids: list[int], saved_at: dict[int, datetime], columns: list[Column]) -> list[Row]:
    """A value for each column, in the order of the ids: one query for each kind of thing that is shown."""
    keys = {column.key for column in columns}
    objs = Obj.objects.in_bulk(ids)
    groups = groups_of(viewer, ids) if "groups" in keys else {}
    classes = pages.newest_classes(viewer, ids) if "class" in keys else {}
    worn = tags.tags_of(viewer, ids) if "tags" in keys else {}
    figures = statistics.merged(viewer, ids) if keys & _FIGURES else {}
    hosts = galaxies.hosts(ids) if "host" in keys else {}
    mine = list_tags(viewer, ids) if "list_tags" in keys else {}
    noted = _annotations(viewer, ids, [key for key in keys if key.startswith(ANNOTATION)])
    found = []
    for pk in ids:
        if pk not in objs:
            continue
        obj = objs[pk]
        reported = heads.reported(obj)
        host = hosts.get(pk, {}).get("host")
        found.append(
            {
                "id": obj.name,
                "position": (obj.ra, obj.dec),
                "tns_class": reported.type if reported else "",
                "class": classes.get(pk, ""),
                "groups": [g for g in groups.get(pk, []) if g["active"]],
                "tags": worn.get(pk, []),
                "saved_at": saved_at.get(pk),
                "host": host["name"] if host else "",
                "list_tags": mine.get(pk, []),
                **{name: getattr(obj, name) for name in ("tns_name", "redshift", "alias", "origin", "score")},
                **{name: figures[pk][name] if pk in figures else None for name in _FIGURES},
                **noted.get(pk, {}),
            }
        )
    return found


def list_tags(viewer: Viewer, ids: list[int], list_name: str = FAVORITES) -> dict[int, list[str]]:
    """Words of one's own on one's favourites, by obj."""
    mine = Listing.objects.filter(user_id=viewer.user_id or 0, list_name=list_name, obj__in=ids)
    return {pk: (params or {}).get("tags") or [] for pk, params in mine.values_list("obj_id", "params")}


def _annotations(viewer: Viewer, ids: list[int], keys: list[str]) -> dict[int, Row]:
    """By obj, what the newest annotation of each origin says under these keys."""
    if not keys:
        return {}
    asked = [(key, *key.split(".", 2)[1:]) for key in keys]
    origins = {origin for _, origin, _ in asked}
    said_of = beneath(viewer, Annotation.objects.filter(obj__in=ids, origin__in=origins), said)
    found: dict[int, Row] = {}
    for pk, origin, data in said_of.order_by("modified", "pk").values_list("obj_id", "origin", "data"):
        for key, of, name in asked:
            if of == origin and isinstance(data, dict) and name in data:
                found.setdefault(pk, {})[key] = data[name]
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
