"""Colour and absolute magnitude of a source, from what catalogues say in its annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from skyportal.access.viewer import Viewer
from skyportal.astro.stars import Luminosity, absolute_magnitude, luminosity

from . import annotations as annotated


@dataclass(frozen=True)
class Keys:
    """What an annotation calls these quantities; magnitudes, parallax in mas. Several names, the first that is there.

    Names are compared without regard to case, blanks, ``_`` and ``-``.
    """

    catalog: str = "gaia"
    apparent: tuple[str, ...] = ("Mag_G", "phot_g_mean_mag", "Gmag", "G")
    parallax: tuple[str, ...] = ("Plx", "parallax")
    parallax_error: tuple[str, ...] = ("Plx_err", "parallax_error", "e_Plx")
    absorption: tuple[str, ...] = ("A_G", "ag_gspphot")
    absolute: tuple[str, ...] = ()
    blue: tuple[str, ...] = ("Mag_Bp", "phot_bp_mean_mag", "BPmag")
    red: tuple[str, ...] = ("Mag_Rp", "phot_rp_mean_mag", "RPmag")
    colour: tuple[str, ...] = ("bp_rp",)


@dataclass(frozen=True)
class Star:
    """What one annotation says of a star; ``parallax`` in mas."""

    origin: str
    colour: float
    parallax: float
    absorption: float
    luminosity: Luminosity


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c not in "_- ")


def _number(data: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    for name in map(_bare, names):
        value = data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
    return None


def colours(viewer: Viewer, obj_id: int, keys: Keys) -> list[dict[str, Any]]:
    """For each annotation of the catalogue that says enough, its origin, absolute magnitude and colour."""
    return said_in(annotated.by_obj(viewer, [obj_id], groups=False)[obj_id], keys)


def said_in(annotations: Iterable[Mapping[str, Any]], keys: Keys) -> list[dict[str, Any]]:
    """The same of annotations that are at hand."""
    found = []
    for origin, data in _of_catalog(annotations, keys):
        absolute, colour = _absolute(data, keys), _colour(data, keys)
        if absolute is not None and colour is not None:
            found.append({"origin": origin, "abs_mag": absolute, "color": colour})
    return found


def stars(viewer: Viewer, obj_id: int, keys: Keys) -> list[Star]:
    """For each annotation of the catalogue with a colour and a parallax, the star as far as its parallax says.

    Unlike `colours`, which the API gives as the numbers stand, this knows a parallax that is no distance.
    """
    found = []
    for origin, data in _of_catalog(annotated.by_obj(viewer, [obj_id], groups=False)[obj_id], keys):
        colour, apparent, parallax = _colour(data, keys), _number(data, keys.apparent), _number(data, keys.parallax)
        if colour is not None and apparent is not None and parallax is not None:
            absorption = _number(data, keys.absorption) or 0.0
            said = luminosity(apparent, parallax, _number(data, keys.parallax_error), absorption)
            found.append(Star(origin, colour, parallax, absorption, said))
    return found


def _of_catalog(annotations: Iterable[Mapping[str, Any]], keys: Keys) -> Iterator[tuple[str, dict[str, Any]]]:
    """Origin, and data under bare names, of those annotations that are the catalogue's."""
    wanted = _bare(keys.catalog)
    for row in annotations:
        if wanted in _bare(row["origin"]):
            yield row["origin"], {_bare(key): value for key, value in row["data"].items()}


def _absolute(data: Mapping[str, Any], keys: Keys) -> float | None:
    if keys.absolute and (said := _number(data, keys.absolute)) is not None:
        return said
    apparent, parallax = _number(data, keys.apparent), _number(data, keys.parallax)
    if apparent is None or parallax is None:
        return None
    return absolute_magnitude(apparent, parallax, _number(data, keys.absorption) or 0.0)


def _colour(data: Mapping[str, Any], keys: Keys) -> float | None:
    if keys.colour and (said := _number(data, keys.colour)) is not None:
        return said
    blue, red = _number(data, keys.blue), _number(data, keys.red)
    return None if blue is None or red is None else blue - red
