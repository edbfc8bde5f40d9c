"""Running a filter, or two, over archived nights: what passes, night by night, and what fails by a hair.

Filters run in the sandbox as they do on live batches. Of each packet only the fields they name are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import needs, nights
from .archive import CANDID, MJD, OBJECT, Archive
from .basics import column_at
from .clauses import top, tree_of
from .conditions import Validated
from .places import read_schema
from .sandbox import Failed, FilterSpec, Passed, Sandbox

ROWS = 5_000
MOST_OBJECTS = 200_000
NEAR_OF_A_CLAUSE = 40
MOST_FAILURES = 3
ATTEMPTS = 3


class TooMuch(ValueError):
    """A back-test that cannot go on; the message is for the person who asked."""


class Cancelled(Exception):
    """Somebody no longer wants to know."""


@dataclass(frozen=True)
class Question:
    """A filter to try. ``clauses`` must all be true; ``near`` finds what fails exactly one of them."""

    filter: Validated
    clauses: tuple[str, ...] = ()
    near: Validated | None = None


def question(asked: Validated, sandbox: Sandbox, *, near: bool = False) -> Question:
    """A filter made ready, on request with the question what just fails it."""
    clauses = tuple(top(tree_of(asked, sandbox))) if near else ()
    return Question(asked, clauses, _near(asked, clauses) if len(clauses) > 1 else None)


def _near(asked: Validated, clauses: Sequence[str]) -> Validated:
    """True where one clause is not; the annotation says which. A clause that cannot be judged is not true."""
    truths = [f"coalesce(try({text}), false)" for text in clauses]
    count = " + ".join(f"(case when {truth} then 0 else 1 end)" for truth in truths)
    which = " ".join(f"when not {truth} then {i}" for i, truth in enumerate(truths))
    return Validated(f"({count}) = 1", {"clause": f"case {which} else -1 end"}, asked.fields_used, asked.needs)


@dataclass(slots=True)
class Seen:
    """An object that passed: how often, and its newest packet that did."""

    alerts: int = 0
    mjd: float = 0.0
    candid: str = ""
    night: str = ""

    def add(self, mjd: float, candid: str, night: str) -> None:
        self.alerts += 1
        if mjd >= self.mjd:
            self.mjd, self.candid, self.night = mjd, candid, night


@dataclass(slots=True)
class Near:
    """An alert that fails one clause only."""

    clause: int
    object_id: str
    candid: str
    night: str
    mjd: float


@dataclass
class NightResult:
    """What a night gave; for each question the alerts that passed and their objects."""

    night: str
    packets: int = 0
    left_out: int = 0
    alerts: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of all nights."""

    nights: list[NightResult] = field(default_factory=list)
    objects: list[dict[str, Seen]] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    near_alerts: Counter[int] = field(default_factory=Counter)
    present: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)


class BackTest:
    """Filters over a span of a stream's nights. ``may_read`` says of which programmes packets may be looked at."""

    def __init__(
        self,
        archive: Archive,
        stream: str,
        questions: Sequence[Question],
        sandbox: Sandbox,
        *,
        survey: str = "",
        may_read: Callable[[int | None], bool] = lambda _: True,
        known: Iterable[str] = (),
    ) -> None:
        self.archive, self.stream, self.questions, self.sandbox = archive, stream, questions, sandbox
        self.survey, self.may_read = survey, may_read
        self.known = pa.array(sorted(known), pa.string())
        self.outcome = Outcome(objects=[{} for _ in questions])
        asked = [q.filter.needs for q in questions]
        self.wanted = needs.together(asked)

    def run(self, first: str, last: str, say: Callable[[int, int], None] = lambda done, total: None) -> Outcome:
        """Judge every night of the span. ``say`` hears how many files of how many are done, and may raise."""
        parts = self.archive.parts(self.stream, first, last)
        done, total = 0, len(parts)
        for night in nights.nights(self.archive, self.stream, first, last):
            files = len([p for p in parts if p.parent.name == night])
            self._night(night, partial(_within, say, done, total))
            done += files
            say(min(done, total), total)
        self.outcome.near = [n for n in self.outcome.near if n.object_id not in self.outcome.objects[0]]
        return self.outcome

    def _night(self, night: str, say: Callable[[int], None]) -> None:
        """One night as a whole; again from its beginning where files were merged while it was read."""
        for attempt in range(ATTEMPTS):
            part = _Night(self, night)
            try:
                for number, path in enumerate(self.archive.parts(self.stream, night, night)):
                    part.read(path, partial(say, number))
                part.close()
                return
            except FileNotFoundError:
                if attempt == ATTEMPTS - 1:
                    raise TooMuch(f"The files of {night} changed while they were read; try again.") from None


