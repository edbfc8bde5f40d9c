"""What is shown of candidates: the obj and what the viewer may know of it, in a fixed number of reads for a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.groups.models import Group
from apps.sources.models import Obj, Source
from apps.sources.queries import annotations as annotating
from apps.sources.queries import classifications, comments, includes, statistics, thumbnails
from skyportal.access.viewer import Viewer
from skyportal.astro import cosmology, sky
from skyportal.astro.time import datetime_of

from ..models import Filter, LatestCandidate
from .scanning import Scope

COLUMNS = [field.attname for field in Obj._meta.concrete_fields if field.attname != "hpx"]


def candidate_items(
    viewer: Viewer,
    objs: Iterable[tuple[int, datetime]],
    scope: Scope,
    *,
    with_comments: bool = False,
    with_spectra: bool = False,
    origins: set[str] | None = None,
) -> list[dict[str, Any]]:
    """Items of `GET /api/candidates` in the order given; ten reads however many."""
    seen = dict(objs)
    rows = {}
    for row in Obj.objects.filter(pk__in=seen).values(*COLUMNS):
        obj_id, row["id"] = row["id"], row.pop("name")
        rows[obj_id] = row
    saved = saved_groups(viewer, seen)
    passed = _passing_groups(viewer, seen)
    pictures = thumbnails.by_obj(viewer, seen)
    said = annotating.by_obj(viewer, seen)
    classes = classifications.by_obj(viewer, seen)
    counted = statistics.merged(viewer, seen)
    talk = comments.by_obj(viewer, seen) if with_comments else {}
    spectra = includes.spectra(viewer, list(seen)) if with_spectra else {}
    origins = scanned_origins(scope) if origins is None else origins
    items = []
    for obj_id, passed_at in seen.items():
        item = rows[obj_id]
        item |= derived(item)
        item |= {
            "passed_at": passed_at,
            "thumbnails": pictures[obj_id],
            "photstats": [statistics.public(item["id"], counted[obj_id])] if obj_id in counted else [],
            "annotations": sorted(said[obj_id], key=lambda one: one["origin"] not in origins),
            "classifications": classes[obj_id],
            "is_source": bool(saved[obj_id]),
            "saved_groups": saved[obj_id],
            "passing_group_ids": passed[obj_id],
            "last_detected_at": _last_detection(counted.get(obj_id)),
            "associated_objs": [],
            "tags": [],
        }
        if with_comments:
            item["comments"] = talk[obj_id]
        if with_spectra:
            item["spectra"] = spectra[obj_id]
        items.append(item)
    return items


def saved_groups(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The viewer's groups in which each obj is saved."""
    found: dict[int, list[dict[str, Any]]] = {obj_id: [] for obj_id in obj_ids}
    saves = Source.objects.visible_to(viewer).filter(obj_id__in=list(found), active=True).order_by("group__name")
    for obj_id, *group in saves.values_list(
        "obj_id", "group_id", "group__name", "group__nickname", "group__single_user_group"
    ):
        found[obj_id].append(dict(zip(("id", "name", "nickname", "single_user_group"), group, strict=True)))
    return found


def _passing_groups(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[int]]:
    """The groups of the viewer whose filters each obj ever passed."""
    found: dict[int, set[int]] = {obj_id: set() for obj_id in obj_ids}
    latest = LatestCandidate.objects.visible_to(viewer).filter(obj_id__in=list(found))
    for obj_id, group_id in latest.values_list("obj_id", "filter__group_id"):
        found[obj_id].add(group_id)
    return {obj_id: sorted(groups) for obj_id, groups in found.items()}


def scanned_origins(scope: Scope) -> set[str]:
    """Origins of what the scanned filters say: shown first."""
    filters = Filter.objects.filter(pk__in=scope.filter_ids).values_list("group__name", "name")
    return {origin_of(group, name) for group, name in filters}


def origin_of(group_name: str, filter_name: str) -> str:
    """The origin of the annotations a filter makes."""
    return f"{group_name}:{filter_name}"


def _last_detection(figures: dict[str, Any] | None) -> datetime | None:
    last = figures["last_det_mjd"] if figures else None
    return None if last is None else datetime_of(last)


def derived(obj: dict[str, Any]) -> dict[str, Any]:
    """Galactic coordinates and distances, which follow from the columns."""
    facts: dict[str, Any] = {}
    if obj["ra"] is not None and obj["dec"] is not None:
        lon, lat = sky.galactic(obj["ra"], obj["dec"])
        facts |= {"gal_lon": float(lon), "gal_lat": float(lat)}
    redshift = obj["redshift"]
    far = redshift is not None and redshift > 0
    return facts | {
        "luminosity_distance": cosmology.luminosity_distance(redshift) if far else None,
        "dm": cosmology.distance_modulus(redshift) if far else None,
        "angular_diameter_distance": cosmology.angular_diameter_distance(redshift) if far else None,
    }


def savable_groups(viewer: Viewer) -> list[dict[str, Any]]:
    """The viewer's groups where they may save, by name; their own group last."""
    mine = Group.objects.filter(pk__in=viewer.group_ids)
    if not viewer.sees_all:
        mine = mine.filter(memberships__user_id=viewer.user_id or 0, memberships__can_save=True)
    ordered = mine.order_by("single_user_group", "sitewide", "name")
    return [dict(row) for row in ordered.values("id", "name", "nickname", "single_user_group")]
