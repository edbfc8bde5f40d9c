"""Batches of packets on their way in: read, filtered, admitted, archived."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.groups.models import Stream
from skyportal.astro.time import datetime_of
from skyportal.live.topics import publish

from ..alerts.archive import Archive
from ..alerts.batches import Batch, BatchResult, FilterFailure, decode, process
from ..alerts.conditions import BadCondition, Validated
from ..alerts.reading import Packet, Refused
from ..alerts.sandbox import FilterSpec, Sandbox, shared
from ..models import FilterVersion, StreamPulse
from ..queries import schemas
from ..queries.archived import archive_name, survey_key
from ..queries.automation import of_filters
from ..queries.filters import running
from ..slots import batch_followers
from .acting import act
from .admission import Admission, Admitted, admit
from .filters import mark_broken
from .packets import SetAside, set_aside

logger = logging.getLogger(__name__)

BATCH = 1000
"""Packets taken together: enough that a statement for all of them costs little for each."""


@dataclass
class Report:
    """What became of packets; reports of batches add up."""

    read: int = 0
    new: int = 0
    repeated: int = 0
    refused: int = 0
    admitted: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refused_sources: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        for name in ("read", "new", "repeated", "refused", "admitted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.passed.update(other.passed)
        self.reasons.update(other.reasons)
        self.refused_sources += other.refused_sources


class Intake:
    """One stream's way in. Filters are looked up for each batch, so that an edit counts from the next one on."""

    def __init__(self, stream: Stream, *, archive: Archive | None = None, sandbox: Sandbox | None = None) -> None:
        self.stream = stream
        self.archive = archive or Archive(settings.ALERT_ARCHIVE)
        self.sandbox = sandbox or shared()
        self.survey = survey_key(stream)
        self._checked: dict[int, Validated | None] = {}
        self._remembered: set[str] = set()

    def take(self, given: Batch | Iterable[Packet | Refused], raws: Mapping[str, bytes] | None = None) -> Report:
        """Let a batch in. ``raws`` holds messages by where they came from, for those that turn out bad.

        Archive and database both change nothing the second time. Whoever reads from a queue tells it that the batch
        is done after this returns: after a crash anywhere the batch comes again, and nothing is lost or doubled.
        """
        batch = given if isinstance(given, Batch) else decode(given)
        versions = self._running()
        result = self._process(batch, versions)
        if not versions and self._learn(result) and (versions := self._running()):
            result = self._process(batch, versions)  # filters that waited for the stream's first packet
        self._learn(result)
        admitted = [Admitted(one.alert, one.filters, one.facts) for one in result.passed]
        broken = {failure.key: failure for failure in reversed(result.failed)}
        with transaction.atomic():
            chosen = of_filters(version.filter_id for version in versions) if admitted else {}
            silent = frozenset(pk for pk, one in chosen.items() if not one.annotate)
            admission = admit(self.stream, admitted, versions, silent=silent)
            act(admission.new_objs, versions, chosen)
            set_aside(self.stream, _kept(result.refused, raws or {}))
            for filter_id, failure in broken.items():
                mark_broken(filter_id, _complaint(failure))
        for follow in batch_followers:
            follow(self.stream, result.places)
        report = _report(result, admission, versions)
        beat(self.stream, report, result.newest_mjd)
        return report

    def _process(self, batch: Batch, versions: Sequence[FilterVersion]) -> BatchResult:
        specs = [FilterSpec(v.filter_id, checked) for v in versions if (checked := self._checked[v.pk])]
        return process(
            batch,
            specs,
            self.sandbox,
            stream=archive_name(self.stream),
            survey=self.survey,
            archive=self.archive,
        )

    def _learn(self, result: BatchResult) -> bool:
        """Remember the forms of packets that were not known; whether there was such a one."""
        new = False
        for schema, form in zip(result.schemas, result.forms, strict=True):
            name = schemas.name_of(schema)
            if name not in self._remembered:
                new |= schemas.remember(self.stream.pk, schema)
                schemas.remember_notes(self.stream.pk, form)
                self._remembered.add(name)
        return new

    def _running(self) -> list[FilterVersion]:
        """Filters that judge now. One that no longer fits the stream's packets is set aside as broken."""
        known = schemas.known(self.stream)
        fit = []
        for version in running([self.stream.pk]) if known else []:
            if version.pk not in self._checked:
                self._checked[version.pk] = self._check(version)
            if self._checked[version.pk] is not None:
                fit.append(version)
        return fit

    def _check(self, version: FilterVersion) -> Validated | None:
        try:
            return schemas.validated(self.stream, version.condition, version.annotations)
        except BadCondition as problem:
            mark_broken(version.filter_id, str(problem))
            return None


def _report(result: BatchResult, admission: Admission, versions: Sequence[FilterVersion]) -> Report:
    names = {version.filter_id: f"{version.filter.group.name}: {version.filter.name}" for version in versions}
    passed = Counter(dict.fromkeys(names.values(), 0))
    passed.update(names[filter_id] for one in result.passed for filter_id in one.filters)
    return Report(
        read=result.packets,
        new=result.archived,
        repeated=max(0, result.packets - len(result.refused) - result.archived),
        refused=len(result.refused),
        admitted=admission.candidates,
        passed=passed,
        reasons=Counter(one.reason for one in result.refused),
        refused_sources=[one.where for one in result.refused],
    )


def _complaint(failure: FilterFailure) -> str:
    return f"{failure.reason} Packet {failure.candid}: {failure.value}" if failure.candid else failure.reason


def _kept(refused: Iterable[Refused], raws: Mapping[str, bytes]) -> Iterable[SetAside]:
    """Refused packets with their bytes: of a message the message, of a file the file."""
    for one in refused:
        raw = one.raw or raws.get(one.where)
        if raw is None:
            path = Path(one.where)
            raw = path.read_bytes() if path.is_file() else b""
        yield SetAside(raw, f"{one.where} #{one.index}" if one.index else one.where, one.reason)


def beat(stream: Stream, report: Report, newest_mjd: float | None) -> None:
    """Add a batch to what the stream has brought so far, and let lamps know."""
    StreamPulse.objects.get_or_create(stream=stream)
    changes: dict[str, Any] = {
        "packets": F("packets") + report.new,
        "repeated": F("repeated") + report.repeated,
        "refused": F("refused") + report.refused,
        "passed": F("passed") + report.admitted,
        "last_packet_at": timezone.now(),
    }
    if newest_mjd is not None:
        changes["last_observed_at"] = Greatest(F("last_observed_at"), datetime_of(newest_mjd))
    StreamPulse.objects.filter(stream=stream).update(**changes)
    try:
        publish([f"stream:{stream.pk}"])
    except Exception:
        logger.warning("Lamps were not told of %s.", stream.name, exc_info=True)