def _within(say: Callable[[int, int], None], done: int, total: int, number: int) -> None:
    """How far it is inside a night: files of a night that is read again are not counted beyond the whole."""
    say(min(done + number, total), total)


class _Night:
    """One night under way. Nothing of it counts before it is closed."""

    def __init__(self, test: BackTest, night: str) -> None:
        self.test, self.night = test, night
        self.result = NightResult(night, alerts=[0] * len(test.questions))
        self.passed: list[list[tuple[str, float, str]]] = [[] for _ in test.questions]
        self.near: list[Near] = []
        self.near_alerts: Counter[int] = Counter()
        self.present: set[str] = set()

    def read(self, path, say: Callable[[], None]) -> None:
        schema = read_schema(path)
        programme = nights.survey_of_part(schema, self.test.survey).programid
        columns = nights.leaves(self.test.wanted, schema)
        if programme and nights.has(schema, programme):
            columns = list(dict.fromkeys([*columns, programme]))
        for table in nights.read(path, columns, ROWS):
            say()
            self._judge(self._readable(table, programme))

    def _readable(self, table: pa.Table, programme: str | None) -> pa.Table:
        self.result.packets += len(table)
        keep = readable(table, programme, self.test.may_read)
        if keep.all():
            return table
        self.result.left_out += int((~keep).sum())
        return table.filter(pa.array(keep))

    def _judge(self, table: pa.Table) -> None:
        test = self.test
        if not len(table):
            return
        names, candids, times = (table[n].to_pylist() for n in (OBJECT, CANDID, MJD))
        if len(test.known):
            self.present.update(table[OBJECT].filter(pc.is_in(table[OBJECT], value_set=test.known)).to_pylist())
        specs = [FilterSpec(i, q.filter) for i, q in enumerate(test.questions)]
        near = test.questions[0].near
        specs += [FilterSpec("near", near)] if near else []
        answers = test.sandbox.run(table, specs, candids)
        for i in range(len(test.questions)):
            answer = answers[i]
            if isinstance(answer, Failed):
                self._failed(answer)
                continue
            self.result.alerts[i] += len(answer.rows)
            self.passed[i] += [(names[r], times[r], candids[r]) for r in answer.rows]
        if isinstance(found := answers.get("near"), Passed):
            self._nearly(found, names, candids, times)

    def _nearly(self, found: Passed, names: list, candids: list, times: list) -> None:
        for row, said in zip(found.rows, found.annotations, strict=True):
            clause = int(said["clause"])
            self.near_alerts[clause] += 1
            if self.near_alerts[clause] <= NEAR_OF_A_CLAUSE:
                self.near.append(Near(clause, names[row], candids[row], self.night, times[row]))

    def _failed(self, answer: Failed) -> None:
        failures = self.test.outcome.failures
        failures[f"{answer.reason} (packet {answer.packet})" if answer.packet else answer.reason] += 1
        if sum(failures.values()) >= MOST_FAILURES:
            raise TooMuch(f"It could not judge {MOST_FAILURES} batches of packets; the first: {next(iter(failures))}.")

    def close(self) -> None:
        outcome = self.test.outcome
        for i, rows in enumerate(self.passed):
            self.result.objects.append(len({name for name, _, _ in rows}))
            for name, mjd, candid in rows:
                outcome.objects[i].setdefault(name, Seen()).add(mjd, candid, self.night)
            if len(outcome.objects[i]) > MOST_OBJECTS:
                raise TooMuch(f"More than {MOST_OBJECTS:,} objects pass; ask for more, or choose fewer nights.")
        counts = outcome.near_alerts
        outcome.near += [n for n in self.near if counts[n.clause] < NEAR_OF_A_CLAUSE]
        counts.update(self.near_alerts)
        outcome.present |= self.present
        outcome.nights.append(self.result)


def readable(table: pa.Table, programme: str | None, may_read: Callable[[int | None], bool]) -> np.ndarray:
    """Which packets of a table are of a programme that may be read."""
    column = column_at(table, programme.split(".")) if programme else None
    if column is None:
        return np.full(len(table), may_read(None))
    values = column.to_pylist()
    allowed: dict[Any, bool] = {v: may_read(None if v is None else int(v)) for v in set(values)}
    return np.array([allowed[v] for v in values], bool)
