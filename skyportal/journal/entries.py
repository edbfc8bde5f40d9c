"""The base of what apps report: frozen dataclasses of ids and plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

KINDS: dict[str, type[Entry]] = {}


@dataclass(frozen=True)
class Entry:
    """Something that happened. Its fields survive a round trip through JSON.

    Every subclass is known by its class name, which is what the journal stores.
    """

    abstract: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        other = KINDS.setdefault(cls.__name__, cls)
        if other.__qualname__ != cls.__qualname__ or other.__module__ != cls.__module__:
            raise TypeError(f"Two journal entries are called {cls.__name__}: {other.__module__}, {cls.__module__}.")
        KINDS[cls.__name__] = cls

    @property
    def actor_id(self) -> int | None:
        """Who did it, where somebody did."""
        return getattr(self, "user_id", None)

    def topics(self) -> list[str]:
        """What open pages should look again: ``source:ZTF21abc``, ``group:3``. Names only, never content."""
        return []

    def payload(self) -> dict[str, Any]:
        return asdict(self)


def revive(kind: str, payload: dict[str, Any]) -> Entry:
    """The entry as it was recorded."""
    return KINDS[kind](**payload)
