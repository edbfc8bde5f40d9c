"""What a catalogue driver is: it is asked for a cone and gives what lies in it. It touches no table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.conf import settings

from skyportal.access.errors import Invalid
from skyportal.astro import sky
from skyportal.outside import Unreachable

MOST_RADIUS = 300.0  # arcsec
MOST_MATCHES = 50


@dataclass(frozen=True)
class Ask:
    """Where one looks: degrees (ICRS), radius in arcsec, and what this catalogue may be told besides."""

    ra: float
    dec: float
    radius: float
    number: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """One entry of a catalogue: its separation in arcsec, its values under the names we give them."""

    separation: float
    values: dict[str, Any]


class Catalog:
    """A catalogue; drivers say what it is called, where it is asked, and which of its columns are kept.

    ``columns`` names ours by its own; ``position`` are its own names of right ascension and declination in degrees.
    ``sources`` are the releases that may be asked for by name; the first is the usual one.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    address: ClassVar[str]
    sources: ClassVar[tuple[str, ...]]
    columns: ClassVar[dict[str, str]]
    position: ClassVar[tuple[str, str]] = ("ra", "dec")
    radius: ClassVar[float] = 2.0
    missing: ClassVar[tuple[float, ...]] = ()
    """Numbers by which this catalogue says that it does not know."""

    @property
    def service(self) -> str:
        """Where it is asked: a site may name a mirror."""
        return settings.CATALOG_SERVICES.get(self.key, self.address)

    def source(self, ask: Ask) -> str:
        """The release that is meant, which also is the origin of the annotation."""
        wanted = str(ask.options.get("catalog") or self.sources[0])
        if wanted not in self.sources:
            raise Invalid(f"{self.label}: catalog must be one of {', '.join(self.sources)}.")
        return wanted

    def rows(self, ask: Ask) -> Iterable[Mapping[str, str]]:
        """The service's own rows, as text."""
        raise NotImplementedError

    def derived(self, values: dict[str, Any]) -> dict[str, Any]:
        """What follows from the values, e.g. colours."""
        return {}

    def find(self, ask: Ask) -> list[Match]:
        """What lies in the cone, nearest first; each entry once, however often the service repeats it.

        Raises `Unreachable`, whose message says what went wrong.
        """
        found = {}
        for row in self.rows(ask):
            try:
                at = (float(row[self.position[0]]), float(row[self.position[1]]))
            except (KeyError, TypeError, ValueError):
                raise Unreachable(f"{self.label} gave an answer without positions.") from None
            if not (0 <= at[0] <= 360 and -90 <= at[1] <= 90):
                raise Unreachable(f"{self.label} gave an answer that cannot be read.")
            values = {ours: self._value(row.get(theirs)) for theirs, ours in self.columns.items()}
            separation = float(sky.separation(ask.ra, ask.dec, *at))
            if separation <= ask.radius:
                found[repr((at, values))] = Match(separation, values | self.derived(values))
        return sorted(found.values(), key=lambda match: match.separation)[:MOST_MATCHES]

    def _value(self, text: str | None) -> Any:
        """A number where it is one that a reader of JSON keeps exactly, else the text, else None."""
        words = (text or "").strip()
        if words.lower() in ("", "null", "nan", "none", "--"):
            return None
        try:
            number = float(words)
        except ValueError:
            return words[:200]
        if not math.isfinite(number) or number in self.missing:
            return None
        if words.lstrip("+-").isdecimal():
            return int(words) if abs(number) < 2**53 else words
        return number


def difference(values: Mapping[str, Any], blue: str, red: str) -> float | None:
    """A colour, where both magnitudes are known."""
    if not all(isinstance(values.get(name), int | float) for name in (blue, red)):
        return None
    return round(values[blue] - values[red], 4)
