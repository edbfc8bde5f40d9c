"""How one frequency is related to another: harmonics, and the beats of a telescope that sees the star only at night."""

from __future__ import annotations

from dataclasses import dataclass

DAY, SIDEREAL, MONTH, YEAR = 1.0, 1.00273791, 1 / 29.530589, 1 / 365.2422
"""Frequencies (1/day) with which observations repeat: the Sun's, the stars', the Moon's, the seasons'."""

_BEATS = {"1 day": DAY, "sidereal day": SIDEREAL, "2 days": 2 * DAY, "month": MONTH, "year": YEAR}
_RATIOS = {"2 P": 0.5, "P/2": 2.0, "3 P": 1 / 3, "P/3": 3.0}


@dataclass(frozen=True)
class Relation:
    """What a frequency is to the first one: ``kind`` is "harmonic" or "alias", ``name`` in the words of a label."""

    kind: str
    name: str


def relation(frequency: float, first: float, resolution: float) -> Relation | None:
    """What a frequency is to ``first`` (both 1/day), told to within ``resolution``; None where it stands by itself."""
    for name, ratio in _RATIOS.items():
        if abs(frequency - first * ratio) < resolution:
            return Relation("harmonic", name)
    for name, beat in _BEATS.items():
        # f + beat, |f − beat|; a negative frequency is seen as the positive one
        if any(abs(frequency - abs(first + sign * beat)) < resolution for sign in (1, -1)):
            return Relation("alias", name)
    return None


def relatives(frequency: float) -> list[float]:
    """Frequencies that a star of this apparent one may really have."""
    beats = (DAY, SIDEREAL, 2 * DAY, 2 * SIDEREAL, 0.5, YEAR)
    shifted = [abs(frequency + sign * beat) for beat in beats for sign in (1, -1)]
    return [*shifted, *(frequency * ratio for ratio in _RATIOS.values()), (frequency + 1) / 2, abs(frequency - 1) / 2]
