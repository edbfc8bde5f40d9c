"""What upper floors may hang here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.sources.slots import Panel
from skyportal.access.viewer import Viewer
from skyportal.plugins import Slot

if TYPE_CHECKING:
    from .models import GcnEvent, Localization

event_panels: Slot[Panel] = Slot("gcn.event_panels")
"""Parts of the event page, fetched when looked at; their addresses take the event's time. The fragment takes the place
of the skeleton: a ``card-body``, perhaps with ``data-watch`` and ``data-from`` on itself."""


@dataclass(frozen=True)
class Layer:
    """Something to be seen on the sky map of an event.

    ``points``: rows of (ra, dec, words for the hover card, address or ""); ``outlines``: closed lines of (ra, dec).
    Degrees; at most some thousand of them.
    """

    label: str
    points: Sequence[tuple[float, float, str, str]] = ()
    outlines: Sequence[Sequence[tuple[float, float]]] = ()
    marker: str = "circle"
    colour: str = "#0072b2"
    visible: bool = True


map_layers: Slot[Callable[[Viewer, GcnEvent, Localization], list[Layer]]] = Slot("gcn.map_layers")
"""By name, a function (viewer, event, localization) -> layers: galaxies, footprints, observations."""

event_sections: Slot[Callable[[Viewer, GcnEvent, Localization | None, dict[str, Any]], list[dict[str, Any]]]] = Slot(
    "gcn.event_sections"
)
"""By name, a function (viewer, event, localization, asked) -> tables for summaries and reports: ``title``, ``columns``
and ``rows`` of values by column; executed observations and the like. ``asked``: what was asked for, with the window as
``start`` and ``end``, the ``level``, and the flags ``observations`` and ``efficiencies``."""
