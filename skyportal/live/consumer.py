"""One websocket per open page: it says what it watches, and hears the names of topics that changed."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from skyportal.plugins import Slot

from .topics import channel_group, may_watch

MOST_TOPICS = 200

viewer_source: Slot = Slot("live.viewer_source")
"""How a websocket's user becomes a viewer; groups hangs it here."""


class LiveConsumer(AsyncJsonWebsocketConsumer):
    watched: set[str]

    async def connect(self) -> None:
        self.watched = set()
        if not self.scope["user"].is_authenticated:
            await self.close(code=4401)
            return
        await self.accept()

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """What is not JSON asks for nothing."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """``{"watch": [topics]}``: all that the page watches from now on."""
        wanted = content.get("watch") if isinstance(content, dict) else None
        topics = {t for t in wanted if isinstance(t, str)} if isinstance(wanted, list) else set()
        for topic in self.watched - topics:
            await self.channel_layer.group_discard(channel_group(topic), self.channel_name)
        self.watched &= topics
        allowed = await self._allowed(sorted(topics - self.watched)[: MOST_TOPICS - len(self.watched)])
        for topic in allowed:
            self.watched.add(topic)
            await self.channel_layer.group_add(channel_group(topic), self.channel_name)
        await self.send_json({"watching": sorted(self.watched)})

    @database_sync_to_async
    def _allowed(self, topics: list[str]) -> list[str]:
        make = viewer_source.get("session")
        viewer = make(self.scope["user"]) if make else None
        return [t for t in topics if viewer and may_watch(viewer, t)]

    async def topic_changed(self, event: dict[str, str]) -> None:
        await self.send_json({"topic": event["topic"]})

    async def disconnect(self, code: int) -> None:
        for topic in self.watched:
            await self.channel_layer.group_discard(channel_group(topic), self.channel_name)
