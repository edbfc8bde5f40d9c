"""Columns that Django does not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


class RealField(models.FloatField):
    """Four bytes: six figures are more than a probability density deserves, and there are millions of them."""

    def db_type(self, connection: Any) -> str:
        return "real"


class CellRangesField(models.Field):
    """A set of order-29 cells as an ``int8multirange``; written from (lo, hi) pairs, asked of in SQL only."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::int8multirange"

    def get_prep_value(self, value: Iterable[tuple[int, int]] | str | None) -> str | None:
        return value if value is None or isinstance(value, str) else as_text(value)


def as_text(ranges: Iterable[tuple[int, int]]) -> str:
    """PostgreSQL's notation.

    Examples
    --------
    >>> as_text([(0, 4), (16, 20)])
    '{[0,4),[16,20)}'
    """
    return "{" + ",".join(f"[{lo},{hi})" for lo, hi in ranges) + "}"
