"""What this app does when a group or a stream is gone, and work that somebody waits for."""

from apps.groups.entries import GroupDeleted, StreamDeleted
from skyportal.access.models import GROUP, STREAM
from skyportal.journal.reactions import on

from .actions import survey_images
from .actions.objs import forget_reader
from .actions.periods import carry_out
from .entries import PeriodSearchAsked, SurveyImagesAsked


@on(GroupDeleted)
def forget_group(gone: GroupDeleted) -> None:
    forget_reader(GROUP, gone.group_id)


@on(StreamDeleted)
def forget_stream(gone: StreamDeleted) -> None:
    forget_reader(STREAM, gone.stream_id)


@on(SurveyImagesAsked, outside=True)
def fetch_survey_images(asked: SurveyImagesAsked, delivery_id: int) -> None:
    """Twice the same image is one row: the delivery's id is not needed."""
    survey_images.fetch(asked.obj_id, asked.kinds)


@on(PeriodSearchAsked)
def search_for_period(asked: PeriodSearchAsked) -> None:
    carry_out(asked.search_id)
