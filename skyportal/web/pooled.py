"""A pooled database connection: whether it still lives, without asking the server each time, and how it reads times."""

from __future__ import annotations

import select
from datetime import UTC, datetime
from typing import Any, Self

import psycopg
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader

PROBE = ""
"""The statement by which the pool asks; Django lets us choose the connection's class but not the question."""


class Moment(TimestamptzLoader):
    """Times as Django wants them, in a quarter of the time that its own loader takes; lists hold a thousand of them."""

    timezone = UTC
    """Django looks whether this is the zone it wants, and takes its own loader otherwise."""

    def load(self, data: Buffer) -> datetime:
        try:
            found = datetime.fromisoformat(bytes(data).decode())
        except ValueError:  # before the year 1 or after 9999: it says so in words
            return super().load(data)
        return found if found.tzinfo is UTC else found.astimezone(UTC)


class PooledConnection(psycopg.Connection[Any]):
    """A connection that asks the server whether it lives only when there is cause to.

    The server's end of a dead connection leaves something to read; a question at each request would be one round trip
    more than most answers need.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared_max = 40  # plans are large, and each connection keeps its own

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        made = super().connect(*args, **kwargs)
        made.adapters.register_loader("timestamptz", Moment)
        return made

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        if query == PROBE and self._silent():
            return None
        return super().execute(query, *args, **kwargs)

    def _silent(self) -> bool:
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        return not poller.poll(0)
