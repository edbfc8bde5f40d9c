"""What is measured of objs, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry

from .about import ObjEntry, ObjsEntry


@dataclass(frozen=True)
class PhotometryAdded(ObjsEntry):
    """One upload, of any number of points, to any number of objs."""

    upload_id: int
    count: int
    user_id: int | None


@dataclass(frozen=True)
class PhotometryChanged(ObjsEntry):
    """Points were edited, re-shared or deleted."""

    count: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class PhotometryFrozen(ObjEntry):
    """Somebody keeps points as they are, to be cited."""

    key: str
    count: int


@dataclass(frozen=True)
class PointValidated(ObjEntry):
    """Somebody called a point good, bad or doubtful, or took that back."""

    point_id: int
    deed: str


@dataclass(frozen=True)
class SeriesChanged(ObjEntry):
    """A photometric series was added, edited or deleted."""

    series_id: int
    deed: str


@dataclass(frozen=True)
class SpectrumAdded(ObjEntry):
    spectrum_id: int


@dataclass(frozen=True)
class SpectrumChanged(ObjEntry):
    spectrum_id: int
    deed: str


@dataclass(frozen=True)
class PeriodSearchAsked(ObjEntry):
    """Somebody wants to know the period; nobody else hears of it."""

    search_id: int

    def topics(self) -> list[str]:
        return []


@dataclass(frozen=True)
class ThumbnailsChanged(ObjEntry):
    pass


@dataclass(frozen=True)
class CutoutsStored(ObjsEntry):
    """Newer cutouts of any number of objs, in one act."""

    count: int
    user_id: int | None = None


@dataclass(frozen=True)
class TelescopeChanged(Entry):
    """A telescope was added, changed or deleted."""

    telescope_id: int
    user_id: int | None
    deed: str


@dataclass(frozen=True)
class InstrumentChanged(Entry):
    """An instrument was added, changed or deleted."""

    instrument_id: int
    user_id: int | None
    deed: str
