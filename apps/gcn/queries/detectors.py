"""Detectors of messengers, when they listened, and how well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP, AudienceMember
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Detector, DetectorInterval, DetectorSpectrum, GcnEvent
from ..models.events import address_of

MOST = 1000
MOST_INTERVALS = 10_000
WITH_ONE = 100
"""Events and intervals that are told with a detector, the newest."""


def detectors(viewer: Viewer, name: str | None = None) -> list[dict[str, Any]]:
    rows = Detector.objects.visible_to(viewer)
    return [item(row) for row in (rows.filter(name=name) if name else rows)[:MOST]]


def get_detector(viewer: Viewer, detector_id: int) -> Detector:
    found = Detector.objects.visible_to(viewer).filter(pk=detector_id).first()
    if found is None:
        raise NotVisible(f"Could not load MMA Detector with ID {detector_id}")
    return found


def item(row: Detector) -> dict[str, Any]:
    columns = ("id", "name", "nickname", "lat", "lon", "elevation", "fixed_location", "created_at", "modified")
    return {name: getattr(row, name) for name in columns} | {"type": row.kind}


def whole(viewer: Viewer, detector_id: int) -> dict[str, Any]:
    """One detector, with the newest events it heard and its newest uptime."""
    row = get_detector(viewer, detector_id)
    events = GcnEvent.objects.visible_to(viewer).filter(detectors=row).order_by("-dateobs")
    heard = events.values_list("dateobs", flat=True)
    said = {"events": [address_of(when) for when in heard[:WITH_ONE]]}
    intervals = DetectorInterval.objects.visible_to(viewer).filter(detector=row)[:WITH_ONE]
    return item(row) | said | {"time_intervals": [[one.start, one.end] for one in intervals]}


def of_events(event_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Detectors that heard each event."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in event_ids}
    links = Detector.events.through.objects.filter(gcnevent__in=list(found)).order_by("detector__name")
    names = ("detector_id", "detector__name", "detector__nickname", "detector__kind")
    for event_id, *said in links.values_list("gcnevent_id", *names):
        found[event_id].append(dict(zip(("id", "name", "nickname", "type"), said, strict=True)))
    return found


# ---- what detectors did


def narrowed(rows: AccessQuerySet, asked: dict[str, Any]) -> AccessQuerySet:
    """Of these detectors and groups, within these times."""
    if asked["observedAfter"]:
        rows = rows.filter(end__gte=asked["observedAfter"])
    if asked["observedBefore"]:
        rows = rows.filter(start__lte=asked["observedBefore"])
    if asked["detectorIDs"]:
        rows = rows.filter(detector__in=asked["detectorIDs"])
    if asked["groupIDs"]:
        members = AudienceMember.objects.filter(kind=GROUP, ref__in=asked["groupIDs"])
        rows = rows.filter(audience_id__in=members.values("audience_id"))
    return rows


def _bounded(rows: AccessQuerySet, most: int) -> list[Any]:
    found = list(rows.select_related("audience")[: most + 1])
    if len(found) > most:
        raise Invalid(f"More than {most} fit: narrow them by observedAfter, observedBefore or detectorIDs.")
    return found


def intervals(viewer: Viewer, asked: dict[str, Any]) -> list[dict[str, Any]]:
    rows = narrowed(DetectorInterval.objects.visible_to(viewer), asked)
    return _with_groups(viewer, [(row, _interval(row)) for row in _bounded(rows, MOST_INTERVALS)])


def spectra(viewer: Viewer, asked: dict[str, Any]) -> list[dict[str, Any]]:
    rows = narrowed(DetectorSpectrum.objects.visible_to(viewer), asked)
    return _with_groups(viewer, [(row, _spectrum(row)) for row in _bounded(rows, MOST)])


def _get(viewer: Viewer, model: Any, pk: int, noun: str) -> Any:
    found = model.objects.visible_to(viewer).select_related("audience", "detector").filter(pk=pk).first()
    if found is None:
        raise NotVisible(f"Could not access {noun} {pk}.", status=403)
    return found


def get_interval(viewer: Viewer, pk: int) -> DetectorInterval:
    found: DetectorInterval = _get(viewer, DetectorInterval, pk, "time interval")
    return found


def get_spectrum(viewer: Viewer, pk: int) -> DetectorSpectrum:
    found: DetectorSpectrum = _get(viewer, DetectorSpectrum, pk, "spectrum")
    return found


def shown_interval(viewer: Viewer, pk: int) -> dict[str, Any]:
    row = get_interval(viewer, pk)
    return _with_groups(viewer, [(row, _interval(row))])[0]


def shown_spectrum(viewer: Viewer, pk: int) -> dict[str, Any]:
    row = get_spectrum(viewer, pk)
    return _with_groups(viewer, [(row, _spectrum(row))])[0]


def _interval(row: DetectorInterval) -> dict[str, Any]:
    return {"time_interval": [row.start, row.end]}


def _spectrum(row: DetectorSpectrum) -> dict[str, Any]:
    return {
        "start_time": row.start, "end_time": row.end, "frequencies": row.frequencies, "amplitudes": row.amplitudes,
    }  # fmt: skip


def _with_groups(viewer: Viewer, pairs: list[tuple[Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    """With whom each is shared, as far as the viewer may know the groups; one query."""
    wanted = {pk for row, _ in pairs for pk in row.audience.group_ids}
    names = dict(groups.groups(viewer).filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return [
        {
            "id": row.pk, "detector_id": row.detector_id, "owner_id": row.owner_id, "created_at": row.created_at,
            "groups": [{"id": pk, "name": names[pk]} for pk in row.audience.group_ids if pk in names], **said,
        }
        for row, said in pairs
    ]  # fmt: skip


# ---- uptime


@dataclass
class Uptime:
    """A detector on the page of detectors: how much of the last days it listened, in percent."""

    detector: Detector
    day: float | None = None
    week: float | None = None
    month: float | None = None
    until: datetime | None = None
    """End of the newest stretch that is known."""
    events: int = 0


# stretches may overlap, told by several people: their union counts, cut to the window
_UPTIME = """
    select detector_id, extract(epoch from sum(upper(piece) - lower(piece)))
    from (
        select detector_id, unnest(range_agg(tstzrange(greatest(start, %s), least("end", %s)))) as piece
        from ({mine}) as mine group by detector_id
    ) as pieces group by detector_id
"""
WINDOWS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


def uptimes(viewer: Viewer, now: datetime | None = None) -> list[Uptime]:
    """All detectors, in six queries; None where nothing is known of them since a month."""
    now = now or timezone.now()
    found = {row.pk: Uptime(row) for row in Detector.objects.visible_to(viewer)[:MOST]}
    mine = DetectorInterval.objects.visible_to(viewer).filter(detector__in=list(found), start__lt=now).order_by()
    for pk, until in mine.values_list("detector_id").annotate(until=Max("end")):
        found[pk].until = until
    heard = Detector.events.through.objects.filter(
        detector__in=list(found), gcnevent__in=GcnEvent.objects.visible_to(viewer).values("pk")
    )
    for pk, count in heard.values_list("detector_id").annotate(count=Count("pk")):
        found[pk].events = count
    for name, length in WINDOWS.items():
        for pk, seconds in _listened(mine.filter(end__gt=now - length), now - length, now):
            setattr(found[pk], name, 100 * float(seconds) / length.total_seconds())
    return list(found.values())


def _listened(mine: Any, since: datetime, now: datetime) -> list[tuple[int, Any]]:
    sql, given = mine.values("detector_id", "start", "end").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_UPTIME.format(mine=sql), [since, now, *given])
        return cursor.fetchall()
