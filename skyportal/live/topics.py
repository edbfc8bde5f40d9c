"""Topics: ``kind:name``, and who may watch which."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from skyportal.access.viewer import Viewer
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
