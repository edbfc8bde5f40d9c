"""Reactions by the entry they follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .entries import Entry


@dataclass(frozen=True)
class Reaction:
    """A function that follows an entry.

    ``outside``: it calls the world beyond the database, so it runs with no transaction open, may happen twice, and
    receives the delivery id as its idempotency key.
    """

    name: str
    function: Callable[..., Any]
    outside: bool
    queue: str


_BY_ENTRY: dict[str, list[Reaction]] = defaultdict(list)
_BY_NAME: dict[str, Reaction] = {}


def on(entry: type[Entry], *, outside: bool = False, queue: str = "default") -> Callable[[Callable], Callable]:
    """Declare that this function follows every entry of that kind."""

    def declare(function: Callable) -> Callable:
        name = f"{function.__module__}.{function.__qualname__}"
        reaction = Reaction(name, function, outside, queue)
        if name not in _BY_NAME:
            _BY_ENTRY[entry.__name__].append(reaction)
        _BY_NAME[name] = reaction
        return function

    return declare


def reactions_to(entry: Entry) -> list[Reaction]:
    return list(_BY_ENTRY[type(entry).__name__])


def reaction(name: str) -> Reaction | None:
    return _BY_NAME.get(name)
