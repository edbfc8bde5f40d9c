"""Reads that are asked all the time, put together once for each viewer by the same policies as every other read.

Building a statement out of policies, and planning it, takes longer than most of these statements take to answer. What
it says depends on the viewer alone, never on what the database holds, so that it can be kept: here as text, and on a
connection that hears it often as a prepared statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from .viewer import Viewer, plain

T = TypeVar("T")

_ASKED = f"asked-{uuid4().hex}"
"""Stands in a statement for what each asking fills in."""


def asked_ids() -> RawSQL:
    """For ``pk__in``: the ids that each asking gives."""
    return RawSQL("select unnest(%s::int[])", [_ASKED])


def asked_text() -> RawSQL:
    return RawSQL("%s::text", [_ASKED])


@dataclass(frozen=True, slots=True)
class Statement:
    """All in it is written out but for one value, so that the server can keep its plan."""

    sql: str

    def rows(self, asked: Any) -> list[tuple[Any, ...]]:
        return read(self.sql, {"asked": asked})


def read(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of a statement that is always the same but for what it is given, so that the server keeps its plan."""
    connection.ensure_connection()
    counted = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with counted(psycopg.Cursor(connection.connection)) as cursor:  # type: ignore[arg-type]
        cursor.execute(sql, given)
        return cursor.fetchall()


def written(rows: QuerySet) -> str | None:
    """The text of a queryset, for a `Statement`; None where no row can ever be among its rows."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    text = connection.ops.compose_sql(sql, params)  # type: ignore[attr-defined]  # PostgreSQL has it
    return text.replace("%", "%%").replace(f"'{_ASKED}'", "%(asked)s")


def once_per_viewer(build: Callable[[Viewer], T]) -> Callable[[Viewer], T]:
    """Keep what was built for those who ask most. Everything that policies look at is part of the key."""
    kept = lru_cache(maxsize=256)(build)

    @wraps(build)
    def asked(viewer: Viewer) -> T:
        return kept(plain(viewer))

    return asked
