"""Streams, and who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..models import Stream, StreamGrant


def streams(viewer: Viewer) -> Any:
    return Stream.objects.visible_to(viewer).order_by("name")


def get_stream(viewer: Viewer, stream_id: int) -> Stream:
    stream = Stream.objects.visible_to(viewer).filter(pk=stream_id).first()
    if stream is None:
        raise NotVisible(f"Could not retrieve stream with ID {stream_id}")
    return stream


def existing_stream_ids(ids: Iterable[int]) -> list[int]:
    wanted = {int(i) for i in ids}
    found = set(Stream.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - found:
        raise Invalid(f"Cannot find stream_ids {sorted(missing)}. Please remove and try again.")
    return sorted(found)


def streams_lacking(user_ids: Iterable[int], streams: Iterable[Stream]) -> tuple[int, Stream] | None:
    """The first of these people who may not read one of these streams, and that stream."""
    wanted, needed = sorted(set(user_ids)), list(streams)
    granted = set(StreamGrant.objects.filter(user_id__in=wanted, stream__in=needed).values_list("user_id", "stream_id"))
    return next(((u, s) for u in wanted for s in needed if (u, s.pk) not in granted), None)
