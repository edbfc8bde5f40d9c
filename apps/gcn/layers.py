"""What this app itself draws on the sky maps of events."""

from __future__ import annotations

from django.urls import reverse

from skyportal.access.viewer import Viewer

from .models import GcnEvent, Localization
from .queries.galaxies import most_probable
from .slots import Layer, map_layers


@map_layers.plug("galaxies")
def galaxies(viewer: Viewer, event: GcnEvent, where: Localization) -> list[Layer]:
    """The most probable ones."""
    rows = most_probable(viewer, event, where)
    points = [
        (one["galaxy"]["ra"], one["galaxy"]["dec"], _words(place, one), reverse("event", args=[event.address]))
        for place, one in enumerate(rows, 1)
    ]
    return [Layer("Galaxies", points, marker="diamond", colour="#009e73")] if points else []


def _words(place: int, row: dict) -> str:
    far = row["galaxy"]["distmpc"]
    distance = f" · {far:.0f} Mpc" if far is not None else ""
    return f"{row['galaxy']['name']}{distance} · rank {place}, {row['share']:.2%}"
