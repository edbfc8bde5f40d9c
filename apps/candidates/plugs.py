"""What this app hangs into lower floors: which of its topics may be watched, and by whom."""

from __future__ import annotations

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.live.topics import watchable

from .queries.filters import get_filter


def _number(name: str) -> int:
    return int(name) if name.isdigit() and len(name) < 10 else -1


@watchable.plug("candidates")
def candidates_of_group(viewer: Viewer, group_id: str) -> bool:
    """New candidates of a group: its members."""
    return viewer.sees_all or _number(group_id) in viewer.group_ids


@watchable.plug("filter")
def filter_changes(viewer: Viewer, filter_id: str) -> bool:
    try:
        return bool(get_filter(viewer, _number(filter_id)))
    except NotVisible:
        return False


@watchable.plug("stream")
def stream_pulse(viewer: Viewer, stream_id: str) -> bool:
    return viewer.sees_all or _number(stream_id) in viewer.stream_ids
