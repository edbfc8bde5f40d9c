"""An open page's side of the websocket. (channels.testing wants daphne, which nothing here runs on.)"""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from skyportal.live.consumer import LiveConsumer

PATIENCE = 30
"""Seconds: whether it answers is asked here, not how soon."""


class Page(ApplicationCommunicator):
    def __init__(self, user: Any) -> None:
        scope = {"type": "websocket", "path": "/ws/live", "headers": [], "subprotocols": [], "user": user}
        super().__init__(LiveConsumer.as_asgi(), scope)

    async def connect(self) -> dict[str, Any]:
        """What the server said: accepted, or closed with its code."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=PATIENCE)

    async def say(self, content: Any) -> None:
        await self.send_input({"type": "websocket.receive", "text": json.dumps(content)})

    async def hear(self) -> Any:
        message = await self.receive_output(timeout=PATIENCE)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def ask(self, *topics: Any, **more: Any) -> list[str]:
        await self.say({"watch": list(topics), **more})
        return (await self.hear())["watching"]

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE)
