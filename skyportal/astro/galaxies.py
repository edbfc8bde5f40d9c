"""Galaxies as tracers of where stars are: how bright or massive the Universe is by volume."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

FARTHEST = 1000.0
"""Mpc; the densities below are those of today, and say little of a volume farther away."""


@dataclass(frozen=True)
class Tracer:
    """What a galaxy is weighed by, and how much of it there is on average in a Mpc³."""

    name: str
    short: str
    unit: str
    density: float
    source: str

    @property
    def told(self) -> str:
        """2.26 × 10⁸ solar masses"""
        power = floor(log10(self.density))
        raised = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{self.density / 10**power:.3g} × 10{raised} {self.unit}"


TRACERS = {
    "mass": Tracer("stellar mass", "M☉", "solar masses", 2.26e8, "Wright et al. 2017, MNRAS 470, 283"),
    "blue": Tracer("B-band luminosity", "L☉", "solar luminosities", 1.98e8, "Kopparapu et al. 2008, ApJ 675, 1459"),
    "infrared": Tracer("K-band luminosity", "L☉", "solar luminosities", 5.0e8, "Kochanek et al. 2001, ApJ 560, 566"),
}
SUN = {"blue": 5.48, "infrared": 3.28}
"""Absolute magnitude of the Sun in the band."""


@dataclass(frozen=True)
class Completeness:
    """The part of the expected light or mass that a catalogue holds, weighted with where the event may be.

    ``held`` is None where it cannot be said, and ``why`` says why.
    """

    held: float | None
    error: float | None = None
    why: str = ""

    @property
    def percent(self) -> str:
        """In words: all of it and more is told as such, and an error as large as the figure is not hidden."""
        if self.held is None:
            return ""
        digits = 0 if self.held >= 0.1 else 2
        error = f" ± {100 * self.error:.{digits}f}" if self.error is not None else ""
        more = " (more than the average volume)" if self.held > 1 else ""
        return f"{100 * self.held:.{digits}f}{error} %{more}"


def completeness(tracer: str, summed: float, squared: float, level: float, distance: float | None) -> Completeness:
    """From the sum over galaxies of weight times probability per Mpc³, and the sum of its squares.

    Were the tracer spread evenly with its mean density, the sum would be that density times the probability within
    ``level``; the ratio is the part that is there. Its error is that of few bright galaxies making up the sum.

    Examples
    --------
    >>> completeness("mass", 1.13e8 * 0.9, 1e12, 0.9, 100.0).held
    0.5
    """
    if tracer not in TRACERS:
        return Completeness(None, why="galaxies are not weighed")
    if distance is None:
        return Completeness(None, why="the sky map has no distance")
    if distance > FARTHEST:
        return Completeness(None, why=f"beyond {FARTHEST:.0f} Mpc the mean density is another")
    if summed <= 0:
        return Completeness(None, why=f"no galaxy within has a {TRACERS[tracer].name}")
    held = summed / (TRACERS[tracer].density * level)
    return Completeness(held, held * squared**0.5 / summed)
