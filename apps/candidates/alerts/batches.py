"""A batch of packets from beginning to end: tables, archive, filters, and the few that passed in full."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from .archive import Archive
from .basics import Basics, basics, column_at
from .containers import BadPacket
from .reading import Packet, Refused
from .sandbox import Failed, FilterSpec, Sandbox
from .schemas import PacketSchema
from .surveys import Alert, survey_of
from .tables import PacketTable, tabulate
from .vetting import facts

T = TypeVar("T")


@dataclass(slots=True)
class PassedAlert:
    """An alert that at least one filter wants, and each such filter's annotations by the filter's key."""

    alert: Alert
    packet: Packet = field(repr=False)
    filters: dict[Any, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)  # for the vetting score


@dataclass(slots=True)
class FilterFailure:
    """A filter that could not be applied to part of a batch."""

    key: Any
    reason: str
    candid: str = ""
    value: dict[str, Any] | None = None


@dataclass(slots=True)
class Batch:
    """Packets as tables, one for each schema among them."""

    packets: int
    refused: list[Refused]
    tables: list[PacketTable] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Places:
    """Which alerts of a batch were where and when; one entry an alert, degrees and MJD."""

    candid: list[str]
    object_id: list[str]
    ra: np.ndarray
    dec: np.ndarray
    mjd: np.ndarray
    programid: list[int | None]


@dataclass(slots=True)
class BatchResult:
    """What became of a batch."""

    packets: int = 0
    archived: int = 0  # not in the archive before
    refused: list[Refused] = field(default_factory=list)
    passed: list[PassedAlert] = field(default_factory=list)
    failed: list[FilterFailure] = field(default_factory=list)
    schemas: list[pa.Schema] = field(default_factory=list)
    forms: list[PacketSchema] = field(default_factory=list)  # the same as the survey wrote them
    newest_mjd: float | None = None  # of the exposures
    places: list[Places] = field(default_factory=list, repr=False)  # of all alerts, whether they passed or not


def in_batches(items: Iterable[Packet | Refused], size: int = 1000) -> Iterator[list[Packet | Refused]]:
    """Lists of up to this many; a thousand ZTF packets are 65 MB."""
    batch: list[Packet | Refused] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def decode(items: Iterable[Packet | Refused]) -> Batch:
    """Decode a batch. Needs neither database nor archive, so that the next one may be decoded meanwhile."""
    items = list(items)
    tables, damaged = tabulate([item for item in items if isinstance(item, Packet)])
    return Batch(len(items), [*(item for item in items if isinstance(item, Refused)), *damaged], tables)


def ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The same items in the same order, the next one being made in a thread while the last one is worked on.

    Never more than one ahead, so that memory is bounded. Most of decoding, and of writing files, is arithmetic
    outside the interpreter's lock: two cores are kept busy. Close it to have the thread ended.
    """
    end, source = object(), iter(items)
    with ThreadPoolExecutor(1, "ahead") as thread:
        following = thread.submit(next, source, end)
        while (item := following.result()) is not end:
            following = thread.submit(next, source, end)
            yield item  # type: ignore[misc]
            del item  # nothing of it is kept while the next one is waited for


def process(
    batch: Batch,
    specs: Sequence[FilterSpec],
    sandbox: Sandbox,
    *,
    stream: str = "",
    survey: str = "",
    archive: Archive | None = None,
) -> BatchResult:
    """Archive and filter a batch. Nothing raises for a bad packet or a bad filter.

    ``survey`` is the stream's survey key, used where a packet's schema does not tell. Doing the same batch twice
    gives the same alerts and adds nothing to the archive.
    """
    result = BatchResult(packets=batch.packets, refused=list(batch.refused))
    for table in batch.tables:
        whole, ids = _alerts_only(table, survey, result)
        if not len(whole):
            continue
        result.schemas.append(table.schema.arrow)
        result.forms.append(table.schema)
        if archive is not None:
            result.archived += archive.append(stream, whole, survey)
        _filter(whole, ids, specs, sandbox, survey, result)
    return result


def _alerts_only(table: PacketTable, hint: str, result: BatchResult) -> tuple[PacketTable, list[str]]:
    """The rows that are alerts, and their candidate ids; the others are refused with the reason."""
    try:
        found = survey_of(table.schema, hint)
    except BadPacket as error:
        result.refused += [Refused(str(error), p.where, p.index) for p in table.packets]
        return PacketTable(table.schema, table.columns.slice(0, 0), [], {}), []
    known = basics(table.columns, found)
    complete = known.complete()
    ids = known.candid.to_pylist()
    if complete.any():
        result.places.append(_places(table.columns, known, complete, found.programid))
        newest = float(known.mjd.to_numpy(zero_copy_only=False)[complete].max())
        result.newest_mjd = max(newest, result.newest_mjd or newest)
    if complete.all():
        return table, ids
    for i in np.nonzero(~complete)[0]:
        packet = table.packets[i]
        try:
            found.normalise(packet.record())
            reason = "it has no usable identity, place or time"
        except BadPacket as error:
            reason = str(error)
        result.refused.append(Refused(reason, packet.where, packet.index))
    rows = np.nonzero(complete)[0].tolist()
    taken = pa.array(rows, pa.int64())
    cutouts = {path: [pictures[r] for r in rows] for path, pictures in table.cutouts.items()}
    kept = PacketTable(table.schema, table.columns.take(taken), [table.packets[r] for r in rows], cutouts)
    return kept, [ids[r] for r in rows]


def _places(table: pa.Table, known: Basics, complete: np.ndarray, programid: str | None) -> Places:
    rows = pa.array(np.flatnonzero(complete), pa.int64())
    ra, dec, mjd = (c.take(rows).to_numpy(zero_copy_only=False) for c in (known.ra, known.dec, known.mjd))
    column = column_at(table, programid.split(".")) if programid else None
    programs = [None] * len(rows) if column is None else column.take(rows).to_pylist()
    candid, object_id = (c.take(rows).to_pylist() for c in (known.candid, known.object_id))
    return Places(candid, object_id, ra % 360, dec, mjd, [None if p is None else int(p) for p in programs])


def _filter(table: PacketTable, ids: list[str], specs, sandbox: Sandbox, survey: str, result: BatchResult) -> None:
    wanted: dict[int, dict[Any, dict[str, Any]]] = {}
    for key, answer in sandbox.run(table.columns, specs, ids).items():
        if isinstance(answer, Failed):
            result.failed.append(FilterFailure(key, answer.reason, answer.packet, answer.value))
            continue
        for row, values in zip(answer.rows, answer.annotations, strict=True):
            wanted.setdefault(row, {})[key] = values
    found = survey_of(table.schema, survey)
    for row in sorted(wanted):
        packet = table.packets[row]
        try:
            record = packet.record()
            result.passed.append(PassedAlert(found.normalise(record), packet, wanted[row], facts(record, found.key)))
        except BadPacket as error:
            result.refused.append(Refused(str(error), packet.where, packet.index))
