"""What this app hangs into lower floors."""

from __future__ import annotations

from django.urls import reverse

from apps.groups.slots import GroupFact, group_facts
from skyportal.access.viewer import Viewer
from skyportal.live.topics import watchable

from .queries.objs import is_known
from .queries.pages import sources_of_group


@watchable.plug("source")
def may_watch_source(viewer: Viewer, name: str) -> bool:
    """Whoever may see an obj may hear that something about it changed."""
    return is_known(viewer, name)


@watchable.plug("imports")
def may_watch_imports(viewer: Viewer, name: str) -> bool:
    """One's own."""
    return viewer.user_id is not None and name == str(viewer.user_id)


def _listed(group_id: int) -> str:
    return f"{reverse('sources')}?group_ids={group_id}"


group_facts.plug("sources")(GroupFact("Sources", sources_of_group, _listed))
