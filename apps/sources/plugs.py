"""What this app hangs into lower floors."""

from __future__ import annotations

from skyportal.access.viewer import Viewer
from skyportal.live.topics import watchable

from .queries.objs import visible_objs


@watchable.plug("source")
def may_watch_source(viewer: Viewer, name: str) -> bool:
    """Whoever may see an obj may hear that something about it changed."""
    return visible_objs(viewer).filter(name=name).exists()
