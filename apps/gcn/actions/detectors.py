"""Detectors are made and changed; their uptime and spectra are told; events learn who heard them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.groups import queries as groups
from apps.sources.actions.checks import asked_groups, need, need_right, person
from skyportal.access.errors import Conflict, Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.journal.recording import record

from ..entries import DetectorChanged
from ..models import Detector, DetectorInterval, DetectorSpectrum, EventProperties, EventTag, GcnEvent
from ..queries import detectors as reading

MANAGE, UPLOAD = "Manage allocations", "Upload data"
MOST_AT_ONCE = 10_000
LISTS = ("Instruments", "instruments", "detectors", "Detectors")
"""Properties in which notices list who heard an event."""
KNOWN: dict[str, dict[str, Any]] = {
    "H1": {"name": "LIGO Hanford", "kind": "gravitational-wave", "lat": 46.4551, "lon": -119.4077, "elevation": 142.0},
    "L1": {"name": "LIGO Livingston", "kind": "gravitational-wave", "lat": 30.5629, "lon": -90.7742, "elevation": -6.0},
    "V1": {"name": "Virgo", "kind": "gravitational-wave", "lat": 43.6314, "lon": 10.5045, "elevation": 51.0},
    "K1": {"name": "KAGRA", "kind": "gravitational-wave", "lat": 36.4119, "lon": 137.3060, "elevation": 414.0},
    "IceCube": {"name": "IceCube", "kind": "neutrino", "lat": -89.99, "lon": -63.45, "elevation": 884.0},
    "GBM": {"name": "Fermi GBM", "kind": "gamma-ray-burst", "fixed_location": False},
    "BAT": {"name": "Swift BAT", "kind": "gamma-ray-burst", "fixed_location": False},
}
"""By the name that notices use: made when the first event comes that one of them heard."""


# ---- detectors


@transaction.atomic
def add_detector(viewer: Viewer, fields: Mapping[str, Any]) -> Detector:
    need(viewer, MANAGE)
    return _saved(viewer, Detector(**fields), "added")


@transaction.atomic
def change_detector(viewer: Viewer, detector_id: int, fields: Mapping[str, Any]) -> None:
    need(viewer, MANAGE)
    row = reading.get_detector(viewer, detector_id)
    for name, value in fields.items():
        setattr(row, name, value)
    _saved(viewer, row, "changed")


def _saved(viewer: Viewer, row: Detector, deed: str) -> Detector:
    if row.fixed_location and None in (row.lat, row.lon, row.elevation):
        raise Invalid("Missing latitude, longitude, or elevation; required if the detector has a fixed location.")
    if Detector.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise Conflict(f"A detector called {row.name} exists already.", status=400)
    row.save()
    record(DetectorChanged(row.pk, viewer.user_id, "detector", deed))
    return row


@transaction.atomic
def delete_detector(viewer: Viewer, detector_id: int) -> None:
    """With all that is known of it."""
    need(viewer, MANAGE)
    reading.get_detector(viewer, detector_id).delete()
    record(DetectorChanged(detector_id, viewer.user_id, "detector", "deleted"))


# ---- what they did


def _audience(viewer: Viewer, group_ids: Any) -> Audience:
    """Groups that were named, ``all`` for everybody, and always whoever tells it."""
    asked = [groups.sitewide_group_id()] if group_ids == "all" else asked_groups(viewer, group_ids)
    mine = [viewer.single_user_group_id] if viewer.single_user_group_id else []
    return Audience.objects.of(groups=[*asked, *mine])


def _span(pair: Any, name: str = "time_interval") -> tuple[datetime, datetime]:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise Invalid(f"Invalid {name}: must be [start, end].")
    try:
        start, end = (moment(str(one)) for one in pair)
    except ValueError as problem:
        raise Invalid(f"Invalid {name}: {problem}") from None
    if end <= start:
        raise Invalid(f"Invalid {name}: it must end after it starts.")
    return start, end


@transaction.atomic
def add_intervals(viewer: Viewer, body: Mapping[str, Any]) -> list[int]:
    """One stretch of uptime, or a list of them."""
    need(viewer, UPLOAD)
    owner, detector = person(viewer), reading.get_detector(viewer, body["detector_id"])
    said = body.get("time_intervals") or body.get("time_interval")
    pairs = said if isinstance(said, list | tuple) and said and isinstance(said[0], list | tuple) else [said]
    if len(pairs) > MOST_AT_ONCE:
        raise Invalid(f"Invalid time_interval: at most {MOST_AT_ONCE} at once.")
    audience, spans = _audience(viewer, body.get("group_ids")), [_span(pair) for pair in pairs]
    rows = DetectorInterval.objects.bulk_create(
        DetectorInterval(detector=detector, owner_id=owner, audience=audience, start=start, end=end)
        for start, end in spans
    )
    record(DetectorChanged(detector.pk, viewer.user_id, "uptime", "added"))
    return [row.pk for row in rows]


@transaction.atomic
def add_spectrum(viewer: Viewer, body: Mapping[str, Any]) -> int:
    need(viewer, UPLOAD)
    detector = reading.get_detector(viewer, body["detector_id"])
    start, end = _span([body["start_time"], body["end_time"]], "start_time and end_time")
    row = DetectorSpectrum(
        detector=detector, owner_id=person(viewer), audience=_audience(viewer, body.get("group_ids")), start=start,
        end=end, frequencies=body["frequencies"], amplitudes=body["amplitudes"],
    )  # fmt: skip
    _checked(row).save()
    record(DetectorChanged(detector.pk, viewer.user_id, "spectrum", "added"))
    return int(row.pk)


def _checked(row: DetectorSpectrum) -> DetectorSpectrum:
    if len(row.frequencies) != len(row.amplitudes) or not row.frequencies:
        raise Invalid("Invalid frequencies: as many as amplitudes, one at least.")
    if any(low >= high for low, high in zip(row.frequencies, row.frequencies[1:], strict=False)):
        raise Invalid("Invalid frequencies: in Hz, each above the one before.")
    return row


@transaction.atomic
def change_interval(viewer: Viewer, pk: int, body: Mapping[str, Any]) -> None:
    row = reading.get_interval(viewer, pk)
    if body.get("time_interval") is not None:
        row.start, row.end = _span(body["time_interval"])
    _change(viewer, row, body, "time interval")


@transaction.atomic
def change_spectrum(viewer: Viewer, pk: int, body: Mapping[str, Any]) -> None:
    row = reading.get_spectrum(viewer, pk)
    times = [body.get("start_time") or row.start, body.get("end_time") or row.end]
    row.start, row.end = _span(times, "start_time and end_time")
    row.frequencies, row.amplitudes = body.get("frequencies", row.frequencies), body.get("amplitudes", row.amplitudes)
    _change(viewer, _checked(row), body, "spectrum")


def _change(viewer: Viewer, row: Any, body: Mapping[str, Any], noun: str) -> None:
    need(viewer, UPLOAD)
    need_right(viewer, row, "edit", noun, "who uploaded it")
    if body.get("detector_id"):
        row.detector = reading.get_detector(viewer, body["detector_id"])
    if body.get("group_ids"):
        row.audience = _audience(viewer, body["group_ids"])
    row.save()
    record(DetectorChanged(row.detector_id, viewer.user_id, noun, "changed"))


@transaction.atomic
def delete_of_detector(viewer: Viewer, row: Any, noun: str) -> None:
    """A stretch of uptime or a spectrum; by who uploaded it."""
    need(viewer, UPLOAD)
    need_right(viewer, row, "delete", noun, "who uploaded it")
    record(DetectorChanged(row.detector_id, viewer.user_id, noun, "deleted"))
    row.delete()


# ---- who heard an event


@transaction.atomic
def set_detectors(event_id: int) -> int:
    """From tags and properties of an event: which detectors heard it. How many there are."""
    event = GcnEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()
    if event is None:
        return 0
    names = _named(event)
    for nickname in sorted(names & KNOWN.keys()):
        if not Detector.objects.filter(nickname=nickname).exists():
            Detector.objects.get_or_create(
                name=KNOWN[nickname]["name"], defaults={"nickname": nickname, **KNOWN[nickname]}
            )
    heard = Detector.objects.filter(nickname__in=names) | Detector.objects.filter(name__in=names)
    event.detectors.set(heard)  # type: ignore[attr-defined]
    return heard.count()


def _named(event: GcnEvent) -> set[str]:
    names = set(EventTag.objects.filter(event=event).values_list("text", flat=True))
    for data in EventProperties.objects.filter(event=event).values_list("data", flat=True):
        for key in LISTS:
            names |= set(_listed(data.get(key)))
    return names


def _listed(said: Any) -> Iterable[str]:
    if isinstance(said, str):
        said = said.split(",")
    return [one.strip() for one in said if isinstance(one, str)] if isinstance(said, list) else []
