"""What catalogue annotations say of a place: whether a variable star or an active galaxy is known there.

The origins are those under which `apps.sources.catalogs` annotates. An annotation that lies farther off than its
object could be is of another one, and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ORIGINS = (
    "VII/294", "VII/290",  # Million Quasars
    "gaiadr3.gaia_source", "gaiaedr3.gaia_source", "gaiadr2.gaia_source",
    "allwise_p3as_psd",
)  # fmt: skip
NEAR = {"allwise": 3.0}
"""Arcsec; of the others, 1.5. AllWISE's pixels are coarse."""
AGN_COLOUR = 0.8  # W1-W2, Vega magnitudes: Stern et al. 2012, ApJ 753, 30
SIGNIFICANT = 5.0  # sigma of a parallax or proper motion: it is in our Galaxy


def verdict(annotations: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[float | None, str]:
    """The term `known` and its sentence, from (origin, data) of the annotations that may be used."""
    worst, said = None, []
    for origin, data in annotations:
        found = _one(origin, data)
        if found is not None:
            worst = found[0] if worst is None else min(worst, found[0])
            said.append(found[1])
    return worst, "; ".join(said)


def _one(origin: str, data: Mapping[str, Any]) -> tuple[float, str] | None:
    away = _number(data, "separation")
    if away is None or away > NEAR.get(origin.partition("_")[0], 1.5):
        return None
    if origin.startswith("VII/"):
        return 0.0, f"a quasar or AGN of the Million Quasars at {away:.1f}″"
    if origin.startswith("allwise"):
        colour = _number(data, "w1_minus_w2")
        if colour is None:
            return None
        red = colour > AGN_COLOUR
        return (0.2 if red else 1.0), f"AllWISE W1−W2 {colour:.2f}, {'as of an AGN' if red else 'not of an AGN'}"
    moves = max(_significance(data, name) for name in ("Plx", "pm_ra", "pm_dec"))
    if moves > SIGNIFICANT:
        return 0.1, f"a star of our Galaxy in Gaia at {away:.1f}″ (moves by {moves:.0f}σ)"
    return 0.7, f"a Gaia source at {away:.1f}″ that does not move"


def _significance(data: Mapping[str, Any], name: str) -> float:
    value, error = _number(data, name), _number(data, f"{name}_err")
    return abs(value) / error if value is not None and error else 0.0


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
