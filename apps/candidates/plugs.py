"""What this app hangs into lower floors: topics to watch, facts on groups, a panel on the dashboard."""

from __future__ import annotations

from apps.groups.slots import group_includes, stream_users
from apps.sources.slots import Depth, Panel, home_panels, obj_panels, position_locks, scanned_objs, silent_visits
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.live.topics import watchable

from .queries.backtests import get_test
from .queries.filters import get_filter
from .queries.sessions import get_session
from .queries.standing import filters_at_work, filters_of_group, has_candidates, scanned


def _number(name: str) -> int:
    return int(name) if name.isdecimal() and len(name) < 10 else -1


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


@watchable.plug("scansession")
def shared_scan(viewer: Viewer, session_id: str) -> bool:
    try:
        return bool(get_session(viewer, _number(session_id)))
    except NotVisible:
        return False


@watchable.plug("backtest")
def back_test_progress(viewer: Viewer, test_id: str) -> bool:
    try:
        return bool(get_test(viewer, _number(test_id)))
    except NotVisible:
        return False


@watchable.plug("stream")
def stream_pulse(viewer: Viewer, stream_id: str) -> bool:
    return viewer.sees_all or _number(stream_id) in viewer.stream_ids


@silent_visits.plug("archive")
def visits_of_alerts(viewer: Viewer, ra: float, dec: float, first: float, last: float) -> list[Depth]:
    from .queries.pointings import depths  # brings Arrow, for whoever asks

    return depths(viewer, ra, dec, first, last)


group_includes.plug("filters")(filters_of_group)
stream_users.plug("filters")(filters_at_work)
position_locks.plug("candidates")(has_candidates)
scanned_objs.plug("candidates")(scanned)
home_panels.plug("candidates")(Panel("New candidates", "home-candidates", order=10))
obj_panels.plug("vetting")(Panel("Vetting", "source-vetting", order=40, side="side"))
