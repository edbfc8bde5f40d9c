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
VERDICTS = {"good": True, "bad": False, "doubtful": None}
MOST_AT_ONCE = 500


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


_SAID = ("validated", "explanation", "notes", "validator_id")


def said_by(viewer: Viewer, verdict: str, notes: str) -> dict[str, Any]:
    """A verdict in words (one of `VERDICTS`) as `judge` takes it."""
    if verdict not in VERDICTS:
        raise Invalid(f"Invalid verdict: choose one of {', '.join(VERDICTS)}.")
    return {
        "validated": VERDICTS[verdict],
        "explanation": None,
        "notes": optional_text(notes.strip(), "notes", most=10_000),
        "validator_id": viewer.user_id,
    }


@transaction.atomic
def judge(viewer: Viewer, verdicts: Mapping[int, dict[str, Any] | None]) -> dict[int, dict[str, Any] | None]:
    """Give each of several points a verdict, or none.

    Returns
    -------
    By point, what was said of it before: given to `judge` again, it undoes this.
    """
    need(viewer, MAY)
    if not 0 < len(verdicts) <= MOST_AT_ONCE:
        raise Invalid(f"Choose 1 to {MOST_AT_ONCE} points.")
    points = Photometry.objects.visible_to(viewer).filter(pk__in=verdicts).select_related("obj").in_bulk()
    if missing := verdicts.keys() - points.keys():
        raise NotVisible(f"Cannot find photometry point with ID: {min(missing)}")
    found = PointValidation.objects.select_for_update().filter(photometry__in=verdicts)
    there = {row.pop("photometry_id"): row for row in found.values("photometry_id", *_SAID)}
    said = {pk: verdict for pk, verdict in verdicts.items() if verdict is not None}
    PointValidation.objects.filter(photometry__in=verdicts.keys() - said.keys()).delete()
    PointValidation.objects.bulk_create(
        [PointValidation(photometry_id=pk, **verdict) for pk, verdict in said.items()],
        update_conflicts=True, unique_fields=["photometry"], update_fields=[*_SAID, "modified"],
    )  # fmt: skip
    for pk in sorted(said.keys() | there.keys()):
        _tell(viewer, points[pk], _deed(pk in there, pk in said))
    return {pk: there.get(pk) for pk in verdicts}


def _deed(was: bool, is_now: bool) -> str:
    if not is_now:
        return "withdrawn"
    return "changed" if was else "validated"


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
