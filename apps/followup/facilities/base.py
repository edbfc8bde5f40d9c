"""What a facility's driver is: credentials of one allocation in, the facility's answers out. It touches no table.

A driver says what it can do by the abilities it inherits; pages and the API offer no more than that. `Unreachable`
(skyportal.outside) tells in one sentence why there is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from skyportal.access.configured import Configured


@dataclass(frozen=True)
class MapTrigger:
    """A sky map as a facility's queue takes it.

    ``mjd``: time of the event, UTC. ``fields``: number of each of the instrument's fields and the probability in it.
    """

    name: str
    mjd: float
    fields: Sequence[tuple[int, float]]
    user: str


class Facility(Configured):
    """A facility, spoken to with the credentials of one allocation."""

    key: ClassVar[str]
    classname: ClassVar[str]
    """As the public API names it, and instruments name their driver."""
    label: ClassVar[str]


class TakesSkyMaps(Facility):
    """Plans by itself how to cover a sky map."""

    def send_map(self, trigger: MapTrigger) -> None:
        raise NotImplementedError

    def queued_maps(self) -> list[str]:
        """Names of the triggers that wait there."""
        raise NotImplementedError

    def remove_map(self, name: str, user: str) -> None:
        raise NotImplementedError


METHODS: dict[str, type[Facility]] = {
    "send_skymap": TakesSkyMaps, "queued_skymap": TakesSkyMaps, "remove_skymap": TakesSkyMaps,
}  # fmt: skip
"""What the public API calls an ability, and which of ours it is."""


def methods(driver: type[Facility] | None) -> dict[str, bool]:
    return {name: driver is not None and issubclass(driver, ability) for name, ability in METHODS.items()}
