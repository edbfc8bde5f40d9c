"""Trying a filter on archived nights: asked for, carried out by a worker, told as a result."""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.groups.models import User
from skyportal.access.errors import Conflict, Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record
from skyportal.live.topics import publish

from ..alerts import backtest
from ..alerts.archive import Archive
from ..alerts.conditions import BadCondition
from ..alerts.sandbox import Sandbox
from ..entries import BackTestAsked, BackTestEnded
from ..models import BackTest, Filter
from ..queries import conditions, schemas
from ..queries.audiences import Audiences
from ..queries.backtests import get_test
from ..queries.filters import get_filter
from ..queries.labels import labelled
from .backtest_report import report
from .intake import archive_name, survey_key

logger = logging.getLogger(__name__)

KEPT = 20
"""Tests of a filter that are kept."""
AT_ONCE = 2
"""Tests of one filter that may be under way."""
SECONDS_OF_SILENCE = 120
"""A running test that says nothing for so long belongs to a worker that died."""
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
    version = found.versions.filter(number=int(which)).first() if which.isdigit() and len(which) < 9 else None
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


def carry_out(test_id: int) -> None:
    """Run a test. Whatever happens it ends, unless the worker dies: then the next one begins again."""
    silent = timezone.now() - timedelta(seconds=SECONDS_OF_SILENCE)
    free = Q(state=BackTest.State.WAITING) | Q(state=BackTest.State.RUNNING, heard_at__lt=silent)
    claimed = BackTest.objects.filter(free, pk=test_id).update(state=BackTest.State.RUNNING, heard_at=timezone.now())
    if not claimed:
        return
    test = BackTest.objects.select_related("filter", "filter__group", "filter__stream").get(pk=test_id)
    try:
        result = _run(test)
        _end(test, BackTest.State.DONE, result=result)
    except backtest.Cancelled:
        return
    except (backtest.TooMuch, BadCondition) as problem:
        _end(test, BackTest.State.FAILED, reason=str(problem))
    except Exception:
        logger.exception("The back-test %d broke.", test.pk)
        _end(test, BackTest.State.FAILED, reason="It broke down; the operator's log says how.")


def _run(test: BackTest) -> dict[str, Any]:
    started = time.monotonic()
    stream, group_id = test.filter.stream, test.filter.group_id
    known = labelled(group_id)
    audiences = Audiences(stream)
    survey = survey_key(stream)
    with Sandbox(seconds=20) as sandbox:
        texts = [test.condition, *([test.other_condition] if test.other_condition else [])]
        asked = [schemas.validated(stream, text, {}) for text in texts]
        questions = [backtest.question(one, sandbox, near=i == 0) for i, one in enumerate(asked)]
        run = backtest.BackTest(
            Archive(settings.ALERT_ARCHIVE),
            archive_name(stream),
            questions,
            sandbox,
            survey=survey,
            may_read=lambda programme: stream.pk in audiences.stream_ids(programme),
            known=[name.removeprefix(survey.upper()) for name in known] + list(known),
        )
        outcome = run.run(test.first_night, test.last_night, _Progress(test, started))
    return report(outcome, questions[0], known, survey) | {"seconds": round(time.monotonic() - started, 2)}


class _Progress:
    """Tells how far a test is, once a second, and hears whether it is still wanted."""

    def __init__(self, test: BackTest, started: float) -> None:
        self.test, self.started, self.told = test, started, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.told < 1 and done < total:
            return
        if now - self.started > settings.BACK_TEST_SECONDS:
            raise backtest.TooMuch(
                f"It was not done after {settings.BACK_TEST_SECONDS:,} s ({done} of {total} files); choose fewer nights."
            )
        self.told = now
        rows = BackTest.objects.filter(pk=self.test.pk, state=BackTest.State.RUNNING)
        if not rows.update(done=done, total=total, heard_at=timezone.now()):
            raise backtest.Cancelled
        publish([f"backtest:{self.test.pk}"])


@transaction.atomic
def _end(test: BackTest, state: str, *, result: dict[str, Any] | None = None, reason: str = "") -> None:
    changed = BackTest.objects.filter(pk=test.pk, state=BackTest.State.RUNNING).update(
        state=state, result=result, reason=reason[:2000], finished_at=timezone.now()
    )
    if changed:
        author = User.objects.filter(pk=test.author_id).values_list("pk", flat=True).first()
        record(BackTestEnded(test.pk, test.filter_id, test.filter.group_id, str(state), author))
