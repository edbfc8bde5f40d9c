"""Catalogues of galaxies, and naming one of them the host of an obj."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import transaction

from skyportal.access.errors import Invalid, NotAllowed, NotVisible, Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.astro import sky
from skyportal.journal.recording import record

from ..entries import GalaxiesChanged, HostChanged
from ..models import Galaxy, GalaxyCatalog, Obj
from ..queries.galaxies import COLUMNS, named
from . import checks

NUMBERS = [name for name in COLUMNS if name not in ("catalog_name", "name", "alt_name")]
_CHUNK = 5000


@transaction.atomic
def add_galaxies(viewer: Viewer, catalog_name: Any, data: Any, *, description: Any = None, url: Any = None) -> int:
    """Add galaxies from a dictionary of columns (``name``, ``ra``, ``dec`` and any of `NUMBERS`); the same again
    replaces what was said of it before. Units are those of `models.Galaxy`."""
    catalog = catalog_to_fill(viewer, catalog_name, description=description, url=url)
    names, columns = _columns(data)
    write(catalog.name, names, columns)
    record(GalaxiesChanged(catalog.name, len(names), "added", viewer.user_id))
    return len(names)


def catalog_to_fill(viewer: Viewer, name: Any, *, description: Any = None, url: Any = None) -> GalaxyCatalog:
    """The catalogue of this name, made where it is new; only its owner and system admins add to one that is there."""
    checks.need(viewer, "Upload data")
    called = checks.text(name, "catalog_name", most=200)
    catalog, _ = GalaxyCatalog.objects.get_or_create(name=called, defaults={"owner_id": viewer.user_id})
    if not GalaxyCatalog.objects.changeable_by(viewer).filter(pk=catalog.pk).exists():
        raise NotAllowed(f"The catalogue {called[:100]} is another's: choose another name, or ask a system admin.")
    said = {
        "description": checks.optional_text(description, "catalog_description", most=10_000),
        "url": checks.optional_text(url, "catalog_url", most=2000),
    }
    for field, words in said.items():
        if words is not None:
            setattr(catalog, field, words)
    catalog.save(update_fields=["description", "url", "modified"])
    return catalog


def write(catalog_name: str, names: list[str], columns: Mapping[str, list[Any]]) -> None:
    """Galaxies as rows; those that are there already are what is said of them now."""
    pixels = sky.hpx(np.array(columns["ra"], float), np.array(columns["dec"], float))
    rows = [
        Galaxy(catalog_name=catalog_name, name=name, hpx=int(pixel), **{k: column[n] for k, column in columns.items()})
        for n, (name, pixel) in enumerate(zip(names, pixels, strict=True))
    ]
    Galaxy.objects.bulk_create(
        rows,
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=["catalog_name", "name"],
        update_fields=[*columns, "hpx", "modified"],
    )


def _columns(data: Any) -> tuple[list[str], dict[str, list[Any]]]:
    if not isinstance(data, Mapping) or not {"name", "ra", "dec"} <= set(data):
        raise Invalid("Missing required parameter: catalog_data must have the columns name, ra and dec.")
    if unknown := sorted(set(data) - {"name", "alt_name", *NUMBERS}):
        raise Invalid(f"Invalid catalog_data: no column {unknown[0][:60]!r}; there are {', '.join(NUMBERS)}.")
    if any(not isinstance(column, list) for column in data.values()):
        raise Invalid("Invalid catalog_data: each column must be a list.")
    if len({len(column) for column in data.values()}) != 1 or not data["name"]:
        raise Invalid("Invalid catalog_data: columns must be of one length, at least one.")
    names = [checks.text(name, "name", most=200) for name in data["name"]]
    if len(set(names)) < len(names):
        raise Invalid("Invalid catalog_data: a name occurs twice.")
    numbers: dict[str, list[Any]] = {
        name: [_number(name, n, value) for n, value in enumerate(data[name])] for name in NUMBERS if name in data
    }
    if "alt_name" in data:
        return names, {**numbers, "alt_name": [checks.optional_text(n, "alt_name", most=200) for n in data["alt_name"]]}
    return names, numbers


def _number(name: str, row: int, value: Any) -> float | None:
    low, high = {"ra": (0, 360), "dec": (-90, 90)}.get(name, (-np.inf, np.inf))
    if value is None and name not in ("ra", "dec"):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Invalid(f"Invalid {name} in row {row + 1}: {str(value)[:60]!r} is not a number.") from None
    if np.isnan(number) and name not in ("ra", "dec"):
        return None
    if not np.isfinite(number) or not low <= number <= high:
        raise Invalid(f"Invalid {name} in row {row + 1}: {number} is out of range.")
    return number


@transaction.atomic
def delete_catalog(viewer: Viewer, catalog_name: str) -> None:
    if not viewer.sees_all:
        raise Unpermitted("HTTP 401: Unauthorized. Catalogues of galaxies are for system admins to delete.")
    gone, _ = Galaxy.objects.filter(catalog_name=catalog_name).delete()
    GalaxyCatalog.objects.filter(name=catalog_name).delete()
    if not gone:
        raise NotVisible(f"Catalog with name {catalog_name[:100]} not found")
    record(GalaxiesChanged(catalog_name, gone, "deleted", viewer.user_id))


@transaction.atomic
def set_host(viewer: Viewer, obj: Obj, galaxy_name: Any) -> Galaxy:
    """Name a galaxy the host; of several catalogues' galaxies of that name, the one nearest to the obj."""
    checks.need(viewer, "Upload data")
    galaxy = named(checks.text(galaxy_name, "galaxyName", most=200), obj)
    if galaxy is None:
        raise Invalid(f"Cannot find a galaxy called {str(galaxy_name)[:100]}.")
    Obj.objects.filter(pk=obj.pk).update(host=galaxy)
    record(HostChanged(obj.pk, obj.name, viewer.user_id, galaxy.name))
    return galaxy


@transaction.atomic
def clear_host(viewer: Viewer, obj: Obj) -> None:
    checks.need(viewer, "Upload data")
    Obj.objects.filter(pk=obj.pk).update(host=None)
    record(HostChanged(obj.pk, obj.name, viewer.user_id, None))
