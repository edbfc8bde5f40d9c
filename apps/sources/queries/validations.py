"""Verdicts on points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..models import PointValidation

_PUBLIC = ("id", "photometry_id", "validator_id", "validated", "explanation", "notes", "created_at", "modified")


def of_points(point_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """By point, its verdict in a list; of points that are known to be visible."""
    rows = PointValidation.objects.filter(photometry__in=list(point_ids)).values(*_PUBLIC)
    return {row["photometry_id"]: [row] for row in rows}
