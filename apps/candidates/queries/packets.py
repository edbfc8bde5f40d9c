"""Packets that were set aside, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count

from apps.groups.models import Stream
from skyportal.access.errors import NotAllowed, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import RefusedPacket


def need_operator(viewer: Viewer) -> None:
    if not viewer.sees_all:
        raise NotAllowed("Alert intake is for operators: it needs the permission System admin.")


def refused(viewer: Viewer, *, reason: str = "", stream_id: int | None = None) -> AccessQuerySet:
    """Packets still waiting to be read well, newest first."""
    rows = RefusedPacket.objects.visible_to(viewer).filter(replayed_at__isnull=True).select_related("stream")
    if reason:
        rows = rows.filter(reason=reason)
    if stream_id is not None:
        rows = rows.filter(stream=stream_id)
    return rows.order_by("-created_at", "-pk")


def by_reason(viewer: Viewer, most: int = 50) -> list[dict[str, Any]]:
    counts = refused(viewer).order_by().values("reason", "stream__name").annotate(count=Count("pk"))
    return list(counts.order_by("-count", "reason")[:most])


def get_refused(viewer: Viewer, packet_id: int) -> RefusedPacket:
    found = RefusedPacket.objects.visible_to(viewer).select_related("stream").filter(pk=packet_id).first()
    if found is None:
        raise NotVisible(f"There is no packet {packet_id} set aside.", status=404)
    return found


def raw_bytes(packet: RefusedPacket) -> bytes:
    with default_storage.open(packet.file) as file:
        return file.read()


def hexdump(raw: bytes, most: int = 512) -> str:
    """The beginning of a packet as an operator reads it: offset, bytes, printable signs."""
    lines = []
    for start in range(0, min(len(raw), most), 16):
        row = raw[start : start + 16]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:06x}  {row.hex(' '):<47}  {signs}")
    return "\n".join(lines)


def waiting_by_stream(viewer: Viewer, ids: Sequence[int] | None = None) -> list[tuple[Stream, list[RefusedPacket]]]:
    """Packets to read again, with the stream they came by."""
    rows = refused(viewer)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    streams: dict[Stream, list[RefusedPacket]] = {}
    for row in rows:
        streams.setdefault(row.stream, []).append(row)
    return list(streams.items())
