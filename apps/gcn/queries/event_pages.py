"""Events as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from apps.groups import queries as people
from apps.sources.queries.objs import visible_objs
from skyportal.access.viewer import Viewer

from ..models import CURRENT, AlertInMap, EventProperties, EventTag, GcnEvent, GcnNotice, Localization, ObjInMap
from ..notices.tags import RULES, YEAR
from ..tagging import without_implied
from . import detectors
from .matching import active_maps

PLACES = {tag: place for place, tag in enumerate(RULES)}
"""Tags in the order of the table of rules: what it was, what of, how sure."""


@dataclass
class Row:
    """An event in a list, or at the head of its page."""

    event: GcnEvent
    tags: list[str] = field(default_factory=list)
    newest: Localization | None = None
    notices: int = 0
    last_kind: str = ""
    matched: int = 0
    detectors: list[str] = field(default_factory=list)

    @property
    def few_tags(self) -> list[str]:
        """For lists: without those that another says too, and without the detectors' names."""
        return [tag for tag in without_implied(self.tags) if tag not in self.detectors]


def rows(viewer: Viewer, events: Sequence[GcnEvent]) -> list[Row]:
    """A fixed number of queries whatever their number."""
    ids = [event.pk for event in events]
    found = {event.pk: Row(event) for event in events}
    for event_id, text in EventTag.objects.filter(event__in=ids).order_by("text").values_list("event_id", "text"):
        found[event_id].tags.append(text)
    for row in found.values():
        row.tags.sort(key=lambda tag: (PLACES.get(tag, len(PLACES)), tag))
    maps = Localization.objects.filter(event__in=ids).defer("contour", "properties")
    for one in maps.order_by("event_id", *CURRENT).distinct("event_id"):
        found[one.event_id].newest = one
    for notice in GcnNotice.objects.filter(event__in=ids).order_by("date", "pk").values("event_id", "kind"):
        found[notice["event_id"]].notices += 1
        found[notice["event_id"]].last_kind = notice["kind"]
    for event_id, heard in detectors.of_events(ids).items():
        found[event_id].detectors = [one["nickname"] for one in heard]
    newest = {row.newest.pk: row for row in found.values() if row.newest}
    seen = in_maps(viewer, list(newest)).order_by().values("localization_id").annotate(count=Count("pk"))
    for localization_id, count in seen.values_list("localization_id", "count"):
        newest[localization_id].matched = count
    return list(found.values())


def readers(viewer: Viewer, event: GcnEvent) -> list[str]:
    """Names of the groups it is for, those that the viewer may know of; none where it is for everybody."""
    ids = event.audience.group_ids
    return (
        []
        if people.sitewide_group_id() in ids
        else list(people.groups(viewer).filter(pk__in=ids).order_by("name").values_list("name", flat=True))
    )


def in_maps(viewer: Viewer, localization_ids: Sequence[int]) -> QuerySet[ObjInMap]:
    """Pairs of these maps (whose events are known to be visible) with objs that the viewer may know of."""
    pairs: QuerySet[ObjInMap] = ObjInMap.objects.filter(localization__in=localization_ids)
    return pairs if viewer.sees_all else pairs.filter(obj__in=visible_objs(viewer).values("pk"))


def matched(viewer: Viewer, event: GcnEvent) -> list[dict[str, Any]]:
    """How far each of the event's maps was matched with what the viewer may know of: objs, and objects of alerts."""
    maps = list(Localization.objects.filter(event=event).defer("contour", "properties"))
    ids = [one.pk for one in maps]
    pairs = in_maps(viewer, ids).order_by().values("localization_id").annotate(count=Count("pk"))
    objs = dict(pairs.values_list("localization_id", "count"))
    seen = AlertInMap.objects.visible_to(viewer).filter(localization__in=ids).order_by()
    alerts = dict(seen.values_list("localization_id").annotate(Count("pk")))
    young = {localization_id for localization_id, _ in active_maps()}
    return [
        {
            "id": one.pk, "gcnevent_id": event.pk, "dateobs": event.address, "localization_name": one.name,
            "objs": objs.get(one.pk, 0), "alerts": alerts.get(one.pk, 0), "active": one.pk in young,
            "created_at": one.created_at,
        }
        for one in maps
    ]  # fmt: skip


def properties(event: GcnEvent) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """What is said of it now, name by name from the newest notice that says it; and notice by notice."""
    rows = EventProperties.objects.filter(event=event).order_by("-notice__date", "-pk").select_related("notice")
    said = [
        {"data": row.data, "kind": row.notice and row.notice.kind, "date": row.notice and row.notice.date}
        for row in rows
    ]
    now: dict[str, Any] = {}
    for row in reversed(said):
        now.update(row["data"] or {})
    for row in said:
        row["data"] = _shown(row["data"])
    return _shown(now), said


def _shown(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Names in order, numbers with the figures they have: rates of false alarms are small."""
    return [(name, _text(data[name])) for name in sorted(data, key=str.lower)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def notices(event: GcnEvent) -> list[GcnNotice]:
    return list(GcnNotice.objects.filter(event=event).order_by("-date", "-pk"))


def localizations(event: GcnEvent) -> list[dict[str, Any]]:
    """Newest first, with tags and parents; of a product how often its parents would agree so well by chance."""
    found = Localization.objects.filter(event=event).defer("contour").select_related("notice")
    return [
        {
            "row": row,
            "tags": without_implied(sorted(tag.text for tag in row.tags.all())),
            "parents": list(row.parents.all()),
            "joint_rate": _how_often(row.properties.get("joint_far")),
        }
        for row in found.prefetch_related("tags", Prefetch("parents", Localization.objects.only("name", "event")))
    ]


def _how_often(rate: float | None) -> str:
    """A rate in Hz as people say it."""
    if not rate or rate <= 0:
        return ""
    years = 1 / (rate * YEAR)
    return f"once in {years:,.3g} years" if years < 1e5 else f"once in {years:.1e} years"
