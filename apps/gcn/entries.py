"""What happens to events, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from skyportal.journal.entries import Entry


@dataclass(frozen=True)
class EventEntry(Entry):
    """Something happened to one event, which pages know by its time."""

    event_id: int
    dateobs: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"event:{self.dateobs}", "events:all"]


@dataclass(frozen=True)
class NoticeAdmitted(EventEntry):
    """A notice announced, updated or retracted an event."""

    notice_id: int
    kind: str
    is_new: bool
    is_retraction: bool


@dataclass(frozen=True)
class LocalizationAdded(EventEntry):
    """A sky map is there to be asked."""

    localization_id: int
    name: str


@dataclass(frozen=True)
class LocalizationFailed(EventEntry):
    """A notice's sky map could not be had."""

    notice_id: int
    reason: str


@dataclass(frozen=True)
class ObjsMatched(EventEntry):
    """Objs were found to lie in a map of the event."""

    localization_id: int
    count: int


@dataclass(frozen=True)
class EventChanged(EventEntry):
    """A tag, an alias, an advocate or a word of somebody's was added or taken away."""

    deed: str


@dataclass(frozen=True)
class EventDeleted(EventEntry):
    pass


@dataclass(frozen=True)
class CounterpartJudged(EventEntry):
    """A group holds an obj to be the counterpart of an event, or not."""

    obj_name: str
    group_id: int
    status: str
    before: str

    def topics(self) -> list[str]:
        return [*super().topics(), f"source:{self.obj_name}"]


@dataclass(frozen=True)
class EventTextAsked(EventEntry):
    """A summary or a report is to be written."""

    text_id: int
    what: str
    group_id: int


@dataclass(frozen=True)
class SpatialCatalogChanged(Entry):
    """Named places were added, or a catalogue of them was deleted."""

    catalog_id: int
    name: str
    user_id: int | None
    deed: str


@dataclass(frozen=True)
class EventTextChanged(EventEntry):
    """A summary or a report was written, changed, published or deleted."""

    text_id: int
    what: str
    deed: str
