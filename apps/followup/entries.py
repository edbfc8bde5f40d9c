"""What happens to telescope time, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry


@dataclass(frozen=True)
class AllocationChanged(Entry):
    """An allocation was ``added``, ``changed`` or ``deleted``."""

    allocation_id: int
    user_id: int | None
    deed: str

    def topics(self) -> list[str]:
        return ["allocations:all"]
