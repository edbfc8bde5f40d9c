"""Letting go of objs that once passed a filter and that nobody ever cared for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.sources.models import (
    Annotation,
    Listing,
    Obj,
    ObjReader,
    Photometry,
    PhotStat,
    SourceView,
    Thumbnail,
    WholePhotStat,
)
from apps.sources.models.lists import REJECTED
from skyportal.access.errors import Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ObjsPurged
from ..models import Candidate, LatestCandidate

GOES_ALONG = {
    Candidate, LatestCandidate, Photometry, PhotStat, WholePhotStat, Annotation, Thumbnail, ObjReader, SourceView,
}  # fmt: skip
"""What alerts bring. Anything else that hangs on an obj, of whatever app, keeps it."""


@dataclass(frozen=True)
class Purged:
    deleted: int
    remaining: int


def purge(viewer: Viewer, months: int, most: int, *, dry_run: bool = False) -> Purged:
    """Delete up to ``most`` objs that passed no filter for so many months and were never saved nor spoken of.

    A dry run deletes nothing and says how many would go.
    """
    if not viewer.sees_all:
        raise Unpermitted("This needs the permission 'System admin'; ask an administrator for it.")
    before = _months_ago(months)
    unwanted = _forgotten(before)
    total = unwanted.count()
    if dry_run:
        return Purged(min(most, total), total - min(most, total))
    with transaction.atomic():
        rows = list(unwanted.order_by("pk").select_for_update()[:most].values_list("pk", "name"))
        if rows:
            Obj.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
            record(ObjsPurged([name for _, name in rows], before.isoformat(), viewer.user_id))
    return Purged(len(rows), max(0, total - len(rows)))


def _months_ago(months: int) -> datetime:
    try:
        return timezone.now() - relativedelta(months=months)
    except (ValueError, OverflowError):
        return timezone.now() - timedelta(days=700_000)


def _forgotten(before: datetime) -> QuerySet:
    passed = LatestCandidate.objects.filter(obj=OuterRef("pk"))
    objs: QuerySet = Obj.objects.filter(Exists(passed)).exclude(Exists(passed.filter(passed_at__gte=before)))
    for link in Obj._meta.related_objects:
        model: Any = link.related_model
        if model in GOES_ALONG:
            continue
        rows = model._default_manager.filter(**{link.field.name: OuterRef("pk")})
        objs = objs.exclude(Exists(rows.exclude(list_name=REJECTED) if model is Listing else rows))
    return objs
