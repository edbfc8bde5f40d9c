"""Sky maps are kept: tiles, regions, contours, areas, tags; once, when they arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import repeat
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from apps.sources.actions.checks import plain
from skyportal.access.errors import NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import credible, distances
from skyportal.astro.skymaps.contours import contours
from skyportal.astro.skymaps.tiles import SkyMap
from skyportal.journal.recording import record

from ..entries import EventChanged, LocalizationAdded
from ..models import GcnEvent, GcnNotice, Localization, LocalizationTag, Region
from ..tagging import of_map

COLUMNS = "localization_id, lo, hi, density, level, distmu, distsigma, distnorm"


@transaction.atomic
def add_localization(
    event: GcnEvent,
    name: str,
    sky: SkyMap,
    *,
    notice: GcnNotice | None = None,
    place: int = 0,
    user_id: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> Localization:
    """Keep a map under its name; the very same map is there once, another of that name gets a number behind it.

    ``place``: among the maps of its notice, the finest first. ``more``: further columns of the row (parents' overlap,
    properties).
    """
    GcnEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    digest = hashlib.sha256(sky.lo.tobytes() + sky.hi.tobytes() + sky.density.astype("<f4").tobytes()).hexdigest()
    name = name.replace("/", "_")  # it is part of an address
    names = dict(Localization.objects.filter(event=event).values_list("name", "digest"))
    if same := next((had for had, its in names.items() if its == digest and _stem(had) == _stem(name)), None):
        return _issued_again(Localization.objects.get(event=event, name=same), notice, place)
    levels = credible.levels(sky)
    row = Localization.objects.create(
        event=event,
        name=_free(name, names),
        notice=notice,
        sent_by_id=user_id,
        digest=digest,
        tile_count=len(sky),
        contour=contours(sky),
        **_figures(sky),
        **{"issued_at": notice.date if notice else timezone.now(), "place": place, **(more or {})},
    )
    row.properties = {**plain(properties_of(row, sky)), **row.properties}
    row.save(update_fields=["properties"])
    _write_tiles(row, sky, levels)
    Region.objects.bulk_create(
        Region(localization=row, level=level, cells=credible.region(sky, level, levels)) for level in credible.LEVELS
    )
    LocalizationTag.objects.bulk_create(LocalizationTag(localization=row, text=tag) for tag in of_map(row.properties))
    record(LocalizationAdded(event.pk, event.address, user_id, row.pk, row.name))
    return row


def _issued_again(row: Localization, notice: GcnNotice | None, place: int) -> Localization:
    """A later notice that brings the same map says that it still counts."""
    if notice and row.issued_at and row.issued_at < notice.date:
        row.issued_at, row.place = notice.date, place
        row.save(update_fields=["issued_at", "place", "modified"])
    return row


def _stem(name: str) -> str:
    return name.partition(",")[0]


def _free(name: str, names: Mapping[str, str]) -> str:
    """The name itself, or with the first number that is free."""
    return next(n for n in (name, *(f"{name},{i}" for i in range(1, len(names) + 2))) if n not in names)


def _figures(sky: SkyMap) -> dict[str, Any]:
    ra, dec = credible.centre(sky)
    found = distances.moments(sky)
    return {
        "ra": ra,
        "dec": dec,
        "area_50": credible.area(sky, 0.5),
        "area_90": credible.area(sky, 0.9),
        "distance": found[0] if found else None,
        "distance_error": found[1] if found else None,
    }


def properties_of(row: Localization, sky: SkyMap) -> dict[str, Any]:
    """Figures by the names that clients filter by."""
    by_density = np.argsort(-sky.density, kind="stable")
    area = np.cumsum(sky.area[by_density]) * (180 / np.pi) ** 2
    reached = np.cumsum(sky.probability[by_density])
    found: dict[str, Any] = {"area_50": row.area_50, "area_90": row.area_90}
    if row.distance is not None:
        found |= {"distmean": row.distance, "diststd": row.distance_error}
    for size in (100, 500, 1000):
        found[f"probability_in_{size}"] = float(np.interp(size, np.r_[0, area], np.r_[0, reached]))
    return found


def _write_tiles(row: Localization, sky: SkyMap, levels: np.ndarray) -> None:
    distance: list[Any] = [repeat(None)] * 3
    if sky.distance is not None:
        distance = [
            [v if np.isfinite(v) else None for v in column]
            for column in (sky.distance.mu, sky.distance.sigma, sky.distance.norm)
        ]
    rows = zip(repeat(row.pk), sky.lo.tolist(), sky.hi.tolist(), sky.density.tolist(), levels.tolist(), *distance)
    with connection.cursor() as cursor, cursor.copy(f"copy gcn_tile ({COLUMNS}) from stdin (format binary)") as copy:
        copy.set_types(["int8", "int8", "int8", "float4", "float4", "float4", "float4", "float4"])
        for values in rows:
            copy.write_row(values)


@transaction.atomic
def delete_localization(viewer: Viewer, localization: Localization) -> None:
    """Take a map away; whoever sent it may, and who runs events."""
    if not Localization.objects.deletable_by(viewer).filter(pk=localization.pk).exists():
        raise NotAllowed(
            "Insufficient permissions: only who sent this sky map may delete it, or who manages GCNs.", status=400
        )
    event = localization.event
    record(EventChanged(event.pk, event.address, viewer.user_id, f"deleted the sky map {localization.name}"))
    localization.delete()
