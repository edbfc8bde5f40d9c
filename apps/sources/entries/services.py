"""What services elsewhere are asked of objs, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry

from .about import ObjEntry


@dataclass(frozen=True)
class CatalogAsked(ObjEntry):
    """Somebody wants to know what a catalogue has at this place."""

    search_id: int
    catalog: str


@dataclass(frozen=True)
class CatalogAnswered(ObjEntry):
    """What came of it: found, nothing or failed."""

    search_id: int
    state: str


@dataclass(frozen=True)
class SurveyImagesAsked(ObjEntry):
    """Somebody wants images of surveys; a worker fetches them."""

    kinds: list[str]


@dataclass(frozen=True)
class TransientsAsked(Entry):
    """Somebody wants transients of a service brought in as sources."""

    import_id: int
    service: str
    user_id: int

    def topics(self) -> list[str]:
        return [f"imports:{self.user_id}"]


@dataclass(frozen=True)
class TransientsArrived(Entry):
    """Some of them were brought in: how many so far of how many, and whether more are to come."""

    import_id: int
    user_id: int
    done: int
    total: int
    state: str

    def topics(self) -> list[str]:
        return [f"imports:{self.user_id}"]


@dataclass(frozen=True)
class GalaxiesChanged(Entry):
    """Galaxies of a catalogue were added or deleted."""

    catalog_name: str
    count: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class GalaxyLoadAsked(Entry):
    """A file of galaxies is to be read in."""

    catalog_name: str
    load_id: int
    user_id: int | None
