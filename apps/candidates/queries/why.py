"""Why an object did not pass: its packets held against a condition, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from apps.groups.models import Stream
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..alerts import needs, nights
from ..alerts.archive import CANDID, MJD, OBJECT
from ..alerts.backtest import readable
from ..alerts.clauses import ALL, Clause, bare, tree_of
from ..alerts.conditions import BadCondition, Validated
from ..alerts.places import read_schema
from ..alerts.sandbox import Failed, FilterSpec, shared
from . import schemas
from .archived import archive, archive_name, reader, survey_key

MOST_PACKETS = 100


@dataclass
class Row:
    """A clause as it is told of one packet. ``first`` marks the first one that fails."""

    depth: int
    text: str
    join: str
    truth: bool | None
    values: list[tuple[str, Any]] = field(default_factory=list)
    first: bool = False


@dataclass
class Told:
    """One packet of the object, and how it fared."""

    candid: str
    night: str
    mjd: float
    passes: bool
    rows: list[Row]
    fails: str  # the first failing clause


def why(viewer: Viewer, stream: Stream, condition: str, object_id: str) -> list[Told]:
    """The object's packets, the newest first, each with every clause's truth and values."""
    try:
        checked = schemas.validated(stream, condition.strip(), {})
        root = tree_of(checked, shared())
    except BadCondition as problem:
        raise Invalid(str(problem)) from None
    found = _packets(viewer, stream, object_id.strip(), checked)
    if not found:
        raise NotVisible(f"The archive holds no packet of {object_id[:60]} for you.", status=404)
    found = sorted(found, key=lambda one: -one[2])[:MOST_PACKETS]
    table = pa.concat_tables([needs.conform(one[3], checked.needs) for one in found])
    clauses = list(root.walk())
    asked = {f"t{i}": f"try({clause.text})" for i, clause in enumerate(clauses)}
    asked |= {f"v{i}_{k}": f"try({text})" for i, c in enumerate(clauses) for k, text in enumerate(c.operands)}
    spec = FilterSpec("", Validated("true", asked, checked.fields_used, checked.needs))
    answer = shared().run(table, [spec])[""]
    if isinstance(answer, Failed):
        raise Invalid(f"The clauses could not be judged: {answer.reason}")
    return [_told(one, root, clauses, said) for one, said in zip(found, answer.annotations, strict=True)]


def _packets(viewer: Viewer, stream: Stream, object_id: str, checked: Validated) -> list[tuple]:
    """Candidate id, night, MJD and the needed fields of each packet that the viewer may read."""
    may_read, found = reader(viewer, stream), []
    for path in archive().parts(archive_name(stream)):
        try:
            schema = read_schema(path)
            survey = nights.survey_of_part(schema, survey_key(stream))
            programme = [survey.programid] if survey.programid and nights.has(schema, survey.programid) else []
            columns = list(dict.fromkeys([*nights.leaves(checked.needs, schema), *programme]))
            names = [object_id, object_id.removeprefix(survey.key.upper())]
            table = nights.find(path, OBJECT, names, columns)
        except FileNotFoundError:  # merged just now
            continue
        keep = readable(table, survey.programid, may_read)
        for row in range(len(table)):
            if keep[row]:
                one = table.slice(row, 1)
                found.append((one[CANDID][0].as_py(), path.parent.name, one[MJD][0].as_py(), one))
    return found


def _short(value: Any) -> Any:
    """A 32-bit number of a packet has seven digits that mean something; a date has more."""
    return float(f"{value:.{12 if abs(value) >= 1e4 else 7}g}") if isinstance(value, float) else value


def _told(one: tuple, root: Clause, clauses: list[Clause], said: dict[str, Any]) -> Told:
    number = {id(clause): i for i, clause in enumerate(clauses)}
    rows: list[Row] = []

    def add(clause: Clause, depth: int) -> None:
        i = number[id(clause)]
        values = [(bare(text), _short(said[f"v{i}_{k}"])) for k, text in enumerate(clause.operands)]
        rows.append(Row(depth, clause.label, clause.join, said[f"t{i}"], values))
        for part in clause.parts:
            add(part, depth + 1)

    add(root, 0)
    top = [row for row in rows if row.depth == 1] if root.join == ALL else rows[:1]
    first = next((row for row in top if row.truth is not True), None)
    if first is not None:
        first.first = True
    return Told(one[0], one[1], one[2], rows[0].truth is True, rows, first.text if first else "")
