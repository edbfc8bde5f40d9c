"""How one frequency is related to another: harmonics, and the beats of a telescope that sees the star only at night."""

from __future__ import annotations

from dataclasses import dataclass

DAY, SIDEREAL, MONTH, YEAR = 1.0, 1.00273791, 1 / 29.530589, 1 / 365.2422
"""Frequencies (1/day) with which observations repeat: the Sun's, the stars', the Moon's, the seasons'."""

_BEATS = {"1 day": DAY, "sidereal day": SIDEREAL, "2 days": 2 * DAY, "month": MONTH, "year": YEAR}
_RATIOS = {"2 P": 0.5, "P/2": 2.0, "3 P": 1 / 3, "P/3": 3.0}
_OTHERS = {"4 P": 1 / 4, "P/4": 4.0, "5 P": 1 / 5, "P/5": 5.0, "6 P": 1 / 6, "P/6": 6.0,
           "3/2 P": 2 / 3, "2/3 P": 3 / 2, "4/3 P": 3 / 4, "3/4 P": 4 / 3, "5/2 P": 2 / 5, "2/5 P": 5 / 2}  # fmt: skip
"""Fractions at which eclipses fall on each other too: named, but no reason to look there."""


@dataclass(frozen=True)
class Relation:
    """What a frequency is to the first one: ``kind`` is "harmonic" or "alias", ``name`` in the words of a label."""

    kind: str
    name: str


def relation(frequency: float, first: float, resolution: float) -> Relation | None:
    """What a frequency is to ``first`` (both 1/day), told to within ``resolution``; None where it stands by itself."""
    return (
        _harmonic(frequency, first, resolution, _RATIOS)
        or _alias(frequency, first, resolution)
        or _harmonic(frequency, first, resolution, _OTHERS)
        or _alias(frequency, 2 * first, resolution, of="P/2, ")
    )


def _harmonic(frequency: float, first: float, resolution: float, ratios: dict[str, float]) -> Relation | None:
    for name, ratio in ratios.items():
        if abs(frequency - first * ratio) < resolution:
            return Relation("harmonic", name)
    return None


def _alias(frequency: float, first: float, resolution: float, of: str = "") -> Relation | None:
    """f + beat or |f − beat|; a negative frequency is seen as the positive one."""
    for name, beat in _BEATS.items():
        if any(abs(frequency - abs(first + sign * beat)) < resolution for sign in (1, -1)):
            return Relation("alias", of + name)
    return None


def relatives(frequency: float) -> list[float]:
    """Frequencies that a star of this apparent one may really have."""
    beats = (DAY, SIDEREAL, 2 * DAY, 2 * SIDEREAL, 0.5, YEAR)
    shifted = [abs(frequency + sign * beat) for beat in beats for sign in (1, -1)]
    return [*shifted, *(frequency * ratio for ratio in _RATIOS.values()), (frequency + 1) / 2, abs(frequency - 1) / 2]
