"""Paths of the public API: no trailing slash, optional ends."""

from __future__ import annotations

import re
from typing import Any

from django.urls import URLPattern, path


def routes(pattern: str, view: type, *, name: str | None = None) -> list[URLPattern]:
    """Paths with and without each optional end.

    ``sources[/<str:obj_id>]`` gives ``api/sources`` and ``api/sources/<str:obj_id>``.
    """
    return [path(f"api/{variant}", view.as_view(), name=name) for variant in _variants(pattern)]  # type: ignore[attr-defined]


def _variants(pattern: str) -> list[str]:
    found = re.search(r"\[([^\[\]]*)\]", pattern)
    if not found:
        return [pattern]
    without = pattern[: found.start()] + pattern[found.end() :]
    with_end = pattern[: found.start()] + found[1] + pattern[found.end() :]
    return [*_variants(without), *_variants(with_end)]


def flatten(*lists: Any) -> list[URLPattern]:
    return [entry for group in lists for entry in group]
