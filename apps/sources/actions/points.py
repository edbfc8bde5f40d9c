"""Editing and deleting points that are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer

from ..models import Obj, Photometry
from . import upload_body
from .objs import make_known_to_audiences
from .photometry import ids_of
from .uploads import audience_asked, ids_in, points_changed, resolved


def _own_point(viewer: Viewer, point_id: int) -> Photometry:
    """A point the viewer may change; what they may not read and what is not theirs is refused in the same words."""
    point = (
        Photometry.objects.visible_to(viewer)
        .changeable_by(viewer)
        .filter(pk=point_id)
        .select_related("upload", "audience", "obj", "bandpass", "origin")
        .first()
    )
    if point is None:
        raise NotVisible(f"Cannot find photometry point with ID: {point_id}")
    return point


@transaction.atomic
def change_point(viewer: Viewer, point_id: int, data: Mapping[str, Any]) -> None:
    """Replace what a body says of one point; groups and streams are replaced when given."""
    point = _own_point(viewer, point_id)
    stays = {
        "obj_id": point.obj.name, "instrument_id": point.instrument_id, "mjd": point.mjd,
        "filter": point.bandpass.name, "origin": point.origin.name, "magsys": "ab",
        "ra": point.ra, "dec": point.dec, "ra_unc": point.ra_unc, "dec_unc": point.dec_unc, "altdata": point.altdata,
    }  # fmt: skip
    if not {"mag", "limiting_mag", "flux", "fluxerr"} & data.keys():
        stays |= {"flux": point.flux, "fluxerr": point.fluxerr, "zp": 23.9}
    new = resolved(viewer, upload_body.read({**stays, **data}), point.audience)
    if len(new) != 1:
        raise Invalid("Invalid value: one point takes one row.")
    columns = {name: getattr(new, name) for name in ("obj_id", "mjd", "flux", "fluxerr", "instrument_id", "altdata")}
    columns |= {"origin_id": ids_of("origin", new.origin), "bandpass_id": ids_of("bandpass", new.bandpass)}
    columns |= {name: getattr(new, name) for name in ("limiting_mag", "ra", "dec", "ra_unc", "dec_unc")}
    columns |= {name: getattr(new, name) for name in ("ref_flux", "ref_fluxerr") if getattr(new, name) is not None}
    values: dict[str, Any] = {name: column[0] if column is not None else None for name, column in columns.items()}
    for name in ("limiting_mag", "ra", "dec", "ra_unc", "dec_unc"):
        values[name] = None if np.isnan(values[name]) else values[name]
    audience = _replaced_audience(viewer, point, data)
    Photometry.objects.filter(pk=point.pk).update(audience=audience, modified=timezone.now(), **values)
    make_known_to_audiences([(values["obj_id"], audience.pk)])
    points_changed(viewer, {point.obj_id, values["obj_id"]}, 1, "changed")


def _replaced_audience(viewer: Viewer, point: Photometry, data: Mapping[str, Any]) -> Audience:
    """The groups and streams of a body where it names any, the point's own where not; its owner always stays in."""
    old = point.audience
    if not {"group_ids", "stream_ids"} & data.keys():
        return old
    owner = groups.viewer_of(point.upload.owner_id) if point.upload.owner_id else None
    own = [owner.single_user_group_id] if owner and owner.single_user_group_id else []
    asked = audience_asked(viewer, data)
    mine = {viewer.single_user_group_id} - set(own) - set(_ids_named(data))
    group_ids = set(asked.group_ids) - mine if "group_ids" in data else set(old.group_ids)
    stream_ids = asked.stream_ids if "stream_ids" in data else old.stream_ids
    return Audience.objects.of({*group_ids, *own}, stream_ids)


def _ids_named(data: Mapping[str, Any]) -> list[int]:
    return [] if data.get("group_ids") == "all" else ids_in(data.get("group_ids"), "group_ids")


@transaction.atomic
def delete_point(viewer: Viewer, point_id: int) -> None:
    point = _own_point(viewer, point_id)
    obj_id = point.obj_id
    point.delete()
    points_changed(viewer, [obj_id], 1, "deleted")


@transaction.atomic
def delete_points(viewer: Viewer, point_ids: Collection[int]) -> int:
    """Delete chosen points; none where one of them is not the viewer's to delete."""
    _own_points(viewer, point_ids)
    return _delete_all(viewer, Photometry.objects.filter(pk__in=point_ids), "Choose at least one point.")


def _own_points(viewer: Viewer, point_ids: Collection[int]) -> None:
    if not point_ids:
        raise Invalid("Choose at least one point.")
    mine = Photometry.objects.visible_to(viewer).filter(pk__in=point_ids).deletable_by(viewer)
    if (lacking := len(set(point_ids)) - mine.count()) > 0:
        raise NotAllowed(
            f"{lacking} of the chosen points are not yours to delete: whoever uploaded them may, and holders of"
            " Manage photometry. Nothing was changed."
        )


@transaction.atomic
def delete_upload(viewer: Viewer, upload_uuid: Any) -> int:
    """Delete all points of one upload that are the viewer's to delete; how many those were."""
    return _delete_all(viewer, Photometry.objects.filter(upload__uuid=upload_uuid), "Invalid bulk upload id.")


@transaction.atomic
def delete_all_of(viewer: Viewer, obj: Obj) -> int:
    """Delete all points of an obj that are the viewer's to delete; how many those were."""
    return _delete_all(viewer, Photometry.objects.filter(obj=obj), f"There is no photometry of {obj.name} to delete.")


def _delete_all(viewer: Viewer, points: Any, message: str) -> int:
    mine = points.visible_to(viewer).deletable_by(viewer)
    rows = list(mine.values_list("pk", F("obj_id")))
    if not rows:
        raise Invalid(message)
    Photometry.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    points_changed(viewer, {obj_id for _, obj_id in rows}, len(rows), "deleted")
    return len(rows)
