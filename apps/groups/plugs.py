"""What this app hangs into the ground floor: who listens, and who may listen to what."""

from __future__ import annotations

from typing import Any

from skyportal.access.viewer import Viewer
from skyportal.live.consumer import viewer_source
from skyportal.live.topics import watchable

from . import queries


@viewer_source.plug("session")
def of_websocket(user: Any) -> Viewer | None:
    """The viewer behind a websocket, which Django's session has let in."""
    try:
        return queries.viewer_of(user.pk)
    except queries.AccountExpired:
        return None


@watchable.plug("group")
def may_watch_group(viewer: Viewer, name: str) -> bool:
    """Members hear that something changed in their group."""
    return viewer.sees_all or (name.isdecimal() and int(name) in viewer.group_ids)


@watchable.plug("user")
def may_watch_user(viewer: Viewer, name: str) -> bool:
    """People hear of themselves only."""
    return name == str(viewer.user_id)
