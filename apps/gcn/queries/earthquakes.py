"""Earthquakes: a page of them, one with all that is known of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.api.params import Param, moment, words

from ..models import Detector, Earthquake, EarthquakeMeasurement, EarthquakeNotice, EarthquakePrediction

ABSENT = "Earthquake event not found"
MOST_STATUSES = 500
PARAMS = [
    Param("startDate", moment, None, "At this time or later."),
    Param("endDate", moment, None, "At this time or earlier."),
    Param("statusKeep", words, [], "Of any of these statuses."),
    Param("statusRemove", words, [], "Of none of these statuses."),
]


def found(viewer: Viewer, asked: dict[str, Any]) -> QuerySet:
    """Earthquakes that fulfil what is asked, newest first, with all that hangs on them."""
    rows: QuerySet = Earthquake.objects.visible_to(viewer)
    if asked["startDate"]:
        rows = rows.filter(date__gte=asked["startDate"])
    if asked["endDate"]:
        rows = rows.filter(date__lte=asked["endDate"])
    if asked["statusKeep"]:
        rows = rows.filter(status__in=asked["statusKeep"])
    if asked["statusRemove"]:
        rows = rows.exclude(status__in=asked["statusRemove"])
    return rows.order_by("-date", "-pk")


def page_of(viewer: Viewer, asked: dict[str, Any], page: Page) -> tuple[list[dict[str, Any]], int]:
    rows = found(viewer, asked)
    few = _with_all(rows)[page.start : page.stop]
    return [item(row) for row in few], rows.order_by().count()


def _with_all(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related(
        Prefetch("notices", EarthquakeNotice.objects.order_by("-pk")),
        Prefetch("predictions", EarthquakePrediction.objects.select_related("detector")),
        Prefetch("measurements", EarthquakeMeasurement.objects.select_related("detector")),
    )


def get_earthquake(viewer: Viewer, name: Any) -> Earthquake:
    """By its agency's id, or by our own."""
    which = Q(event_id=str(name))
    if str(name).isdecimal() and len(str(name)) < 10:
        which |= Q(pk=int(name))
    several = list(_with_all(Earthquake.objects.visible_to(viewer).filter(which)[:2]))
    row = next((one for one in several if one.event_id == str(name)), several[0] if several else None)
    if row is None:
        raise NotVisible(ABSENT, status=404)
    return row


def get_measurement(viewer: Viewer, row: Earthquake, detector: Detector) -> EarthquakeMeasurement:
    rows = EarthquakeMeasurement.objects.visible_to(viewer).filter(earthquake=row, detector=detector)
    measured = rows.select_related("detector").first()
    if measured is None:
        raise NotVisible(f"{detector} has no measurement of this earthquake.", status=404)
    return measured


def statuses(viewer: Viewer) -> list[str]:
    rows = Earthquake.objects.visible_to(viewer).order_by("status")
    return list(rows.values_list("status", flat=True).distinct()[:MOST_STATUSES])


def item(row: Earthquake) -> dict[str, Any]:
    names = ("id", "event_id", "event_uri", "status", "sent_by_id", "created_at", "modified")
    return {name: getattr(row, name) for name in names} | {
        "notices": [_notice(one) for one in row.notices.all()],
        "predictions": [_prediction(one) for one in row.predictions.all()],
        "measurements": [measurement(one) for one in row.measurements.all()],
    }


def _notice(one: EarthquakeNotice) -> dict[str, Any]:
    names = ("id", "date", "lat", "lon", "depth", "magnitude", "country", "sent_by_id", "created_at")
    return {name: getattr(one, name) for name in names}


def _prediction(one: EarthquakePrediction) -> dict[str, Any]:
    return {
        "id": one.pk, "detector_id": one.detector_id, "detector": one.detector.name, "d": one.distance, "p": one.p,
        "s": one.s, "r2p0": one.r2p0, "r3p5": one.r3p5, "r5p0": one.r5p0,
    }  # fmt: skip


def measurement(one: EarthquakeMeasurement) -> dict[str, Any]:
    return {
        "id": one.pk, "detector_id": one.detector_id, "detector": one.detector.name, "rfamp": one.rfamp,
        "lockloss": one.lockloss, "sent_by_id": one.sent_by_id,
    }  # fmt: skip


def at_detectors(viewer: Viewer, row: Earthquake) -> list[dict[str, Any]]:
    """For its page: each detector that stands still, with what was predicted and measured there."""
    predicted = {one.detector_id: one for one in row.predictions.all()}
    measured = {one.detector_id: one for one in row.measurements.all()}
    still = Detector.objects.visible_to(viewer).filter(fixed_location=True)[:200]
    return [{"detector": one, "said": predicted.get(one.pk), "felt": measured.get(one.pk)} for one in still]
