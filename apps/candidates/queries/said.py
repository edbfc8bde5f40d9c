"""What the viewer may read of what is said of candidates."""

from __future__ import annotations

from django.db.models import Model, Q, QuerySet

from apps.sources.access import shared
from apps.sources.models import Annotation, Classification
from skyportal.access.rules import owned_by
from skyportal.access.viewer import Viewer

_readable = shared | owned_by("author")


def _of_candidates(model: type[Model], viewer: Viewer) -> QuerySet:
    """Rows to be met with passings, whose objs the viewer knows already: only the rows' own audience is asked.

    Asking `visible_to` here would look up the obj of each row once more, which is most of the time of a year's sort.
    """
    rows: QuerySet = model._default_manager.all()
    condition = _readable.condition(viewer, model)
    return rows if viewer.sees_all else rows.filter(condition if isinstance(condition, Q) else Q(pk__in=[]))


def annotations_of_candidates(viewer: Viewer) -> QuerySet:
    return _of_candidates(Annotation, viewer)


def classifications_of_candidates(viewer: Viewer) -> QuerySet:
    return _of_candidates(Classification, viewer)


def origin_of(group_name: str, filter_name: str) -> str:
    """The origin of the annotations a filter makes."""
    return f"{group_name}:{filter_name}"
