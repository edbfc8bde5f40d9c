"""Packets that could not be read: kept whole with the reason, to be looked at and read again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils import timezone

from apps.groups.models import Stream

from ..models import RefusedPacket

LARGEST_KEPT = 64 * 2**20  # bytes


@dataclass(frozen=True)
class SetAside:
    """What could not be read, where it came from, and why."""

    raw: bytes
    source: str
    reason: str


def set_aside(stream: Stream, packets: Iterable[SetAside]) -> int:
    """Keep these packets; one that comes again is counted, not kept twice. How many came."""
    count = 0
    for packet in packets:
        count += 1
        digest = hashlib.sha256(packet.raw).hexdigest()
        row, new = RefusedPacket.objects.get_or_create(
            stream=stream,
            digest=digest,
            defaults={
                "source": packet.source[:1000],
                "reason": _printable(packet.reason),
                "size": len(packet.raw),
                "file": _keep(digest, packet.raw),
            },
        )
        if not new:
            RefusedPacket.objects.filter(pk=row.pk).update(
                times_seen=F("times_seen") + 1, last_seen_at=timezone.now(), reason=_printable(packet.reason)
            )
    return count


def _printable(text: str) -> str:
    return text.replace("\x00", "�")[:2000]


def _keep(digest: str, raw: bytes) -> str:
    """The bytes in the file storage, by what they are."""
    name = f"refused/{digest[:2]}/{digest}"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(raw[:LARGEST_KEPT]))
    return name
