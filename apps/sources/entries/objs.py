"""What happens to objs themselves: saved, changed, tagged, linked, hosted, listed, published."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry

from .about import ObjEntry, ObjInGroups, ObjsEntry


@dataclass(frozen=True)
class SourceSaved(ObjInGroups):
    pass


@dataclass(frozen=True)
class SourceUnsaved(ObjInGroups):
    pass


@dataclass(frozen=True)
class SourceRequested(ObjInGroups):
    """Somebody asks groups to save it."""


@dataclass(frozen=True)
class SourceDeclined(ObjInGroups):
    """Groups that were asked to save it do not want to."""


@dataclass(frozen=True)
class ObjChanged(ObjEntry):
    """Columns of the obj itself changed."""

    fields: list[str]


@dataclass(frozen=True)
class ObjDeleted(ObjEntry):
    pass


@dataclass(frozen=True)
class ObjTagged(ObjEntry):
    """A tag was put on an obj, or taken off."""

    tag: str
    deed: str


@dataclass(frozen=True)
class TagOptionChanged(Entry):
    """The list of tags one can choose from changed."""

    tag_option_id: int
    name: str
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class HostChanged(ObjEntry):
    """A galaxy was named its host, or none is any more."""

    galaxy: str | None


@dataclass(frozen=True)
class InterestDeclared(ObjEntry):
    """Somebody said what they mean to do with it, or no longer does."""

    interest_id: int
    deed: str


@dataclass(frozen=True)
class ObjLabelled(ObjEntry):
    """Somebody has looked at it for groups, or takes that back."""

    group_ids: list[int]
    deed: str


@dataclass(frozen=True)
class ObjsLinked(ObjsEntry):
    """Objs were said to be one thing, or no longer are."""

    super_obj_id: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class ListingChanged(Entry):
    """Somebody put an obj on a list of their own, or took it off; nobody else is told."""

    obj_name: str
    list_name: str
    deed: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"user:{self.user_id}"]


@dataclass(frozen=True)
class SearchSaved(Entry):
    """A person keeps a search of the sources page, or lets go of it."""

    name: str
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class PagePublished(ObjEntry):
    """A version of it can be seen by anybody."""

    page_id: int
    release_id: int | None = None


@dataclass(frozen=True)
class PageWithdrawn(ObjEntry):
    page_id: int


@dataclass(frozen=True)
class ReleaseChanged(Entry):
    """A public release was made, changed or deleted."""

    release_id: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class BundleRead(ObjEntry):
    """Somebody brought an obj from elsewhere: how many of each kind were new."""

    added: dict[str, int]
