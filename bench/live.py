"""How long what one says takes to reach another who has the page open: from the sending of a comment to the answer
that their browser puts into its place, on the way that ``static/js/live.js`` goes."""

from __future__ import annotations

import json
import statistics
import time

from websockets import Origin
from websockets.sync.client import ClientConnection, connect

from .cases import get
from .timing import Client, Result

NAME = "a comment, until it is on another's page"
TARGET = 2000.0
PATIENCE = 0.15
"""Seconds that a page waits for more news before it fetches (live.js)."""


def a_word(server: str, cookie: str, source: str, script: Client, browser: Client, *, repeats: int) -> Result:
    """``server`` is host:port; ``script`` speaks, and a signed-in ``browser`` with its websocket hears."""
    panel = get(f"/source/{source}/comments", inside="1")
    times: list[float] = []
    address, origin = f"ws://{server}/ws/live", Origin(f"http://{server}")
    with connect(address, additional_headers={"Cookie": cookie}, origin=origin) as socket:
        socket.send(json.dumps({"watch": [f"source:{source}"]}))
        assert json.loads(socket.recv(10))["watching"], "a signed-in browser may watch what it may see"
        for k in range(repeats + 3):
            words = f"Said at {time.time_ns()}."
            started = time.perf_counter()
            _, status, answer, _ = script(
                ("POST", f"/api/sources/{source}/comments", json.dumps({"text": words}).encode())
            )
            assert status == 200, answer
            _hear(socket, f"source:{source}")
            time.sleep(PATIENCE)
            _, seen, inside, queries = browser(panel)
            assert words.encode() in inside, "what was heard of can be read"
            if k >= 3:
                times.append((time.perf_counter() - started) * 1000)
            comment = json.loads(answer)["data"]["comment_id"]
            script(("DELETE", f"/api/sources/{source}/comments/{comment}", None))
            _hear(socket, f"source:{source}")
    times.sort()
    return Result(
        NAME, repeats, times[0], statistics.median(times),
        times[min(len(times) - 1, int(0.95 * len(times)))], queries, len(inside), {status, seen}, TARGET,
    )  # fmt: skip


def _hear(socket: ClientConnection, topic: str) -> None:
    while json.loads(socket.recv(10)).get("topic") != topic:
        pass
