"""Earthquakes are announced, predicted at detectors, and measured there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.sources.actions.attachments import keep
from apps.sources.actions.checks import need_right, optional_text, person, plain, text
from skyportal.access.errors import Conflict, Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment, number
from skyportal.astro.seismology import arrivals
from skyportal.journal.recording import record

from ..entries import EarthquakeChanged
from ..models import Detector, Earthquake, EarthquakeMeasurement, EarthquakeNotice, EarthquakePrediction
from ..notices.base import UnreadableNotice
from ..notices.quakeml import QuakeSaid, read_quakeml
from ..queries.earthquakes import get_measurement


def post_earthquake(viewer: Viewer, body: Mapping[str, Any]) -> Earthquake:
    """Announce or update an earthquake, by QuakeML or in figures; only who brought it or manages GCNs updates it."""
    signed = person(viewer)
    said, raw, suffix = _said(body)
    with transaction.atomic():
        row, new = Earthquake.objects.select_for_update().get_or_create(
            event_id=said.event_id, defaults={"sent_by_id": signed, "event_uri": said.event_uri, "date": said.date}
        )
        if not new and not Earthquake.objects.changeable_by(viewer).filter(pk=row.pk).exists():
            raise NotAllowed("Insufficient permissions: only who sent this earthquake may update it.")
        row.status = said.status or ("initial" if new else "update")
        row.event_uri, row.date = said.event_uri or row.event_uri, said.date
        row.save()
        EarthquakeNotice.objects.create(
            earthquake=row, date=said.date, lat=said.lat, lon=said.lon, depth=said.depth, magnitude=said.magnitude,
            country=said.country, content=keep(raw, "earthquakes", suffix), sent_by_id=signed,
        )  # fmt: skip
        _predict(row, list(Detector.objects.filter(pk__in=row.predictions.values("detector_id"))))
        _changed(viewer, row, "announced" if new else "updated")
    return row


def _said(body: Mapping[str, Any]) -> tuple[QuakeSaid, bytes, str]:
    if (xml := body.get("xml")) not in (None, ""):
        if not isinstance(xml, str):
            raise Invalid("Invalid xml: must be the text of a QuakeML message.")
        raw = xml.encode("utf-8", "surrogatepass")
        try:
            return read_quakeml(raw), raw, ".xml"
        except UnreadableNotice as problem:
            raise Invalid(f"Invalid xml: {problem.reason}") from None
    raw = json.dumps(plain(dict(body)), sort_keys=True).encode()
    try:
        date = moment(text(body.get("date"), "date", most=100))
    except ValueError as problem:
        raise Invalid(f"Invalid date: {problem}") from None
    said = QuakeSaid(
        event_id=text(body.get("event_id"), "event_id", most=200).strip(),
        date=date,
        lat=_figure(body, ("latitude", "lat"), -90, 90),
        lon=_figure(body, ("longitude", "lon"), -180, 360),
        depth=_figure(body, ("depth",), -10_000, 800_000),
        magnitude=_figure(body, ("magnitude",), -5, 12),
        event_uri=optional_text(body.get("event_uri"), "event_uri"),
        country=optional_text(body.get("country"), "country", most=200),
        status=optional_text(body.get("status"), "status", most=60) or "",
    )
    return said, raw, ".json"


def _figure(body: Mapping[str, Any], names: tuple[str, ...], least: float, most: float) -> float:
    said = next((body[name] for name in names if body.get(name) is not None), None)
    if said is None:
        raise Invalid(f"Missing required parameter: `{names[0]}`.")
    try:
        value = number(str(said))
    except ValueError as problem:
        raise Invalid(f"Invalid {names[0]}: {problem}") from None
    if not least <= value <= most:
        raise Invalid(f"Invalid {names[0]}: from {least:g} to {most:g}.")
    return value


def _changed(viewer: Viewer, row: Earthquake, deed: str) -> None:
    record(EarthquakeChanged(row.pk, row.event_id, viewer.user_id, deed))


@transaction.atomic
def delete_earthquake(viewer: Viewer, row: Earthquake) -> None:
    """With everything that hangs on it."""
    need_right(viewer, row, "delete", "earthquake", "who sent it, or who manages GCNs,")
    _changed(viewer, row, "deleted")
    row.delete()


# ---- at detectors


@transaction.atomic
def predict(viewer: Viewer, row: Earthquake, detector: Detector) -> EarthquakePrediction:
    """When its waves come to a detector, from its newest notice; again after an update, by itself."""
    person(viewer)
    made = _predict(row, [detector])
    if not made:
        raise Invalid(f"{detector.name} has no fixed location: no wave of the ground comes to it.")
    _changed(viewer, row, f"predicted at {detector}")
    return made[0]


def _predict(row: Earthquake, detectors: list[Detector]) -> list[EarthquakePrediction]:
    last = row.notices.order_by("-pk").first()
    placed = [(one, one.lat, one.lon) for one in detectors if one.lat is not None and one.lon is not None]
    placed = [one for one in placed if one[0].fixed_location]
    if last is None or not placed:
        return []
    found = arrivals(last.lat, last.lon, last.depth / 1000, [(lat, lon) for _, lat, lon in placed])
    made = []
    for (detector, *_), waves in zip(placed, found, strict=True):
        said: dict[str, Any] = {"distance": waves.pop("distance")}
        said |= {name: last.date + timedelta(seconds=seconds) for name, seconds in waves.items()}
        made.append(EarthquakePrediction.objects.update_or_create(earthquake=row, detector=detector, defaults=said)[0])
    return made


@transaction.atomic
def measure(viewer: Viewer, row: Earthquake, detector: Detector, body: Mapping[str, Any]) -> EarthquakeMeasurement:
    """What the detector felt: once; who said it may correct it."""
    signed = person(viewer)
    said = _measured(body)
    if not said:
        raise Invalid("Missing required parameter: `rfamp` or `lockloss`.")
    Earthquake.objects.select_for_update(no_key=True).get(pk=row.pk)
    if EarthquakeMeasurement.objects.filter(earthquake=row, detector=detector).exists():
        raise Conflict(f"{detector} has a measurement of this earthquake already: PATCH it.", status=400)
    made = EarthquakeMeasurement.objects.create(earthquake=row, detector=detector, sent_by_id=signed, **said)
    _changed(viewer, row, f"measured at {detector}")
    return made


@transaction.atomic
def measure_again(viewer: Viewer, row: Earthquake, detector: Detector, body: Mapping[str, Any]) -> None:
    found = get_measurement(viewer, row, detector)
    need_right(viewer, found, "edit", "measurement", "who sent it")
    for name, value in _measured(body).items():
        setattr(found, name, value)
    found.save()
    _changed(viewer, row, f"measured again at {detector}")


@transaction.atomic
def forget_measurement(viewer: Viewer, row: Earthquake, detector: Detector) -> None:
    found = get_measurement(viewer, row, detector)
    need_right(viewer, found, "delete", "measurement", "who sent it, or who manages GCNs,")
    found.delete()
    _changed(viewer, row, f"no longer measured at {detector}")


def _measured(body: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if body.get("rfamp") is not None:
        said["rfamp"] = _figure(body, ("rfamp",), 0, 1000)
    if (lockloss := body.get("lockloss")) is not None:
        if lockloss not in (0, 1):
            raise Invalid("Invalid lockloss: 1 where the detector lost lock, 0 where not.")
        said["lockloss"] = int(lockloss)
    return said
