"""What a finding chart shows: a target, an image of its surroundings, stars to offset from.

Stars and images come from services of others and are kept for a day. What cannot be had is left out, and the chart says
so; a service that failed is not asked again for a minute.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from math import atan2, degrees
from typing import Any

from django.core.cache import cache

from skyportal.access.errors import Invalid, NotVisible
from skyportal.astro import offsets, starlists
from skyportal.astro.offsets import Star, Wanted
from skyportal.outside import Unreachable, let_go

from ..surveys import gaia, hips

DAY = 24 * 3600
FAILED = 60
SMALLEST, LARGEST = 2.0, 15.0
"""Side of a chart, arcmin."""
MOST_STARS = 10

FACILITIES = {
    "Keck": {"radius_degrees": 2.0 / 60, "mag_limit": 18.5, "mag_min": 11.0, "min_sep_arcsec": 4.0},
    "P200": {"radius_degrees": 2.0 / 60, "mag_limit": 18.0, "mag_min": 10.0, "min_sep_arcsec": 5.0},
    "P200-NGPS": {"radius_degrees": 2.0 / 60, "mag_limit": 18.0, "mag_min": 10.0, "min_sep_arcsec": 5.0},
    "Shane": {"radius_degrees": 2.5 / 60, "mag_limit": 17.0, "mag_min": 10.0, "min_sep_arcsec": 5.0},
}
"""What each facility can acquire: names and figures of the public API (SkyPortal, utils/offset.py)."""


@dataclass(frozen=True)
class Asked:
    """A finding chart as somebody wants it; ``size`` in arcmin, ``year`` Julian, magnitudes RP."""

    name: str
    ra: float
    dec: float
    year: float
    facility: str = "Keck"
    image_source: str = "ps1"
    size: float = 4.0
    count: int = 3
    mag_min: float | None = None
    mag_limit: float | None = None

    def __post_init__(self) -> None:
        if self.facility not in FACILITIES:
            raise Invalid(f"Invalid facility: must be one of {', '.join(FACILITIES)}.")
        if self.image_source not in hips.IMAGES:
            raise Invalid(f"Invalid image source: must be one of {', '.join(hips.IMAGES)}.")
        if not SMALLEST <= self.size <= LARGEST:
            raise Invalid(f"The value for `imsize` is outside the allowed range: {SMALLEST:g} to {LARGEST:g} arcmin.")
        if not 0 <= self.count <= MOST_STARS:
            raise Invalid(f"Invalid num_offset_stars: must be between 0 and {MOST_STARS}.")
        if self.wanted.mag_min >= self.wanted.mag_limit:
            raise Invalid("Invalid mag_min: must be brighter than mag_limit.")
        if not 1900 <= self.year <= 2200:
            raise Invalid("Invalid obstime: must be between 1900 and 2200.")

    @property
    def wanted(self) -> Wanted:
        limits = FACILITIES[self.facility]
        return Wanted(
            radius=limits["radius_degrees"] * 3600,
            mag_min=limits["mag_min"] if self.mag_min is None else self.mag_min,
            mag_limit=limits["mag_limit"] if self.mag_limit is None else self.mag_limit,
            apart=limits["min_sep_arcsec"],
        )


@dataclass(frozen=True)
class Found:
    """What could be had of it; ``problems`` says of each other thing why not."""

    asked: Asked
    stars: list[Star]
    chosen: list[Star]
    image: bytes | None
    problems: list[str] = field(default_factory=list)
    issued: int = 0

    @property
    def entries(self) -> list[starlists.Entry]:
        """The target, then its offset stars."""
        asked = self.asked
        found = [starlists.Entry(asked.name, asked.ra, asked.dec)]
        for n, star in enumerate(self.chosen, 1):
            east, north = offsets.tangent_plane(asked.ra, asked.dec, star.ra, star.dec)
            note = f"Gaia DR3 {star.name}, epoch {asked.year:.2f}"
            name = f"{asked.name[-9:]}_o{n}"
            found.append(starlists.Entry(name, star.ra, star.dec, star.mag, float(east), float(north), note))
        return found


def find(asked: Asked, *, image: bool = True, fresh: bool = False) -> Found:
    """Ask for stars and image at the same time; never fails because a service does."""
    wanted = asked.wanted
    radius = max(wanted.radius, asked.size * 60 / 2 * 1.45) + 5
    faintest = max(wanted.mag_limit, 19.0)
    about = f"{asked.ra:.6f} {asked.dec:.6f}"
    problems: list[str] = []
    let_go()
    with ThreadPoolExecutor(2) as two:
        stars_coming = two.submit(
            _kept,
            f"gaia {about} {radius:.0f} {faintest:.1f}",
            lambda: [asdict(star) for star in gaia.stars_around(asked.ra, asked.dec, radius, faintest)],
            fresh,
        )
        image_coming = image and two.submit(
            _kept,
            f"hips {about} {asked.image_source} {asked.size:g}",
            lambda: base64.b64encode(hips.picture(asked.image_source, asked.ra, asked.dec, asked.size)).decode(),
            fresh,
        )
        rows = _or_why(stars_coming.result, problems, "No offset stars")
        picture = _or_why(image_coming.result, problems, "No image") if image_coming else None
    stars = [Star(**row).at(asked.year) for row in rows or []]
    chosen = offsets.choose(stars, asked.ra, asked.dec, wanted, asked.count)
    if rows is not None and len(chosen) < asked.count:
        problems.append(_too_few(len(chosen), asked))
    return Found(asked, stars, chosen, base64.b64decode(picture) if picture else None, problems, 1)


def _too_few(count: int, asked: Asked) -> str:
    wanted = asked.wanted
    return (
        f"Only {count} of {asked.count} offset stars: Gaia has no more within {wanted.radius / 60:.1f}′ "
        f"of magnitude {wanted.mag_min:g} to {wanted.mag_limit:g}."
    )


def _or_why(result: Callable[[], Any], problems: list[str], what: str) -> Any:
    try:
        return result()
    except Unreachable as refusal:
        problems.append(f"{what}: {refusal.message}")
        return None


def _kept(what: str, ask: Callable[[], Any], fresh: bool) -> Any:
    """An answer of today, or a new one; a failure is remembered for a moment."""
    key = f"finder:{hashlib.sha256(what.encode()).hexdigest()}"
    kept = None if fresh else cache.get(key)
    if kept is None:
        try:
            kept = {"answer": ask()}
            cache.set(key, kept, DAY)
        except Unreachable as refusal:
            kept = {"refusal": refusal.message}
            cache.set(key, kept, FAILED)
    if "refusal" in kept:
        raise Unreachable(kept["refusal"])
    return kept["answer"]


def starlist(found: Found) -> dict[str, Any]:
    """The list as text, and each of its entries as figures; the answer of `/offsets`."""
    asked, entries = found.asked, found.entries
    lines = starlists.lines(asked.facility, entries)
    heads = len(lines) - len(entries)
    info: list[dict[str, Any]] = [{"str": line} for line in lines[:heads]]
    info += [_public(line, entry) for line, entry in zip(lines[heads:], entries, strict=True)]
    return {
        "facility": asked.facility,
        "starlist_str": "\n".join(lines) + "\n",
        "starlist_info": info,
        "ra": asked.ra,
        "dec": asked.dec,
        "queries_issued": found.issued,
        "noffsets": len(found.chosen),
        "used_ztfref": False,
        "problems": found.problems,
    }


def _public(line: str, entry: starlists.Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"str": line, "name": entry.name, "ra": entry.ra, "dec": entry.dec}
    if entry.east is not None and entry.north is not None:
        row |= {
            "mag": entry.mag,
            "dras": f'{abs(entry.east):.2f}" {"EW"[entry.east < 0]}',
            "ddecs": f'{abs(entry.north):.2f}" {"NS"[entry.north < 0]}',
            "pa": degrees(atan2(entry.east, entry.north)) % 360,
        }
    return row


def keep(chart: Asked, kind: str) -> str:
    """Remember for a day what was asked; the key under which anybody who has it may fetch the chart."""
    key = secrets.token_urlsafe(24)
    cache.set(f"chart:{key}", (asdict(chart), kind), DAY)
    return key


def kept(key: str) -> tuple[Asked, str]:
    """What was asked under this key, and whether as pdf or png."""
    found = cache.get(f"chart:{key[:80]}")
    if found is None:
        raise NotVisible(
            "This finding chart is no longer here: charts are kept for a day. Ask for it again.", status=404
        )
    return Asked(**found[0]), found[1]
