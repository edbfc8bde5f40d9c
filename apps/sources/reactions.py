"""What this app does when a group or a stream is gone, and work that somebody waits for."""

from apps.groups.entries import GroupDeleted, StreamDeleted
from skyportal.access.models import GROUP, STREAM
from skyportal.journal.reactions import on

from .actions import catalogs, galaxy_loads, imports, survey_images
from .actions.objs import forget_reader
from .actions.periods import carry_out
from .actions.publishing import publish_saved
from .entries import (
    CatalogAsked,
    GalaxyLoadAsked,
    PeriodSearchAsked,
    SourceSaved,
    SurveyImagesAsked,
    TransientsArrived,
    TransientsAsked,
)


@on(GroupDeleted)
def forget_group(gone: GroupDeleted) -> None:
    forget_reader(GROUP, gone.group_id)


@on(StreamDeleted)
def forget_stream(gone: StreamDeleted) -> None:
    forget_reader(STREAM, gone.stream_id)


@on(CatalogAsked, outside=True)
def look_up(asked: CatalogAsked, delivery_id: int) -> None:
    catalogs.carry_out(asked.search_id)


@on(SourceSaved)
def publish_into_releases(saved: SourceSaved) -> None:
    publish_saved(saved.obj_id, saved.group_ids)


@on(SurveyImagesAsked, outside=True)
def fetch_survey_images(asked: SurveyImagesAsked, delivery_id: int) -> None:
    """Twice the same image is one row: the delivery's id is not needed."""
    survey_images.fetch(asked.obj_id, asked.kinds)


@on(PeriodSearchAsked)
def search_for_period(asked: PeriodSearchAsked) -> None:
    carry_out(asked.search_id)


@on(GalaxyLoadAsked, outside=True)
def read_in_galaxies(asked: GalaxyLoadAsked, delivery_id: int) -> None:
    """The same galaxies again replace themselves: the delivery's id is not needed."""
    galaxy_loads.carry_out(asked.load_id)


@on(TransientsAsked, outside=True)
def list_transients(asked: TransientsAsked, delivery_id: int) -> None:
    """Twice the same transient is one source: the delivery's id is not needed, here nor below."""
    imports.begin(asked.import_id)


@on(TransientsArrived, outside=True)
def bring_more_transients(arrived: TransientsArrived, delivery_id: int) -> None:
    """A few at a time, so that a worker that dies loses little, and others come to their turn."""
    imports.go_on(arrived.import_id)
