"""What people and machines say of objs."""

from __future__ import annotations

from dataclasses import dataclass, field

from skyportal.journal.entries import Entry

from .about import ObjEntry, ObjsEntry


@dataclass(frozen=True)
class CommentPosted(ObjEntry):
    """Whom it mentions may be somebody who cannot read it: whoever tells them asks first."""

    comment_id: int
    resource: str = "sources"
    mentioned_user_ids: list[int] = field(default_factory=list)
    mentioned_group_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class CommentChanged(ObjEntry):
    """An edit names only those it mentions who were not mentioned before."""

    comment_id: int
    deed: str
    resource: str = "sources"
    mentioned_user_ids: list[int] = field(default_factory=list)
    mentioned_group_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class AnnotationChanged(ObjEntry):
    annotation_id: int
    deed: str
    resource: str = "sources"


@dataclass(frozen=True)
class AnnotationsPut(ObjsEntry):
    """Machines annotated any number of objs in one act."""

    count: int
    user_id: int | None


@dataclass(frozen=True)
class Classified(ObjEntry):
    classification_id: int
    classification: str


@dataclass(frozen=True)
class ClassificationChanged(ObjEntry):
    classification_id: int
    deed: str


@dataclass(frozen=True)
class TaxonomyChanged(Entry):
    taxonomy_id: int
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class ReminderChanged(ObjEntry):
    """Somebody asked to be reminded, or changed their mind."""

    reminder_id: int
    deed: str
    resource: str


@dataclass(frozen=True)
class ReminderDue(ObjEntry):
    """The time came that somebody asked to be reminded at: of an obj (``sources``) or a spectrum (``spectra``)."""

    reminder_id: int
    resource: str
    reminded_user_id: int
    group_ids: list[int]
    due_at: str
    still_to_come: int
