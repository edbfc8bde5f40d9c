"""Addresses that a person keeps under a name, for oneself or a group: searches of sources, profiles of scanning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from . import checks

MOST = 200
LONGEST = 4000  # characters
Kept = TypeVar("Kept", bound=Model)


def keep_address(
    viewer: Viewer,
    kept: QuerySet[Kept],
    name: Any,
    query: str,
    group_id: int | None,
    *,
    without: Iterable[str] = ("page",),
    otherwise: str = "",
) -> Kept:
    """Keep what ``query`` asks under this name; the same name again replaces what it meant.

    ``without``: parameters that say where one was and not what one asked. ``otherwise``: for a query that asks nothing.
    """
    person = checks.person(viewer)
    name = checks.text(name, "name", most=80).strip()
    if len(query) > LONGEST:
        raise Invalid("This is too long to keep.")
    asked = QueryDict(query, mutable=True)
    for part in without:
        asked.pop(part, None)
    if group_id is not None:
        (group_id,) = groups.accessible_group_ids(viewer, [group_id])
    if kept.filter(owner=person).exclude(name=name).count() >= MOST:
        raise Invalid(f"You keep {MOST} already; delete one first.")
    defaults = {"query": asked.urlencode() or otherwise, "group_id": group_id}
    return kept.update_or_create(owner_id=person, name=name, defaults=defaults)[0]
