"""Asking for a back-test, and taking it back. A worker carries it out (`trying`)."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from skyportal.access.errors import Conflict, Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import BackTestAsked, BackTestEnded
from ..models import BackTest, Filter
from ..queries import conditions
from ..queries.backtests import get_test
from ..queries.filters import get_filter

KEPT = 20
"""Tests of a filter that are kept."""
AT_ONCE = 2
"""Tests of one filter that may be under way."""
NIGHT = re.compile(r"20\d{6}")


def ask(viewer: Viewer, filter_id: int, given: dict[str, Any]) -> BackTest:
    """Have a worker try a filter. ``given``: first and last night; ``text``, ``other``: a version's number or the
    draft's condition under "condition"; other may be empty."""
    found = get_filter(viewer, filter_id, status=404)
    first, last = (_night(given.get(name), name) for name in ("first", "last"))
    if first > last:
        raise Invalid("The first night must not be after the last one.")
    label, condition = _text(found, str(given.get("text", "")), str(given.get("condition", "")))
    other_label, other = "", ""
    if given.get("other"):
        other_label, other = _text(found, str(given["other"]), str(given.get("condition", "")))
    with transaction.atomic():
        Filter.objects.select_for_update().get(pk=found.pk)
        _room(found.pk)
        test = BackTest.objects.create(
            filter=found, author_id=viewer.user_id, first_night=first, last_night=last,
            label=label, condition=condition, other_label=other_label, other_condition=other,
        )  # fmt: skip
        record(BackTestAsked(test.pk, found.pk, found.group_id, viewer.user_id))
    return test


def _room(filter_id: int) -> None:
    """Two at a time; the oldest that are done go."""
    rows = BackTest.objects.filter(filter_id=filter_id)
    if rows.filter(state__in=[BackTest.State.WAITING, BackTest.State.RUNNING]).count() >= AT_ONCE:
        raise Conflict(f"{AT_ONCE} back-tests of this filter are under way; wait for one, or cancel it.", status=400)
    old = rows.order_by("-created_at", "-pk").values_list("pk", flat=True)[KEPT - 1 :]
    BackTest.objects.filter(pk__in=list(old)).delete()


def _night(text: Any, name: str) -> str:
    night = str(text or "").replace("-", "")
    if not NIGHT.fullmatch(night):
        raise Invalid(f"Give the {name} night as a date.")
    return night


def _text(found: Filter, which: str, draft: str) -> tuple[str, str]:
    """The label and condition of a version, or of the draft once it is known to be able to run."""
    if which == "draft":
        condition, _ = conditions.checked(found.stream_id, draft, {})
        return "draft", condition
    version = found.versions.filter(number=int(which)).first() if which.isdecimal() and len(which) < 9 else None
    if version is None:
        raise NotVisible(f"{found.name} has no version {which[:20] or 'of that number'}.")
    return f"version {version.number}", version.condition


@transaction.atomic
def cancel(viewer: Viewer, test_id: int) -> None:
    """Stop a test; the worker hears of it within a second."""
    test = get_test(viewer, test_id)
    open_states = [BackTest.State.WAITING, BackTest.State.RUNNING]
    changed = BackTest.objects.filter(pk=test.pk, state__in=open_states).update(
        state=BackTest.State.CANCELLED, finished_at=timezone.now()
    )
    if changed:
        record(BackTestEnded(test.pk, test.filter_id, test.filter.group_id, "cancelled", viewer.user_id))
