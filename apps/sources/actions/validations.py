"""Saying of single points whether they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Conflict, Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import PointValidated
from ..models import Photometry, PointValidation
from .checks import need, optional_text

MAY = "Manage sources"


def validate(viewer: Viewer, point_id: int, data: Mapping[str, Any]) -> int:
    """A first verdict on a point: true (good), false (bad) or null (doubtful). Its id."""
    point, given = _point(viewer, point_id), _given(data)
    if "validated" not in given:
        raise Invalid("Missing required parameter: `validated`: true, false or null.")
    with transaction.atomic():
        verdict, is_new = PointValidation.objects.get_or_create(
            photometry=point, defaults={**given, "validator_id": viewer.user_id}
        )
        if not is_new:
            raise Conflict(f"Point {point_id} was validated already; PATCH changes the verdict.", status=400)
        _tell(viewer, point, "validated")
    return verdict.pk


@transaction.atomic
def change(viewer: Viewer, point_id: int, data: Mapping[str, Any]) -> int:
    """Change what is given; whoever changes it signs it."""
    point, given = _point(viewer, point_id), _given(data)
    verdict = _verdict(point)
    for name, value in given.items():
        setattr(verdict, name, value)
    verdict.validator_id = viewer.user_id
    verdict.save()
    _tell(viewer, point, "changed")
    return verdict.pk


@transaction.atomic
def withdraw(viewer: Viewer, point_id: int) -> int:
    point = _point(viewer, point_id)
    verdict = _verdict(point)
    was = verdict.pk
    verdict.delete()
    _tell(viewer, point, "withdrawn")
    return was


def _point(viewer: Viewer, point_id: int) -> Photometry:
    need(viewer, MAY)
    point = Photometry.objects.visible_to(viewer).filter(pk=point_id).select_related("obj").first()
    if point is None:
        raise NotVisible(f"Cannot find photometry point with ID: {point_id}")
    return point


def _verdict(point: Photometry) -> PointValidation:
    found = PointValidation.objects.select_for_update().filter(photometry=point).first()
    if found is None:
        raise NotVisible(f"Point {point.pk} was not validated yet; POST does it.")
    return found


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: optional_text(data[name], name, most=10_000) for name in ("explanation", "notes") if name in data
    }
    if "validated" in data:
        if not (data["validated"] is None or isinstance(data["validated"], bool)):
            raise Invalid("Invalid validated: must be true (good), false (bad) or null (doubtful).")
        given["validated"] = data["validated"]
    return given


def _tell(viewer: Viewer, point: Photometry, deed: str) -> None:
    record(PointValidated(point.obj_id, point.obj.name, viewer.user_id, point.pk, deed))
