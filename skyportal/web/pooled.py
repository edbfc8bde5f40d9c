"""Whether a pooled database connection still lives, without asking the server at every request."""

from __future__ import annotations

import select
from typing import Any

import psycopg

PROBE = ""
"""The statement by which the pool asks; Django lets us choose the connection's class but not the question."""


class PooledConnection(psycopg.Connection[Any]):
    """A connection that asks the server whether it lives only when there is cause to.

    The server's end of a dead connection leaves something to read; a question at each request would be one round trip
    more than most answers need.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared_max = 40  # plans are large, and each connection keeps its own

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        if query == PROBE and self._silent():
            return None
        return super().execute(query, *args, **kwargs)

    def _silent(self) -> bool:
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        return not poller.poll(0)
