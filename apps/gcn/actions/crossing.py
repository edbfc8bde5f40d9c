"""Two sky maps of what may be one thing: compared, or their product kept as a map of its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from apps.sources.actions.checks import need
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import credible, overlap
from skyportal.astro.skymaps.flat import flattened
from skyportal.astro.skymaps.tiles import NotASkyMap, SkyMap

from ..models import EventProperties, GcnEvent, Localization
from ..queries.localizations import get_localization, sky_map
from ..queries.maps import FLAT_NSIDE
from .localizations import add_localization


def _product(viewer: Viewer, first: int, second: int) -> tuple[Localization, Localization, SkyMap, float]:
    if first == second:
        raise Invalid("Choose two different sky maps.")
    a, b = get_localization(viewer, first), get_localization(viewer, second)
    try:
        sky, statistic = overlap.product(sky_map(a), sky_map(b))
    except NotASkyMap as problem:
        raise Invalid(str(problem)) from None
    return a, b, sky, statistic


def compare(viewer: Viewer, first: int, second: int) -> dict[str, Any]:
    """The product as a flat map, its areas and the overlap statistic."""
    a, b, sky, statistic = _product(viewer, first, second)
    return {
        "flat_2d": flattened(sky, FLAT_NSIDE).tolist(),
        "overlap": statistic,
        "area_50": credible.area(sky, 0.5),
        "area_90": credible.area(sky, 0.9),
        "joint_false_alarm_rate": joint_rate(a, b, statistic),
    }


def joint_rate(a: Localization, b: Localization, statistic: float) -> float | None:
    """Hz, where both events say their rate of false alarms; by the time between them, one second at least."""
    first, second = _rate(a.event), _rate(b.event)
    if a.event_id == b.event_id or first is None or second is None:
        return None
    apart = abs((a.event.exact_time - b.event.exact_time).total_seconds())
    return overlap.joint_false_alarm_rate(first, second, 2 * max(apart, 1.0), statistic)


def _rate(event: GcnEvent) -> float | None:
    rows = EventProperties.objects.filter(event=event, data__has_key="FAR").order_by(
        F("notice__date").desc(nulls_last=True), "-pk"
    )
    value = next((row.data["FAR"] for row in rows[:1]), None)
    return float(value) if isinstance(value, int | float) else None


@transaction.atomic
def keep_product(viewer: Viewer, first: int, second: int) -> Localization:
    """The product becomes a sky map of the first one's event, with both as its parents.

    Whoever may see the product sees what the second map says, so nobody may who could not see both.
    """
    need(viewer, "Upload data")
    a, b, sky, statistic = _product(viewer, first, second)
    if not set(a.event.audience.group_ids) <= set(b.event.audience.group_ids):
        raise NotAllowed(
            "The second event is not for everybody who sees the first; their product cannot be kept there."
        )
    more = {"overlap": statistic, "issued_at": None, "properties": {"overlap": statistic}}
    if (rate := joint_rate(a, b, statistic)) is not None:
        more["properties"]["joint_far"] = rate  # type: ignore[index]
    name = f"{_short(a, a.event)} x {_short(b, a.event)}"
    kept = add_localization(a.event, name, sky, user_id=viewer.user_id, more=more)
    kept.parents.set([a, b])
    return kept


def _short(one: Localization, event: GcnEvent) -> str:
    """A map's name without its ending; with that of its event, where it is another."""
    name = one.name if one.event_id == event.pk else f"{one.event.name} {one.name}"
    return name.removesuffix(".gz").removesuffix(".fits")
