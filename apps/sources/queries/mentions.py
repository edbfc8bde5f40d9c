"""Whom an @name means, and whom one may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.groups import queries as groups
from skyportal.access.viewer import Viewer
from skyportal.web.markdown import mentions

MOST = 50
SUGGESTED = 8


@dataclass(frozen=True)
class Meant:
    """People and groups, by id, that a text mentions."""

    user_ids: list[int]
    group_ids: list[int]


def handle(name: str) -> str:
    """A group's name as it is written after an @, which knows no spaces: ``Bright Transient Survey`` is
    ``Bright-Transient-Survey``.

    >>> handle("Bright Transient Survey (BTS)")
    'Bright-Transient-Survey-BTS'
    """
    return re.sub(r"[^\w.+]+", "-", name).strip("-.+")


def meant(viewer: Viewer, text: str) -> Meant:
    """People and groups that a text mentions, as far as the writer may know of them. A person's name goes before a
    group's; capitals do not matter. At most three queries, none where nobody is mentioned."""
    names = {name.lower() for name in mentions(text)[:MOST]}
    if not names:
        return Meant([], [])
    people = _called(groups.users(viewer), names)
    left = names - people.keys()
    teams = _groups(viewer) if left else []
    by_handle = {handle(one).lower(): pk for pk, *known in teams for one in known if one}
    return Meant(sorted(people.values()), sorted({by_handle[name] for name in left & by_handle.keys()}))


def _called(people: Any, names: Iterable[str]) -> dict[str, int]:
    condition = Q()
    for name in names:
        condition |= Q(username__iexact=name)
    return {username.lower(): pk for pk, username in people.filter(condition).values_list("pk", "username")}


def _groups(viewer: Viewer) -> list[tuple[int, str, str | None]]:
    known = groups.groups(viewer).filter(single_user_group=False)
    return list(known.values_list("pk", "name", "nickname"))


def suggestions(viewer: Viewer, start: str) -> list[dict[str, str]]:
    """People and groups whose names begin so, for completion: what to write, and who that is."""
    start = start.strip().lstrip("@").replace("\x00", "")[:100]
    words = Q(username__istartswith=start) | Q(first_name__istartswith=start) | Q(last_name__istartswith=start)
    people = groups.users(viewer).filter(words, is_active=True).order_by("username")
    found = [
        {"value": username, "label": username, "detail": f"{first} {last}".strip()}
        for username, first, last in people.values_list("username", "first_name", "last_name")[:SUGGESTED]
    ]
    for _, name, nickname in _groups(viewer):
        names = [handle(one) for one in (nickname, name) if one]
        if any(one.lower().startswith(handle(start).lower()) for one in names):
            found.append({"value": names[0], "label": names[0], "detail": f"group {name}"})
    return found[:SUGGESTED]
