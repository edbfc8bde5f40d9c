"""Frozen versions of photometry: choosing points for one, finding one, and what it gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP, Audience, AudienceMember
from skyportal.access.viewer import Viewer

from ..models import FrozenPhotometry, Obj, Photometry
from . import point_table
from .ecsv import ecsv
from .light_curves import LightCurve, light_curve

UNITS = {
    "mjd": "d", "bandpass": "", "flux": "uJy", "fluxerr": "uJy", "mag": "mag", "magerr": "mag", "limit": "mag",
    "instrument": "", "origin": "", "flags": "", "exposure": "s", "ref_flux": "uJy", "ref_fluxerr": "uJy",
    "verdict": "", "id": "",
}  # fmt: skip
"""Columns that are kept, and their units."""
TEXTS, INTEGERS = ("bandpass", "instrument", "origin", "verdict"), ("flags", "id")


def get_frozen(viewer: Viewer, key: str) -> FrozenPhotometry:
    """One version; absent and hidden are never told apart."""
    found = FrozenPhotometry.objects.visible_to(viewer).select_related("obj").filter(key=key).first()
    if found is None:
        raise NotVisible("There is no frozen photometry of this key.", status=404)
    return found


def of_obj(viewer: Viewer, obj: Obj) -> QuerySet:
    """Versions of an obj, newest first, without their points."""
    return FrozenPhotometry.objects.visible_to(viewer).filter(obj=obj).defer("data")


def chosen(viewer: Viewer, obj: Obj, query: Mapping[str, str], group_id: int | None = None) -> LightCurve:
    """The points that a table with this query shows, in order of time; where a group is named, those it reads."""
    curve = light_curve(viewer, obj.pk)
    if curve is not None:
        curve = curve.take(np.sort(point_table.table(curve, query).chosen))
        if group_id is not None:
            (group,) = groups.accessible_group_ids(viewer, [group_id])
            shared = AudienceMember.objects.filter(kind=GROUP, ref=group).values("audience_id")
            read = Photometry.objects.filter(obj=obj, audience_id__in=shared).values_list("pk", flat=True)
            curve = curve.take(np.isin(curve.id, list(read)))
    if curve is None or not len(curve):
        raise Invalid("There are no such points to freeze.")
    return curve


def audiences_of(obj: Obj, curve: LightCurve) -> list[Audience]:
    """The distinct audiences of these points."""
    ids = Photometry.objects.filter(obj=obj, pk__in=curve.id.tolist()).order_by().values("audience_id")
    return list(Audience.objects.filter(pk__in=ids))


def readers(viewer: Viewer, audiences: Iterable[Audience]) -> list[str]:
    """Who is in each of these audiences, as far as they are the viewer's groups and streams: "members of …"."""
    sets = [({*one.group_ids}, {*one.stream_ids}) for one in audiences]
    in_all = [reduce(set.intersection, column) for column in zip(*sets, strict=True)]
    mine = groups.groups(viewer).filter(pk__in=in_all[0] & viewer.group_ids, single_user_group=False)
    streams = groups.streams(viewer).filter(pk__in=in_all[1] & viewer.stream_ids)
    return [f"members of {g.nickname or g.name}" for g in mine] + [f"readers of {s.name}" for s in streams]


def address(frozen: FrozenPhotometry) -> str:
    return settings.SITE_URL.rstrip("/") + reverse("frozen", args=[frozen.key])


def citation(frozen: FrozenPhotometry) -> str:
    site = getattr(settings, "SITE_NAME", "SkyPortal")
    points = f"{frozen.count} point{'s' * (frozen.count != 1)}"
    return (
        f"{frozen.author_name} ({frozen.created_at:%Y}), Photometry of {frozen.obj_name}: {frozen.name}. Frozen on"
        f" {frozen.created_at:%Y-%m-%d}, {points}. {site}, {address(frozen)} (SHA-256 {frozen.hash[:16]})."
    )


def curve_of(frozen: FrozenPhotometry) -> LightCurve:
    return LightCurve.of_plain(frozen.data)


def rows(frozen: FrozenPhotometry) -> list[dict[str, Any]]:
    """The points, one dict each."""
    return [dict(zip(UNITS, row, strict=True)) for row in zip(*(frozen.data[name] for name in UNITS), strict=True)]


def as_file(frozen: FrozenPhotometry, form: str) -> tuple[str, bytes]:
    """The points as a table, csv or ecsv: the name of the file and what is in it."""
    return f"{frozen.obj_name}_{frozen.key}.{form}", _ecsv(frozen) if form == "ecsv" else _csv(frozen)


def _csv(frozen: FrozenPhotometry) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(UNITS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_written(frozen))
    return out.getvalue().encode()


def _ecsv(frozen: FrozenPhotometry) -> bytes:
    meta = {
        "citation": citation(frozen), "object": frozen.obj_name, "key": frozen.key, "sha256": frozen.hash,
        "system": "AB",
    }  # fmt: skip
    return ecsv(UNITS, _written(frozen), TEXTS, integers=INTEGERS, meta=meta)


def _written(frozen: FrozenPhotometry) -> Iterable[dict[str, Any]]:
    for row in rows(frozen):
        yield {name: repr(value) if isinstance(value, float) else value for name, value in row.items()}


def shown(frozen: FrozenPhotometry, *, points: bool = False) -> dict[str, Any]:
    """A version as the API shows it."""
    answer = {
        "key": frozen.key,
        "obj_id": frozen.obj_name,
        "name": frozen.name,
        "note": frozen.note,
        "author": frozen.author_name,
        "created_at": frozen.created_at,
        "count": frozen.count,
        "hash": frozen.hash,
        "url": address(frozen),
        "citation": citation(frozen),
    }
    return answer | ({"points": rows(frozen)} if points else {})
