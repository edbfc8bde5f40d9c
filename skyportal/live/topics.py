"""Topics: ``kind:name``, and who may watch which."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Set
from datetime import UTC, datetime

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from skyportal.access.viewer import Viewer
from skyportal.journal.models import JournalEntry
from skyportal.plugins import Slot

watchable: Slot[Callable[[Viewer, str], bool]] = Slot("live.watchable")
"""By kind of topic, a function (viewer, name) -> may they watch it. A kind nobody hung cannot be watched."""


def may_watch(viewer: Viewer, topic: str) -> bool:
    kind, _, name = topic.partition(":")
    rule = watchable.get(kind)
    return bool(rule and name and rule(viewer, name))


def channel_group(topic: str) -> str:
    """A channel-layer group name: those allow few characters, object names many."""
    return "topic." + hashlib.sha1(topic.encode(), usedforsecurity=False).hexdigest()


def publish(topics: Iterable[str]) -> None:
    """Name these topics to open pages; one event loop for all of them."""
    async_to_sync(announce)(list(topics))


async def announce(topics: list[str]) -> None:
    layer = get_channel_layer()
    for topic in topics:
        await layer.group_send(channel_group(topic), {"type": "topic.changed", "topic": topic})


OLDEST = 600
"""Seconds; of a page that was drawn before, as one that the browser kept, everything is fetched again,"""
MOST_ENTRIES = 1000
"""and where so much has happened since."""
MARGIN = 0.5
"""An act is written down this much before it is there to be read, or less."""


def changed_since(topics: Set[str], drawn: float) -> list[str]:
    """Those of the topics that the journal names since a page was drawn, in seconds of the epoch."""
    if not drawn > time.time() - OLDEST:
        return sorted(topics)
    since = datetime.fromtimestamp(min(drawn, time.time()) - MARGIN, UTC)
    entries = JournalEntry.objects.filter(created_at__gt=since).order_by("-created_at")
    named = list(entries.values_list("topics", flat=True)[:MOST_ENTRIES])
    if len(named) == MOST_ENTRIES:
        return sorted(topics)
    return sorted(topics & {topic for some in named for topic in some})
