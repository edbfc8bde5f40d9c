"""Reading back-tests."""

from __future__ import annotations

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import BackTest


def newest(viewer: Viewer, filter_id: int, most: int = 20) -> list[BackTest]:
    """The newest tests of a filter, without what they found."""
    rows = BackTest.objects.visible_to(viewer).filter(filter_id=filter_id).select_related("author").defer("result")
    return list(rows.order_by("-created_at", "-pk")[:most])


def get_test(viewer: Viewer, test_id: int) -> BackTest:
    rows = BackTest.objects.visible_to(viewer).select_related("filter", "filter__group", "filter__stream", "author")
    found = rows.filter(pk=test_id).first()
    if found is None:
        raise NotVisible(f"There is no back-test {test_id}.", status=404)
    return found
