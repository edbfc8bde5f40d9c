"""What happens to events, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

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
class MatchAsked(EventEntry):
    """Somebody wants objs to be looked for in a map once more."""

    localization_id: int


@dataclass(frozen=True)
class MapAsked(EventEntry):
    """A notice that lacks its sky map is to bring it once more."""

    notice_id: int


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
class DetectorChanged(Entry):
    """A detector, a stretch of its uptime or a spectrum was added, changed or deleted."""

    detector_id: int
    user_id: int | None
    what: str
    deed: str

    def topics(self) -> list[str]:
        return ["detectors:all"]


@dataclass(frozen=True)
class EarthquakeEntry(Entry):
    """Something happened to one earthquake, which pages know by its agency's id."""

    earthquake_id: int
    name: str
    user_id: int | None

    def topics(self) -> list[str]:
        return [f"earthquake:{self.name}", "earthquakes:all"]


@dataclass(frozen=True)
class EarthquakeChanged(EarthquakeEntry):
    """It was announced, updated or deleted; a prediction or a measurement came or went."""

    deed: str


@dataclass(frozen=True)
class ArchiveAsked(EventEntry):
    """Somebody wants to know what an archive (``gracedb``, ``tach``) holds of the event."""

    archive: str


@dataclass(frozen=True)
class ArchiveAnswered(EventEntry):
    """It was asked; ``trouble`` says why in vain, where it was."""

    archive: str
    trouble: str


@dataclass(frozen=True)
class TagRuleChanged(Entry):
    """A rule by which events are tagged was made or deleted."""

    rule_id: int
    name: str
    user_id: int | None
    deed: str


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


# ---- what is said of events and of earthquakes, and what people want to be reminded of: one shape each


@dataclass(frozen=True)
class Posted:
    """Whom it mentions may be somebody who cannot read it: whoever tells them asks first."""

    comment_id: int
    mentioned_user_ids: list[int] = field(default_factory=list)
    mentioned_group_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Edited:
    """An edit names only those it mentions who were not mentioned before."""

    comment_id: int
    deed: str
    mentioned_user_ids: list[int] = field(default_factory=list)
    mentioned_group_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Reminding:
    """Somebody asked to be reminded, or changed their mind."""

    reminder_id: int
    deed: str


@dataclass(frozen=True)
class Due:
    """The time came that somebody asked to be reminded at."""

    reminder_id: int
    reminded_user_id: int
    group_ids: list[int]
    due_at: str
    still_to_come: int


@dataclass(frozen=True)
class EventCommentPosted(Posted, EventEntry):
    pass


@dataclass(frozen=True)
class EventCommentChanged(Edited, EventEntry):
    pass


@dataclass(frozen=True)
class EventReminderChanged(Reminding, EventEntry):
    pass


@dataclass(frozen=True)
class EventReminderDue(Due, EventEntry):
    pass


@dataclass(frozen=True)
class EarthquakeCommentPosted(Posted, EarthquakeEntry):
    pass


@dataclass(frozen=True)
class EarthquakeCommentChanged(Edited, EarthquakeEntry):
    pass


@dataclass(frozen=True)
class EarthquakeReminderChanged(Reminding, EarthquakeEntry):
    pass


@dataclass(frozen=True)
class EarthquakeReminderDue(Due, EarthquakeEntry):
    pass


@dataclass(frozen=True)
class CatalogQueryAsked(EventEntry):
    """Transients of a service are looked for in a map of the event."""

    query_id: int
    catalog: str


@dataclass(frozen=True)
class CatalogQueryMoved(EventEntry):
    """Some more of them were brought in, or all."""

    query_id: int


@dataclass(frozen=True)
class EventTriggeredOn(EventEntry):
    """Somebody said whether an allocation was spent on the event; None where that was taken back."""

    allocation_id: int
    triggered: bool | None


@dataclass(frozen=True)
class SkymapTriggerAsked(EventEntry):
    """A map of the event is to go to a facility's queue."""

    trigger_id: int


@dataclass(frozen=True)
class SkymapTriggerChanged(EventEntry):
    """It is there, was refused, or was taken away again."""

    trigger_id: int
    status: str
