"""What entries of objs have in common: whose pages they touch."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry


@dataclass(frozen=True)
class ObjEntry(Entry):
    """Something happened to one obj, which pages know by its name."""

    obj_id: int
    obj_name: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"source:{self.obj_name}"]


@dataclass(frozen=True)
class ObjInGroups(ObjEntry):
    """Something happened to it in these groups, whose pages tell of it too."""

    group_ids: list[int]

    def topics(self) -> list[str]:
        return [*super().topics(), *(f"group:{g}" for g in self.group_ids)]


@dataclass(frozen=True)
class ObjsEntry(Entry):
    """Something happened to any number of objs in one act."""

    obj_names: list[str]

    def topics(self) -> list[str]:
        return [f"source:{name}" for name in self.obj_names]
