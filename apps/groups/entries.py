"""What happens to people, groups, streams and tokens, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry


@dataclass(frozen=True)
class GroupEntry(Entry):
    """Something happened to one group; ``user_id`` did it."""

    group_id: int
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"group:{self.group_id}"]


@dataclass(frozen=True)
class GroupCreated(GroupEntry):
    name: str


@dataclass(frozen=True)
class GroupChanged(GroupEntry):
    fields: list[str]


@dataclass(frozen=True)
class GroupDeleted(GroupEntry):
    """The group and all that hung on it are gone; its id is never given again."""

    name: str


@dataclass(frozen=True)
class MembersEntry(GroupEntry):
    """Something happened to these people in a group."""

    member_ids: list[int]

    def topics(self) -> list[str]:
        return [*super().topics(), *(f"user:{member}" for member in self.member_ids)]


@dataclass(frozen=True)
class MembersJoined(MembersEntry):
    pass


@dataclass(frozen=True)
class MembersChanged(MembersEntry):
    """What they may do in the group changed."""


@dataclass(frozen=True)
class MembersLeft(MembersEntry):
    pass


@dataclass(frozen=True)
class GroupStreamAdded(GroupEntry):
    stream_id: int


@dataclass(frozen=True)
class GroupStreamRemoved(GroupEntry):
    stream_id: int


@dataclass(frozen=True)
class StreamEntry(Entry):
    """Something happened to one stream."""

    stream_id: int
    user_id: int | None


@dataclass(frozen=True)
class StreamCreated(StreamEntry):
    name: str


@dataclass(frozen=True)
class StreamChanged(StreamEntry):
    fields: list[str]


@dataclass(frozen=True)
class StreamDeleted(StreamEntry):
    name: str


@dataclass(frozen=True)
class StreamGranted(StreamEntry):
    reader_ids: list[int]

    def topics(self) -> list[str]:
        return [f"user:{reader}" for reader in self.reader_ids]


@dataclass(frozen=True)
class StreamRevoked(StreamGranted):
    pass


@dataclass(frozen=True)
class PersonEntry(Entry):
    """Something happened to a person's account; ``user_id`` did it."""

    person_id: int
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"user:{self.person_id}"]


@dataclass(frozen=True)
class UserCreated(PersonEntry):
    username: str


@dataclass(frozen=True)
class UserChanged(PersonEntry):
    """Names of columns only: contact details do not belong in a journal."""

    fields: list[str]


@dataclass(frozen=True)
class UserDeleted(PersonEntry):
    username: str


@dataclass(frozen=True)
class PermissionsGranted(PersonEntry):
    roles: list[str]
    acls: list[str]


@dataclass(frozen=True)
class PermissionsRevoked(PersonEntry):
    roles: list[str]
    acls: list[str]


@dataclass(frozen=True)
class BecameUser(PersonEntry):
    """An administrator acts as this person from here on."""


@dataclass(frozen=True)
class TokenCreated(PersonEntry):
    token_id: str
    acls: list[str]


@dataclass(frozen=True)
class TokenChanged(PersonEntry):
    token_id: str
    acls: list[str]


@dataclass(frozen=True)
class TokenDeleted(PersonEntry):
    token_id: str
