"""Events as the public API tells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from skyportal.access.viewer import Viewer

from ..models import Advocate, EventProperties, EventTag, GcnEvent, GcnNotice, Localization, LocalizationTag
from . import detectors

MOST_CONTENT = 256 * 1024
"""Bytes of a notice that are told with its event; a longer one is downloaded by itself."""
NOTICE = ("id", "ivorn", "stream", "date", "dateobs", "created_at", "modified", "sent_by_id")


def listed(viewer: Viewer, events: Sequence[GcnEvent]) -> list[dict[str, Any]]:
    """A page of events: a fixed number of queries whatever it holds."""
    ids = [event.pk for event in events]
    tags, properties, notices = _tags(ids), _properties(ids), _notices(ids)
    maps, heard = _localizations(ids), detectors.of_events(ids)
    return [
        {
            **_columns(event),
            "tags": tags[event.pk],
            "properties": properties[event.pk],
            "gcn_notices": [_notice(row) for row in notices[event.pk]],
            "localizations": maps[event.pk],
            "detectors": heard[event.pk],
        }
        for event in events
    ]


def whole(viewer: Viewer, event: GcnEvent, *, content: bool) -> dict[str, Any]:
    """One event with everything that is said of it."""
    row = listed(viewer, [event])[0]
    if content:
        texts = {notice.pk: _content(notice) for notice in GcnNotice.objects.filter(event=event)}
        for notice in row["gcn_notices"]:
            notice["content"] = texts[notice["id"]]
    row["event_users"] = advocates(event)
    row["gracedb_log"], row["gracedb_labels"] = event.gracedb.get("log"), event.gracedb.get("labels")
    row["parent_localizations"] = [m["id"] for m in row["localizations"] if m["parent_ids"]]
    return row


def _columns(event: GcnEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "dateobs": event.address,
        "trigger_id": event.trigger_id,
        "aliases": event.aliases,
        "sent_by_id": event.sent_by_id,
        "group_ids": event.audience.group_ids,
        "retracted": event.is_retracted,
        "created_at": event.created_at,
        "modified": event.modified,
    }


def _tags(ids: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for event_id, text in EventTag.objects.filter(event__in=ids).order_by("text").values_list("event_id", "text"):
        found[event_id].append(text)
    return found


def _properties(ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in EventProperties.objects.filter(event__in=ids).order_by("-created_at", "-pk"):
        found[row.event_id].append({"id": row.pk, "created_at": row.created_at, "data": row.data})
    return found


def _notices(ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    rows = GcnNotice.objects.filter(event__in=ids).order_by("date", "pk")
    for row in rows.values(*NOTICE, "event_id", "form", "kind", "map_trouble", "is_retraction"):
        found[row["event_id"]].append(row)
    return found


def _notice(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in NOTICE},
        "dateobs": row["dateobs"],
        "notice_type": row["kind"],
        "notice_format": row["form"],
        "localization_failed": row["map_trouble"] or None,
        "retraction": row["is_retraction"],
    }


def _content(notice: GcnNotice) -> str | None:
    if not notice.content:
        return None
    with notice.content.open("rb") as file:
        raw = file.read(MOST_CONTENT + 1)
    return raw.decode("utf-8", "replace") if len(raw) <= MOST_CONTENT else None


def _localizations(ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Newest first, without tiles and contours: those are long, and asked for by themselves."""
    rows = list(Localization.objects.filter(event__in=ids).select_related("event").defer("contour"))
    tags: dict[int, list[str]] = defaultdict(list)
    said = LocalizationTag.objects.filter(localization__event__in=ids).order_by("text")
    for localization_id, text in said.values_list("localization_id", "text"):
        tags[localization_id].append(text)
    parents: dict[int, list[int]] = defaultdict(list)
    for child, parent in Localization.parents.through.objects.filter(from_localization__event__in=ids).values_list(
        "from_localization_id", "to_localization_id"
    ):
        parents[child].append(parent)
    found = defaultdict(list)
    for row in rows:
        found[row.event_id].append(localization(row, tags[row.pk], parents[row.pk]))
    return found


def localization(row: Localization, tags: Sequence[str], parent_ids: Sequence[int] = ()) -> dict[str, Any]:
    return {
        "id": row.pk,
        "dateobs": row.event.address,
        "localization_name": row.name,
        "notice_id": row.notice_id,
        "sent_by_id": row.sent_by_id,
        "created_at": row.created_at,
        "modified": row.modified,
        "center": {"ra": row.ra, "dec": row.dec},
        "is_3d": row.is_3d,
        "tile_count": row.tile_count,
        "tags": [{"text": text} for text in tags],
        "properties": [{"data": row.properties}],
        "parent_ids": list(parent_ids),
        "overlap": row.overlap,
    }


def advocates(event: GcnEvent) -> list[dict[str, Any]]:
    rows = Advocate.objects.filter(event=event).order_by("pk").select_related("user")
    return [
        {"user_id": row.user_id} | {name: getattr(row.user, name) for name in ("username", "first_name", "last_name")}
        for row in rows
    ]


def tags_of(row: Localization) -> list[str]:
    return list(row.tags.order_by("text").values_list("text", flat=True))
