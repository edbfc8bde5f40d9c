"""What `?include…=true` adds to candidates: of our own, and whatever other rooms know of objs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from apps.sources.models import Obj
from apps.sources.slots import obj_includes
from skyportal.access.viewer import Viewer

from ..models import Candidate
from .vetting import vetted

FIELDS = {
    "includeAlerts": "alerts",
    "includeSpectra": "spectra",
    "includeFollowupRequests": "followup_requests",
    "includeAssociatedObjs": "associated_objs",
    "includeVetting": "vetting",
}
"""Parameter → field of the answer."""
MOST_ALERTS = 100


def extras(viewer: Viewer, ids: list[int], wanted: set[str]) -> dict[str, dict[int, Any]]:
    """By field, by obj. A field that no room hung into `obj_includes` is empty: there is nothing of the kind here."""
    hung = dict(obj_includes.items()) | {"alerts": _passings, "vetting": _vetting}
    fields = {FIELDS[name] for name in wanted}
    return {field: hung[field](viewer, ids) if field in hung else {} for field in sorted(fields)}


def keys_of(names: Iterable[str]) -> dict[str, int]:
    """Ids by name, of objs that are shown already."""
    return dict(Obj.objects.filter(name__in=list(names)).values_list("name", "pk"))


def _vetting(viewer: Viewer, ids: list[int]) -> dict[int, dict[str, Any]]:
    """The score of each obj's newest passing, with its terms."""
    return {pk: asdict(found) for pk, found in vetted(viewer, ids).items()}


def _passings(viewer: Viewer, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Through filters that the viewer may know of, newest first."""
    rows = Candidate.objects.visible_to(viewer).filter(obj__in=ids)
    newest = Window(RowNumber(), partition_by="obj_id", order_by=[F("passed_at").desc(), F("pk").desc()])
    rows = rows.annotate(place=newest).filter(place__lte=MOST_ALERTS).order_by("obj_id", "place")
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in ids}
    names = ("id", "filter_id", "passed_at", "passing_alert_id")
    for obj_id, *values in rows.values_list("obj_id", *names):
        found[obj_id].append(dict(zip(names, values, strict=True)))
    return found
