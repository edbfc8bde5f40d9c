"""Putting back what somebody has just deleted, and words as they were before an edit.

Rows are gone, or changed, at once for everybody; what they were is kept aside for a few minutes, for one person.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.core import serializers
from django.core.cache import cache
from django.db import models, transaction

from skyportal.access.errors import Conflict, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.entries import Entry
from skyportal.journal.recording import record

from ..entries import AnnotationChanged, ClassificationChanged
from ..models import Annotation, Classification
from ..queries.subjects import SOURCES, SPECTRA, Subject
from .checks import person

LASTS = 900  # seconds
ENTRIES: dict[type[models.Model], Any] = {
    Annotation: AnnotationChanged,
    Classification: ClassificationChanged,
}


def remember(viewer: Viewer, rows: Iterable[models.Model]) -> str:
    """Keep rows as they are now, the first of them the one that counts; the receipt to put them back with."""
    receipt = secrets.token_urlsafe(16)
    cache.set(_name(viewer, receipt), serializers.serialize("python", rows), LASTS)
    return receipt


def _name(viewer: Viewer, receipt: str) -> str:
    return f"undo:{person(viewer)}:{receipt}"


@transaction.atomic
def put_back(viewer: Viewer, resource_id: str, receipt: str, *, on: Subject = SOURCES) -> str:
    """Rows of a receipt as they were, under their old ids; what it was, in a word."""
    there = on.link(on.find(viewer, resource_id))[on.parent]
    kept = cache.get(_name(viewer, receipt))
    if kept is None:
        raise NotVisible("It is too late to undo this.", status=404)
    rows = [found.object for found in serializers.deserialize("python", kept)]
    first: Any = rows[0]
    if getattr(first, f"{on.parent}_id", None) != there.pk:
        raise NotVisible("Nothing of this is to be undone.", status=404)
    now = type(first).objects.select_for_update().filter(pk=first.pk).first()
    if now is not None and now.author_id != first.author_id:
        raise Conflict("Somebody else has written there since.")
    for row in rows:
        row.save_base(raw=True)  # with the times they had
    cache.delete(_name(viewer, receipt))
    record(_entry(viewer, first, there, on))
    return type(first)._meta.verbose_name or ""


def _entry(viewer: Viewer, row: Any, there: Any, on: Subject) -> Entry:
    if type(row) in ENTRIES:  # of objs only
        return ENTRIES[type(row)](there.pk, there.name, viewer.user_id, row.pk, "put back")
    on = SPECTRA if isinstance(row, SPECTRA.comment) else on
    return on.changed(**on.facts(row), user_id=viewer.user_id, comment_id=row.pk, deed="put back")
