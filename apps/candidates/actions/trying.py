"""Carrying a back-test out: in a worker, with progress, until it is done, failed or no longer wanted."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.groups.models import User
from skyportal.journal.recording import record
from skyportal.live.topics import publish

from ..alerts import backtest
from ..alerts.archive import Archive
from ..alerts.conditions import BadCondition
from ..alerts.sandbox import Sandbox
from ..entries import BackTestEnded
from ..models import BackTest
from ..queries import schemas
from ..queries.archived import archive_name, survey_key
from ..queries.audiences import Audiences
from ..queries.labels import labelled
from .backtest_report import report

logger = logging.getLogger(__name__)

SECONDS_OF_SILENCE = 120
"""A running test that says nothing for so long belongs to a worker that died."""


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
                f"It took more than {settings.BACK_TEST_SECONDS:,} s ({done} of {total} files); choose fewer nights."
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
