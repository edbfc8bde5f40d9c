"""Counting who looks at what. Nothing follows from it, so it goes past the journal."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from skyportal.access.viewer import Viewer

from ..models import SourceView

logger = logging.getLogger(__name__)


def count_view(viewer: Viewer, obj_id: int) -> None:
    """Somebody looked at an obj; a count that fails is not worth failing for."""
    try:
        SourceView.objects.create(obj_id=obj_id, user_id=viewer.user_id, by_token=viewer.by_token)
    except DatabaseError:
        logger.warning("A view of obj %s was not counted.", obj_id, exc_info=True)
