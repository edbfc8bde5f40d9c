"""Entries and reactions that exist for these tests only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from skyportal.journal import reactions
from skyportal.journal.entries import KINDS, Entry
from skyportal.journal.models import JournalEntry
from skyportal.journal.recording import record


@dataclass(frozen=True)
class BellRung(Entry):
    times: int
    user_id: int | None = None

    def topics(self) -> list[str]:
        return ["bell:1"]


class Listeners:
    """Declares reactions to `BellRung`, and takes them back afterwards."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.names: list[str] = []

    def on(self, function: Any, **options: Any) -> str:
        function.__qualname__ = f"listener{len(self.names)}"
        reactions.on(BellRung, **options)(function)
        self.names.append(f"{function.__module__}.{function.__qualname__}")
        return self.names[-1]


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    made = Listeners()
    KINDS["BellRung"] = BellRung
    yield made
    for name in made.names:
        found = reactions._BY_NAME.pop(name)
        reactions._BY_ENTRY["BellRung"].remove(found)


@pytest.fixture
def ring(db: None) -> Any:
    """Record a bell, and return its entry."""

    def act(times: int = 1) -> JournalEntry:
        with transaction.atomic():
            return record(BellRung(times))

    return act
