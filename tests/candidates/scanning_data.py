"""Candidates to scan: objs that passed a filter of the group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.sources.actions.objs import make_known
from apps.sources.models import Obj
from tests.factories import ObjFactory


def passed(found: Any, count: int, *, ago: timedelta = timedelta()) -> list[Obj]:
    """Objs that passed this filter, newest last."""
    objs = [ObjFactory() for _ in range(count)]
    last = timezone.now() - ago
    add([Passing(o.pk, found.pk, last - timedelta(hours=count - n)) for n, o in enumerate(objs)], uploader_id=None)
    make_known([o.pk for o in objs], group_ids=[found.group_id])
    return objs
