"""Packets from a broker that is asked, again and again, what is new since the last time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from django.utils import timezone

from apps.groups.models import Stream
from skyportal.access.errors import Refusal
from skyportal.astro.time import mjd_of
from skyportal.outside import Absent, Unreachable

from ..alerts.batches import decode
from ..alerts.brokered import packet
from ..alerts.containers import BadPacket
from ..alerts.reading import read_message
from ..brokers.base import Known, Polls, Recent, understood
from ..models import Feed
from . import feeds
from .intake import Intake, Report

logger = logging.getLogger(__name__)

LONGEST = 900.0
"""Seconds from one question to the next at most: while the broker does not answer, they double."""
BATCH = 50
"""Objects taken in together: each costs the broker a question or two."""
MOST_AT_ONCE = 500
"""Objects fetched before it is looked whether to stop."""
OVERLAP = 1.0
"""Days. Brokers come to know of some alerts late: what they saw up to a day before the position is looked through
again; what was fetched is not fetched again."""
FIRST = 1.0
"""Days that a new feed goes back."""
MOST_FAILURES = 3
"""Objects in a row that cannot be had: then it is the broker, not the objects."""


class Polling:
    """One feed that asks. Its place is kept after archive and database have a batch, so that a crash anywhere brings
    the batch again, which changes nothing that is there."""

    def __init__(self, feed: Feed, driver: Polls) -> None:
        self.feed, self.driver, self.stream = feed, driver, feed.stream
        self.intake = Intake(feed.stream)
        now = mjd_of(timezone.now())
        self.position = feed.position if feed.position is not None else now - FIRST
        self.fetched: dict[str, float] = {str(name): float(mjd) for name, mjd in (feed.fetched or {}).items()}
        self.is_behind = False
        self.stopping = False
        self.trouble = ""
        self.report = Report()
        self.carried = _carried(feed.stream)

    def stop(self) -> None:
        self.stopping = True

    def run(self, *, most: int | None = None, idle: float | None = None) -> Report:
        """Until told to stop; with ``most`` until so many packets were read, with ``idle`` until so long was quiet."""
        feeds.started(self.feed.pk)
        last, wait = time.monotonic(), self.driver.every
        while not self.stopping:
            if self.once():
                last = time.monotonic()
            if most is not None and self.report.read >= most:
                break
            if idle is not None and time.monotonic() - last >= idle:
                break
            wait = min(LONGEST, wait * 2) if self.trouble else self.driver.every
            self._rest(0.0 if self.is_behind and not self.trouble else wait if idle is None else min(wait, idle))
        return self.report

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(min(0.2, seconds))

    def once(self) -> int:
        """Ask once, and take in what is new; how many packets there were."""
        begun, before = time.monotonic(), self.report.read
        self.trouble = ""
        try:
            self._look()
        except Refusal as refusal:
            self.trouble = refusal.message
            logger.warning("Asking %s for what is new: %s", self.feed.broker, refusal.message)
        taken = self.report.read - before
        feeds.heard(self.feed.pk, taken, time.monotonic() - begun, None, self.trouble)
        return taken

    def _look(self) -> None:
        start = self.position if self.is_behind else self.position - OVERLAP
        batch: list[Recent] = []
        count = 0
        for one in self._new(start):
            batch.append(one)
            count += 1
            if len(batch) >= BATCH:
                self._take(batch)
                batch = []
            if self.stopping or count >= MOST_AT_ONCE:
                break
        if batch:
            self._take(batch)
        self.is_behind = count >= MOST_AT_ONCE

    def _new(self, start: float) -> Iterator[Recent]:
        """Those that have been seen since they were fetched; each once a round."""
        met: set[str] = set()
        recent = self.driver.newer(self.feed.topics, start)
        while True:
            with understood(self.driver.label):
                one = next(recent, None)
            if one is None:
                return
            if one.name not in met and self.fetched.get(one.name, 0.0) < one.mjd:
                met.add(one.name)
                yield one

    def _take(self, batch: list[Recent]) -> None:
        """Fetch these objects and take them in, then remember how far that was.

        One that cannot be had is left out and asked for again for as long as it lies within the overlap.
        """
        raws: dict[str, bytes] = {}
        had: list[Recent] = []
        failures, problem = 0, ""
        for one in batch:
            try:
                raws[f"{self.feed.broker}/{one.name}/{one.mjd:.6f}"] = self._fetch(one.name)
            except (Absent, BadPacket) as missing:  # nothing to take in until it is seen again
                logger.info("%s of %s: %s", one.name, self.feed.broker, missing)
            except Unreachable as refusal:
                problem, failures = refusal.message, failures + 1
                if failures >= MOST_FAILURES:
                    raise
                continue
            failures = 0
            had.append(one)
        packets = [item for where, raw in raws.items() for item in read_message(raw, where)]
        if packets:
            self.report.add(self.intake.take(decode(packets), raws))
        if problem:
            self.trouble = f"Some objects could not be had: {problem}"
        self._remember(had)

    def _fetch(self, name: str) -> bytes:
        known = self._allowed(self.driver.known(name, {}))
        with understood(self.driver.label):
            classes = self.driver.classes(known)
        return packet(known.survey, known.name, (known.ra, known.dec), known.points, self.driver.key, classes)

    def _allowed(self, known: Known) -> Known:
        """Of a broker that holds what is not public, what the stream carries."""
        if self.driver.public or self.carried is None:
            return known
        points = tuple(p for p in known.points if (1 if p.programid is None else p.programid) in self.carried)
        return Known(known.name, known.survey, known.ra, known.dec, points, "", known.facts)

    def _remember(self, had: list[Recent]) -> None:
        """The place never runs ahead of now: a broker with a wrong clock must not hide what comes."""
        now = mjd_of(timezone.now())
        self.position = max([self.position, *(min(one.mjd, now) for one in had)])
        self.fetched |= {one.name: one.mjd for one in had}
        self.fetched = {name: mjd for name, mjd in self.fetched.items() if mjd >= self.position - OVERLAP}
        feeds.reached(self.feed.pk, self.position, self.fetched)


def _carried(stream: Stream) -> set[int] | None:
    said = stream.altdata if isinstance(stream.altdata, dict) else {}
    carried = said.get("programids")
    return {int(number) for number in carried} if isinstance(carried, list) else {1}
