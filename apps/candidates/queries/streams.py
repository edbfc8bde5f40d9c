"""Streams as intake and lamps see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from apps.groups.models import Stream
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import StreamPulse

FRESH, LATE = timedelta(minutes=10), timedelta(hours=24)


@dataclass(frozen=True)
class Lamp:
    """How a stream is doing, in a word and a colour."""

    stream_id: int
    name: str
    state: str
    last_packet_at: datetime | None
    packets: int
    lag: int | None
    brings: str = "packet"
    note: str = ""
    """What more there is to say, in a sentence."""
    link: str = ""
    """Where an operator reads on."""


def stream_named(name: str) -> Stream:
    """The stream of this name or id; NotVisible names those that exist."""
    found = Stream.objects.filter(name=name).first()
    if found is None and name.isdecimal():
        found = Stream.objects.filter(pk=int(name)).first()
    if found is None:
        known = ", ".join(Stream.objects.values_list("name", flat=True)) or "none"
        raise NotVisible(f"No stream is called {name!r}; known: {known}.")
    return found


def consumed_streams(site_has_servers: bool) -> list[str]:
    """Names of the streams whose altdata says from which topic, and from which servers unless the site has its own."""
    return [
        stream.name
        for stream in Stream.objects.order_by("name")
        if isinstance(stream.altdata, dict)
        and stream.altdata.get("topic")
        and (site_has_servers or stream.altdata.get("servers"))
    ]


def lamps(viewer: Viewer) -> list[Lamp]:
    """A lamp for each of the viewer's streams that ever brought a packet."""
    pulses = StreamPulse.objects.filter(stream__in=Stream.objects.visible_to(viewer), last_packet_at__isnull=False)
    rows = pulses.select_related("stream").order_by("stream__name")
    return [
        Lamp(row.stream_id, row.stream.name, _state(row.last_packet_at), row.last_packet_at, row.packets, row.lag)
        for row in rows
    ]


def _state(last: datetime | None) -> str:
    age = timezone.now() - last if last else LATE
    return "on" if age < FRESH else "late" if age < LATE else "off"


def pulses(viewer: Viewer) -> list[StreamPulse]:
    """What each stream has brought, for operators."""
    return list(StreamPulse.objects.visible_to(viewer).select_related("stream").order_by("stream__name"))


def streams_of(viewer: Viewer) -> list[Stream]:
    """The viewer's streams, by name."""
    return list(Stream.objects.visible_to(viewer).order_by("name"))
