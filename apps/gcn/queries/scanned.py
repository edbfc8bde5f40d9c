"""How deep in the sky map that is scanned each candidate lies."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from django.db import connection
from django.urls import reverse

from apps.candidates.slots import CardNote
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models.events import address_of
from .events import as_time
from .localizations import map_of

_LEVELS = """
    select o.id, t.level from sources_obj o cross join lateral (
        select level, hi from gcn_tile where localization_id = %(map)s and lo <= o.hpx order by lo desc limit 1
    ) as t
    where o.id = any(%(objs)s) and o.hpx < t.hi
"""
_MEANING = "Credible level in the sky map that is scanned: the smaller, the nearer to where the event is most probable."


def levels_on_cards(viewer: Viewer, obj_ids: list[int], asked: Mapping[str, str]) -> dict[int, CardNote]:
    """Where the page is limited to a sky map; nothing of an event nobody may see."""
    dateobs = asked.get("localizationDateobs")
    if not dateobs:
        return {}
    with suppress(NotVisible):
        where, _ = map_of(viewer, dateobs, asked.get("localizationName") or None)
        url = reverse("event", args=[address_of(as_time(dateobs))])
        with connection.cursor() as cursor:
            cursor.execute(_LEVELS, {"map": where, "objs": obj_ids})
            return {pk: CardNote(f"level {level:.3f}", _MEANING, url) for pk, level in cursor.fetchall()}
    return {}
