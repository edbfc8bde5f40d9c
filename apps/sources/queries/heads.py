"""What the head of a source page and its facts say, each in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from apps.groups.models import User
from skyportal.access.viewer import Viewer
from skyportal.astro import sky

from ..access import said
from ..models import Classification, Obj, SourceView, TagOption
from . import galaxies, links, objs, statistics, tags
from .details import duplicates
from .objs import beneath

NEARBY = 60.0
"""Separation in arcsec within which other objs are named."""
RECENT = timedelta(hours=24)


@dataclass(frozen=True)
class Said:
    """What an obj was last said to be."""

    name: str
    taxonomy: str
    probability: float | None
    author: str


def classification(viewer: Viewer, obj: Obj) -> Said | None:
    """The newest that people gave or, without one, that a machine gave."""
    rows = beneath(viewer, Classification.objects.filter(obj=obj), said).order_by("ml", "-created_at", "-pk")
    row = rows.values_list("classification", "taxonomy__name", "probability", "author_name").first()
    return Said(*row) if row else None


@dataclass(frozen=True)
class Reported:
    """What the TNS says."""

    name: str
    type: str
    redshift: float | None


def reported(tns_name: str | None, tns_info: Any) -> Reported | None:
    if not tns_name:
        return None
    info = tns_info if isinstance(tns_info, dict) else {}
    kind = info.get("object_type")
    kind = kind.get("name") if isinstance(kind, dict) else kind
    try:
        redshift = None if info.get("redshift") in (None, "") else float(info["redshift"])
    except (TypeError, ValueError):
        redshift = None
    return Reported(tns_name, str(kind or ""), redshift)


def tags_of(viewer: Viewer, obj: Obj) -> list[dict[str, Any]]:
    return tags.tags_of(viewer, [obj.pk]).get(obj.pk, [])


def tags_to_choose(viewer: Viewer, worn: list[dict[str, Any]]) -> list[TagOption]:
    """Those it does not have yet."""
    return list(TagOption.objects.visible_to(viewer).exclude(pk__in=[tag["objtagoption_id"] for tag in worn]))


def hosts_to_choose(viewer: Viewer, obj: Obj, *, most: int = 8) -> list[galaxies.Host]:
    """Galaxies around it, nearest first, with offset and projected distance."""
    if obj.ra is None or obj.dec is None:
        return []
    near = galaxies.around(viewer, obj.ra, obj.dec, galaxies.HOSTS_WITHIN)[:most]
    return [host for galaxy, _ in near if (host := galaxies.host_of(obj, galaxy))]


def redshifts(obj: Obj) -> list[dict[str, Any]]:
    """Earlier and present redshifts, newest first, with who set them."""
    rows = [row for row in obj.redshift_history or [] if isinstance(row, dict)][::-1]
    names = dict(User.objects.filter(pk__in=[row.get("set_by_user_id") for row in rows]).values_list("pk", "username"))
    return [row | {"who": names.get(row.get("set_by_user_id"), "")} for row in rows]


@dataclass(frozen=True)
class Facts:
    photometry: dict[str, Any] | None
    mean_mag: float | None
    duplicates: list[dict[str, Any]]
    nearby: list[dict[str, Any]]
    associated: list[dict[str, Any]]
    viewers: list[dict[str, Any]]
    views: int


def facts(viewer: Viewer, obj: Obj) -> Facts:
    figures = statistics.merged(viewer, [obj.pk]).get(obj.pk)
    mean = figures["mean_mag_sum"] / figures["num_det"] if figures and figures["num_det"] else None
    same = links.associated(list(links.parts(viewer, [obj.pk])), [obj.pk])[obj.pk]
    linked = {other["obj_id"] for other in same}  # of these it is known, and no longer to be asked
    twins = [twin for twin in duplicates(viewer, obj) if twin["obj_id"] not in linked]
    names = {twin["obj_id"] for twin in twins} | linked | {obj.name}
    seen = _views(obj)
    return Facts(
        figures,
        mean,
        twins,
        [other for other in _nearby(viewer, obj) if other["name"] not in names],
        same,
        seen[:8],
        sum(row["times"] for row in seen),
    )


def _nearby(viewer: Viewer, obj: Obj, *, most: int = 6) -> list[dict[str, Any]]:
    if obj.ra is None or obj.dec is None:
        return []
    separations = objs.in_cone(obj.ra, obj.dec, NEARBY)
    others = [pk for pk in separations if pk != obj.pk][: 8 * most]
    names = dict(objs.visible_objs(viewer).filter(pk__in=others).values_list("pk", "name"))
    return [{"name": names[pk], "separation": separations[pk]} for pk in others if pk in names][:most]


def _views(obj: Obj) -> list[dict[str, Any]]:
    """Who looked at it lately, the last to look first; what scripts read does not count."""
    since = timezone.now() - RECENT
    rows = SourceView.objects.filter(obj=obj, created_at__gte=since, by_token=False, user__isnull=False)
    counted = rows.order_by().values("user__username").annotate(last=Max("created_at"), times=Count("pk"))
    return [
        {"username": row["user__username"], "last": row["last"], "times": row["times"]}
        for row in counted.order_by("-last")[:100]
    ]


def similar(obj: Obj, told: Said | None) -> dict[str, str] | None:
    """Parameters of a list of objs of the same class at about the same redshift; None where neither is known."""
    asked = {}
    if told:
        asked["classifications"] = f"{told.taxonomy}: {told.name}"
    if obj.redshift is not None and obj.redshift > 0:
        asked |= {"minRedshift": f"{obj.redshift * 0.8:.4g}", "maxRedshift": f"{obj.redshift * 1.2:.4g}"}
    return asked or None


def position_texts(obj: Obj) -> dict[str, str]:
    """A position in the ways people paste it."""
    if obj.ra is None or obj.dec is None:
        return {}
    lon, lat = sky.galactic(obj.ra, obj.dec)
    return {"degrees": f"{obj.ra:.6f} {obj.dec:+.6f}", "galactic": f"{float(lon):.5f} {float(lat):+.5f}"}
