"""Galaxies, and which of them a source belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Any

from django.db.models import Count, F, QuerySet

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import cosmology, sky

from ..models import Galaxy, GalaxyCatalog, GalaxyLoad, Obj
from ..slots import galaxy_narrowers
from .objs import cone_of

COLUMNS = (
    "catalog_name", "name", "alt_name", "ra", "dec", "distmpc", "distmpc_unc", "redshift", "redshift_error", "mstar",
    "sfr_fuv", "sfr_w4", "magb", "magk", "mag_fuv", "mag_nuv", "mag_w1", "mag_w2", "mag_w3", "mag_w4", "btc", "a",
    "b2a", "pa",
)  # fmt: skip

NEARBY = 10.0
"""Separation in arcsec within which galaxies are named beside a source."""
HOSTS_WITHIN = 120.0
"""Separation in arcsec within which a host is offered."""


def galaxies(viewer: Viewer) -> QuerySet:
    return Galaxy.objects.visible_to(viewer)


def catalog_names(viewer: Viewer) -> list[str]:
    return list(galaxies(viewer).order_by("catalog_name").values_list("catalog_name", flat=True).distinct())


def around(viewer: Viewer, ra: float, dec: float, radius: float) -> list[tuple[Galaxy, float]]:
    """Galaxies within ``radius`` arcsec of a position in degrees, each with its separation in arcsec, nearest first."""
    separations = cone_of("sources_galaxy", ra, dec, radius)
    found = galaxies(viewer).in_bulk(list(separations))
    return [(found[pk], separation) for pk, separation in separations.items() if pk in found]


def named(name: str, obj: Obj) -> Galaxy | None:
    """The galaxy of this name in any catalogue; of several, the nearest to the obj."""
    found = list(Galaxy.objects.filter(name__iexact=name)[:100])
    return min(found, key=lambda galaxy: _separation(galaxy, obj), default=None)


def _separation(galaxy: Galaxy, obj: Obj) -> float:
    if obj.ra is None or obj.dec is None:
        return 0.0
    return float(sky.separation(obj.ra, obj.dec, galaxy.ra, galaxy.dec))


@dataclass(frozen=True)
class Host:
    """A galaxy and how far from it an obj lies."""

    galaxy: Galaxy
    offset: float
    """arcsec"""
    distance: float | None
    """Projected, kpc; None where neither a distance of the galaxy nor a redshift of it or of the obj is known."""
    known_by: str = ""
    """Whose distance or redshift makes arcsec kpc."""


def host_of(obj: Obj, galaxy: Galaxy | None = None) -> Host | None:
    """The host, or how it would be with this galaxy."""
    galaxy = galaxy or obj.host
    if galaxy is None:
        return None
    offset = _separation(galaxy, obj)
    distance, known_by = _angular_diameter_distance(galaxy, obj)
    return Host(galaxy, offset, None if distance is None else radians(offset / 3600) * distance * 1000, known_by)


def _angular_diameter_distance(galaxy: Galaxy, obj: Obj) -> tuple[float | None, str]:
    """Mpc, and from what: of nearby galaxies a measured distance tells more than the redshift, and what lies in a
    galaxy is where that is, so its redshift does for a galaxy without one."""
    redshift = galaxy.redshift if galaxy.redshift and galaxy.redshift > 0 else None
    if galaxy.distmpc:
        return galaxy.distmpc / (1 + (redshift or 0)) ** 2, "the galaxy's distance"
    if redshift:
        return cosmology.angular_diameter_distance(redshift), "the galaxy's redshift"
    if obj.redshift and obj.redshift > 0:
        return cosmology.angular_diameter_distance(obj.redshift), "the source's redshift"
    return None, ""


def shown(galaxy: Galaxy) -> dict[str, Any]:
    """A galaxy as the public API shows it."""
    row = {name: getattr(galaxy, name) for name in COLUMNS}
    return {"id": galaxy.pk, **row, "created_at": galaxy.created_at, "modified": galaxy.modified}


def shown_by_id(viewer: Viewer, ids: list[int]) -> dict[int, dict[str, Any]]:
    return {pk: shown(galaxy) for pk, galaxy in galaxies(viewer).in_bulk(ids).items()}


def hosts(ids: list[int]) -> dict[int, dict[str, Any]]:
    """By obj, its host, offset (arcsec) and distance (kpc); the objs are known to be visible."""
    found = {obj.pk: host_of(obj) for obj in Obj.objects.filter(pk__in=ids, host__isnull=False).select_related("host")}
    return {pk: host_fields(found.get(pk)) for pk in ids}


def host_fields(host: Host | None) -> dict[str, Any]:
    if host is None:
        return {"host": None, "host_offset": None, "host_distance": None}
    return {"host": shown(host.galaxy), "host_offset": host.offset, "host_distance": host.distance}


_RANGES = {"Redshift": "redshift", "Distance": "distmpc", "Mstar": "mstar"}


def page_of(viewer: Viewer, asked: dict[str, Any], start: int, stop: int) -> tuple[list[dict[str, Any]], int]:
    """Galaxies that fulfil what is asked, in a stable order, and how many there are."""
    rows = galaxies(viewer)
    if asked["catalog_name"]:
        rows = rows.filter(catalog_name=asked["catalog_name"])
    if asked["galaxyName"]:
        rows = rows.filter(name__icontains=asked["galaxyName"])
    place = [asked[name] for name in ("ra", "dec", "radius")]
    if any(part is not None for part in place):
        rows = rows.filter(pk__in=_cone(*place))
    for what, column in _RANGES.items():
        for end, lookup in (("min", "gte"), ("max", "lte")):
            if asked[f"{end}{what}"] is not None:
                rows = rows.filter(**{f"{column}__{lookup}": asked[f"{end}{what}"]})
    beside: list[str] = []
    for _, one in galaxy_narrowers.items():
        rows, more = one.narrow(rows, viewer, asked)
        beside += more
    if asked["sortBy"] not in (*COLUMNS, *beside) or asked["sortOrder"] not in ("asc", "desc"):
        raise Invalid(f"Invalid sortBy or sortOrder: use one of {', '.join(COLUMNS)}, and asc or desc.")
    key = F(asked["sortBy"])
    order = key.asc(nulls_last=True) if asked["sortOrder"] == "asc" else key.desc(nulls_last=True)
    found = [
        shown(galaxy) | {name: getattr(galaxy, name) for name in beside}
        for galaxy in rows.order_by(order, "pk")[start:stop]
    ]
    return found, rows.count()


def _cone(ra: float | None, dec: float | None, radius: float | None) -> list[int]:
    if ra is None or dec is None or radius is None:
        raise Invalid("If any of 'ra', 'dec' or 'radius' are provided, all three are required.")
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 10):
        raise Invalid("Invalid values for ra, dec or radius: degrees, with a radius from 0 to 10.")
    return list(cone_of("sources_galaxy", ra, dec, radius * 3600))


def catalogs(viewer: Viewer) -> list[dict[str, Any]]:
    """Catalogues by name, each with the number of its galaxies and of those whose distance is known."""
    counted = galaxies(viewer).order_by("catalog_name").values("catalog_name")
    counts = {row["catalog_name"]: row for row in counted.annotate(count=Count("pk"), placed=Count("distmpc"))}
    said = {row.name: row for row in GalaxyCatalog.objects.visible_to(viewer).filter(name__in=list(counts))}
    return [
        {"name": name, "count": row["count"], "placed": row["placed"], "said": said.get(name)}
        for name, row in counts.items()
    ]


LOADS = 10


def loads(viewer: Viewer) -> list[GalaxyLoad]:
    """The newest files that the viewer asked to read in."""
    return list(GalaxyLoad.objects.visible_to(viewer)[:LOADS])
