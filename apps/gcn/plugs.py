"""What this app hangs into lower floors: parameters of lists, fields, topics to watch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.candidates.slots import (
    ScanField,
    batch_followers,
    candidate_filters,
    card_notes,
    demo_chapters,
    lamp_makers,
    scan_fields,
)
from apps.followup.slots import spendings
from apps.sources.slots import (
    FieldNarrower,
    Panel,
    field_narrowers,
    galaxy_narrowers,
    home_panels,
    import_narrowers,
    obj_filters,
    obj_includes,
    obj_panels,
    obj_sorts,
    quick_finders,
)
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.live.topics import watchable

from . import filters
from .queries import choices, counterparts
from .queries.events import get_event
from .queries.facilities import inside_map, is_spent
from .queries.instrument_fields import fields_in_map
from .queries.notices import gcn_lamp
from .queries.scanned import levels_on_cards

for _objs in filters.OF_OBJS:
    obj_filters.plug(_objs.param.name)(_objs)
for _passings in filters.OF_CANDIDATES:
    candidate_filters.plug(_passings.param.name)(_passings)
galaxy_narrowers.plug("sky maps")(filters.OF_GALAXIES)
field_narrowers.plug("sky maps")(FieldNarrower((filters.DATEOBS, filters.NAME, filters.LEVEL), fields_in_map))
obj_sorts.plug("gcn_status")(filters.by_status)
import_narrowers.plug("sky map")(inside_map)
spendings.plug("events")(is_spent)
lamp_makers.plug("gcn")(gcn_lamp)
obj_panels.plug("events")(Panel("Events", "source-events", order=40, side="side"))
quick_finders.plug("events")(choices.found)
scan_fields.plug("events")(ScanField("gcn/_scan_fields.html", choices.of_bar))
card_notes.plug("events")(levels_on_cards)
home_panels.plug("events")(Panel("Recent events", "home-events", order=20))


@obj_includes.plug("gcn_crossmatch")
def crossmatched(viewer: Viewer, ids: list[int]) -> dict[int, object]:
    return dict(counterparts.maps_of(viewer, ids))


@obj_includes.plug("gcn_notes")
def noted(viewer: Viewer, ids: list[int]) -> dict[int, object]:
    return dict(counterparts.notes_of(viewer, ids))


@watchable.plug("event")
def event_changes(viewer: Viewer, dateobs: str) -> bool:
    try:
        return bool(get_event(viewer, dateobs))
    except NotVisible:
        return False


@watchable.plug("events")
def any_event(viewer: Viewer, name: str) -> bool:
    """That something happened somewhere: it names nothing."""
    return name == "all" and viewer.user_id is not None


@watchable.plug("earthquake")
def earthquake_changes(viewer: Viewer, name: str) -> bool:
    """Earthquakes are public knowledge to whoever is signed in."""
    return viewer.user_id is not None


@watchable.plug("earthquakes")
@watchable.plug("detectors")
def any_of_them(viewer: Viewer, name: str) -> bool:
    return name == "all" and viewer.user_id is not None


@demo_chapters.plug("events")
def demo_events(say: Callable[[str], None], night: int, truth: Path) -> None:
    from .actions.demo import take_in  # only a site that fills itself pays for it

    take_in(say, night, truth)


@batch_followers.plug("gcn")
def alerts_in_maps(stream: Any, places: list[Any]) -> None:
    """Every alert against every active map."""
    from .actions.alerts_in_maps import follow

    follow(stream, places)
