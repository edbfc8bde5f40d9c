"""The understood notice: what every form of notice is turned into, and nothing of where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from skyportal.astro.skymaps.rings import Ring

Value: TypeAlias = float | int | str | bool


class UnreadableNotice(ValueError):
    """This cannot be understood; the reason says what is wrong with it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class LinkedMap:
    """A FITS sky map elsewhere."""

    url: str


@dataclass(frozen=True)
class AttachedMap:
    """A FITS sky map, perhaps gzipped, that came with the notice."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Cone:
    """A position and its error as the notice states it, in degrees (ICRS)."""

    ra: float
    dec: float
    radius: float
    level: float | None = None
    """The containment the radius is stated at, where the notice or its mission's documents say."""


@dataclass(frozen=True)
class Ellipse:
    """Semi-axes and the position angle of the major one, north through east; degrees."""

    ra: float
    dec: float
    major: float
    minor: float
    position_angle: float
    level: float | None = None


@dataclass(frozen=True)
class Polygon:
    """Corners in order, (ra, dec) in degrees; the last is joined to the first."""

    vertices: tuple[tuple[float, float], ...]
    level: float | None = None


@dataclass(frozen=True)
class Triangulation:
    """The rings of one or several pairs of spacecraft: the event was where they cross."""

    rings: tuple[Ring, ...]


Shape: TypeAlias = Cone | Ellipse | Polygon | Triangulation


@dataclass(frozen=True)
class Named:
    """A shape that its sender gave a name."""

    name: str
    shape: Shape


SkyMapSaid: TypeAlias = LinkedMap | AttachedMap | Shape | Named


@dataclass(frozen=True)
class Notice:
    """What a notice says of an event."""

    form: str
    """voevent, igwn, unified or circular"""
    kind: str
    """Its type as people name it: LVC_PRELIMINARY, FERMI_GBM_FLT_POS; of JSON the topic's name."""
    stream: str
    """Who sent it: LVC, Fermi, Swift, AMON"""
    ivorn: str
    """Identity: the same ivorn is the same notice. An update has another, a message that is sent again has not."""
    sent_at: datetime
    dateobs: datetime | None
    """The event's time, UTC; None where a retraction gives none."""
    trigger_id: str | None
    aliases: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    properties: dict[str, Value] = field(default_factory=dict)
    skymaps: tuple[SkyMapSaid, ...] = ()
    is_retraction: bool = False
    is_test: bool = False
