"""One websocket per open page: it says what it watches, and hears the names of topics that changed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from redis import RedisError

from skyportal.plugins import Slot

from . import presence
from .topics import announce, changed_since, channel_group, may_watch

MOST_TOPICS = 200

viewer_source: Slot = Slot("live.viewer_source")
"""How a websocket's user becomes a viewer; groups hangs it here."""


class LiveConsumer(AsyncJsonWebsocketConsumer):
    watched: set[str]
    renewing: asyncio.Task[None] | None = None

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
        """``{"watch": [topics], "since": seconds of the epoch}``: all that the page watches from now on, and when it
        was drawn, so that nothing is missed that happened since."""
        said = content if isinstance(content, dict) else {}
        wanted, drawn = said.get("watch"), said.get("since")
        topics = {t for t in wanted if isinstance(t, str)} if isinstance(wanted, list) else set()
        await self._drop(self.watched - topics)
        allowed = await self._allowed(sorted(topics - self.watched)[: MOST_TOPICS - len(self.watched)])
        await self._come([t for t in allowed if presence.is_presence(t)])
        for topic in allowed:
            self.watched.add(topic)
            await self.channel_layer.group_add(channel_group(topic), self.channel_name)
        await self.send_json({"watching": sorted(self.watched)})
        if isinstance(drawn, int | float):
            for topic in await database_sync_to_async(changed_since)(self.watched, drawn):
                await self.send_json({"topic": topic})

    @database_sync_to_async
    def _allowed(self, topics: list[str]) -> list[str]:
        make = viewer_source.get("session")
        viewer = make(self.scope["user"]) if make else None
        return [t for t in topics if viewer and may_watch(viewer, t)]

    async def topic_changed(self, event: dict[str, str]) -> None:
        await self.send_json({"topic": event["topic"]})

    async def disconnect(self, code: int) -> None:
        if self.renewing:
            self.renewing.cancel()
        await self._drop(set(self.watched))

    async def _drop(self, topics: set[str]) -> None:
        for topic in topics:
            await self.channel_layer.group_discard(channel_group(topic), self.channel_name)
        self.watched -= topics
        if here := sorted(filter(presence.is_presence, topics)):
            await self._mark(presence.leave, here)
            await announce(here)

    async def _come(self, here: list[str]) -> None:
        """Be counted, and tell those who are there already."""
        if here:
            await self._mark(presence.arrive, here)
            await announce(here)
            self.renewing = self.renewing or asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Be counted on, as long as one is connected and may see it."""
        while True:
            await asyncio.sleep(presence.RENEWED)
            here = sorted(filter(presence.is_presence, self.watched))
            allowed = await self._allowed(here)
            await self._drop(set(here) - set(allowed))
            await self._mark(presence.arrive, allowed)

    async def _mark(self, deed: Any, here: list[str]) -> None:
        with suppress(RedisError):  # nobody is told less for it than who else is here
            await sync_to_async(deed)(here, self.scope["user"].pk, self.channel_name)
