"""What this app does when a group or a stream is gone, and when a catalogue is to be asked."""

from apps.groups.entries import GroupDeleted, StreamDeleted
from skyportal.access.models import GROUP, STREAM
from skyportal.journal.reactions import on

from .actions.catalogs import carry_out
from .actions.objs import forget_reader
from .actions.publishing import publish_saved
from .entries import CatalogAsked, SourceSaved


@on(GroupDeleted)
def forget_group(gone: GroupDeleted) -> None:
    forget_reader(GROUP, gone.group_id)


@on(StreamDeleted)
def forget_stream(gone: StreamDeleted) -> None:
    forget_reader(STREAM, gone.stream_id)


@on(CatalogAsked, outside=True)
def look_up(asked: CatalogAsked, delivery_id: int) -> None:
    carry_out(asked.search_id)


@on(SourceSaved)
def publish_into_releases(saved: SourceSaved) -> None:
    publish_saved(saved.obj_id, saved.group_ids)
