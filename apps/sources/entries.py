"""What happens to objs, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

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
class SpectrumAdded(ObjEntry):
    spectrum_id: int


@dataclass(frozen=True)
class SpectrumChanged(ObjEntry):
    spectrum_id: int
    deed: str


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
class Classified(ObjEntry):
    classification_id: int
    classification: str


@dataclass(frozen=True)
class ClassificationChanged(ObjEntry):
    classification_id: int
    deed: str


@dataclass(frozen=True)
class ThumbnailsChanged(ObjEntry):
    pass


@dataclass(frozen=True)
class SurveyImagesAsked(ObjEntry):
    """Somebody wants images of surveys; a worker fetches them."""

    kinds: list[str]


@dataclass(frozen=True)
class AnnotationsPut(ObjsEntry):
    """Machines annotated any number of objs in one act."""

    count: int
    user_id: int | None


@dataclass(frozen=True)
class CutoutsStored(ObjsEntry):
    """Newer cutouts of any number of objs, in one act."""

    count: int
    user_id: int | None = None


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
class ObjTagged(ObjEntry):
    """A tag was put on an obj, or taken off."""

    tag: str
    deed: str


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
class TagOptionChanged(Entry):
    """The list of tags one can choose from changed."""

    tag_option_id: int
    name: str
    deed: str
    user_id: int | None


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


@dataclass(frozen=True)
class SearchSaved(Entry):
    """A person keeps a search of the sources page, or lets go of it."""

    name: str
    deed: str
    user_id: int | None


@dataclass(frozen=True)
class TaxonomyChanged(Entry):
    taxonomy_id: int
    deed: str
    user_id: int | None


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


@dataclass(frozen=True)
class BundleRead(ObjEntry):
    """Somebody brought an obj from elsewhere: how many of each kind were new."""

    added: dict[str, int]


@dataclass(frozen=True)
class PeriodSearchAsked(ObjEntry):
    """Somebody wants to know the period; nobody else hears of it."""

    search_id: int

    def topics(self) -> list[str]:
        return []
