"""What upper floors may hang here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skyportal.access.viewer import Viewer
from skyportal.plugins import Slot

group_includes: Slot[Callable[[Viewer, int], Any]] = Slot("groups.group_includes")
"""By field name (`filters`), a function (viewer, group id) -> value for `GET /api/groups/{id}`."""

stream_users: Slot[Callable[[int, int], str]] = Slot("groups.stream_users")
"""Functions (group id, stream id) -> what in the group still works on the stream ("2 filters"), or ""."""


@dataclass(frozen=True)
class GroupFact:
    """A line on a group's page that an upper floor knows: how many sources it has, and where they are listed."""

    label: str
    value: Callable[[Viewer, int], Any]
    url: Callable[[int], str] | None = None


group_facts: Slot[GroupFact] = Slot("groups.group_facts")
