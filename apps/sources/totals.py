"""How many objs are saved to somebody's groups, kept until a save or an unsave changes it.

Counting forty thousand objs takes longer than all the rest of the first page of a list.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import transaction

from skyportal.access.viewer import Viewer

_GENERATION = "sources:generation"
_SECONDS = 60  # at most this old is what did not come through our actions: a restored backup, a line of SQL


def remembered(viewer: Viewer, asked: dict[str, Any], count: Callable[[], int]) -> int:
    """The total, counted when nobody with the same groups asked the same since the last change."""
    generation = cache.get_or_set(_GENERATION, _new, None)
    who = "all" if viewer.sees_all else [sorted(viewer.group_ids), viewer.user_id]
    text = json.dumps([generation, who, asked], sort_keys=True, default=str)
    return cache.get_or_set(f"sources:total:{hashlib.sha256(text.encode()).hexdigest()}", count, _SECONDS) or 0


def changed() -> None:
    """Something was saved or unsaved: forget now, and again when the change is there for others to count."""
    _forget()
    transaction.on_commit(_forget)


def _forget() -> None:
    cache.set(_GENERATION, _new(), None)


def _new() -> str:
    return uuid.uuid4().hex
