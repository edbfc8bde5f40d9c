"""Reading packets again that were set aside, once the reason is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone

from apps.groups.models import Stream
from skyportal.access.viewer import Viewer

from ..alerts.reading import Packet, Refused, read_message
from ..alerts.resolvers import Resolver
from ..models import RefusedPacket
from ..queries.packets import need_operator, raw_bytes, waiting_by_stream
from .intake import BATCH, Intake, Report


def replay(viewer: Viewer, ids: Sequence[int] | None = None, *, resolver: Resolver | None = None) -> Report:
    """Let packets in that can be read by now; the others stay, with the reason of today."""
    need_operator(viewer)
    report = Report()
    for stream, packets in waiting_by_stream(viewer, ids):
        intake = Intake(stream)
        for start in range(0, len(packets), BATCH):
            report.add(_replay(intake, stream, packets[start : start + BATCH], resolver))
    return report


def _replay(intake: Intake, stream: Stream, packets: Sequence[RefusedPacket], resolver: Resolver | None) -> Report:
    """One batch; a packet is done with when none of what it holds was refused again."""
    raws = {packet.source: raw_bytes(packet) for packet in packets}
    report = intake.take(_read(raws, resolver), raws)
    still = set(report.refused_sources)
    done = [packet.pk for packet in packets if packet.source not in still]
    RefusedPacket.objects.filter(pk__in=done).update(replayed_at=timezone.now())
    return report


def _read(raws: dict[str, bytes], resolver: Resolver | None) -> Iterator[Packet | Refused]:
    for source, raw in raws.items():
        yield from read_message(raw, source, resolver)
