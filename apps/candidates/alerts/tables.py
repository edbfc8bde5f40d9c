"""A batch of packets as Arrow tables: one for each schema among them, for filters and for the archive."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from . import columns
from .containers import BadPacket
from .reading import Packet, Refused
from .schemas import Field, PacketSchema, kept

Bytes = bytes | memoryview
FEWEST_AT_ONCE = 48  # below this many packets of one schema, decoding one by one is quicker


@dataclass(slots=True)
class PacketTable:
    """Packets of one schema: row i of ``columns`` is ``packets[i]``, and so are row i of each kind of cutout.

    Cutouts are packed as they came, and mostly stretches of the batch's joined bytes: nothing is copied.
    """

    schema: PacketSchema
    columns: pa.Table
    packets: list[Packet] = field(repr=False)
    cutouts: dict[tuple[str, ...], list[Bytes | None]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.packets)


def tabulate(
    packets: Iterable[Packet], *, fewest_at_once: int = FEWEST_AT_ONCE
) -> tuple[list[PacketTable], list[Refused]]:
    """Tables of the packets, and those that turned out to be damaged.

    Floats that are NaN become null, as an unknown value should fail a comparison rather than pass it.
    """
    groups: dict[PacketSchema, list[Packet]] = {}
    for packet in packets:
        groups.setdefault(packet.schema, []).append(packet)
    tables, refused = [], []
    for schema, members in groups.items():
        table, bad = _tabulate_one(schema, members, fewest_at_once)
        refused += bad
        if table is not None:
            tables.append(table)
    return tables, refused


def _tabulate_one(schema, members, fewest_at_once):
    quick, rows = None, np.zeros(0, np.int64)
    cutouts: dict[tuple[str, ...], list[Bytes | None]] = {path: [] for path in schema.cutout_paths}
    if schema.avro is not None and len(members) >= fewest_at_once:
        try:
            done = columns.decode(schema, [p.payload for p in members])
            quick, rows = done.table, done.rows
            cutouts = {path: _stretches(done.buffer, *spans) for path, spans in done.cutouts.items()}
            for member, stretch in zip(members, _stretches(done.buffer, *done.packets), strict=True):
                member.payload = stretch  # the joined bytes are enough; the packet's own may go
        except columns.NotInColumns:
            pass
    missing = np.setdiff1d(np.arange(len(members)), rows, assume_unique=True)
    slow, slow_rows, slow_cutouts, refused = _one_by_one(schema, members, missing)
    order = np.argsort(np.concatenate([rows, slow_rows]), kind="stable")
    taken = [members[i] for i in np.concatenate([rows, slow_rows])[order].astype(int)]
    if not taken:
        return None, refused
    parts = [t for t in (quick, slow) if t is not None and len(t)]
    table = parts[0] if len(parts) == 1 else pa.concat_tables(parts).take(pa.array(order))
    pictures = {}
    for path in schema.cutout_paths:
        both = [*cutouts[path], *slow_cutouts[path]]
        pictures[path] = [both[i] for i in order.tolist()]
    return PacketTable(schema, table, taken, pictures), refused


def _stretches(buffer: np.ndarray, start: np.ndarray, length: np.ndarray) -> list[Bytes | None]:
    """Stretches of the joined bytes, None where the length is negative."""
    view = memoryview(buffer.data)
    return [None if n < 0 else view[s : s + n] for s, n in zip(start.tolist(), length.tolist(), strict=True)]


def _one_by_one(schema: PacketSchema, members, which):
    good, records, refused = [], [], []
    cutouts: dict[tuple[str, ...], list] = {path: [] for path in schema.cutout_paths}
    fields = kept(schema.fields)
    for i in which:
        packet = members[i]
        try:
            record = packet.record()
            records.append({f.name: _clean(record.get(f.name), f) for f in fields})
        except (BadPacket, TypeError, ValueError, AttributeError, OverflowError) as error:
            refused.append(Refused(str(error), packet.where, packet.index))
            continue
        good.append(i)
        for path, pictures in cutouts.items():
            pictures.append(cutout_of(record, path))
    table = pa.Table.from_pylist(records, schema=schema.arrow) if records else schema.arrow.empty_table()
    return table, np.array(good, np.int64), cutouts, refused


def cutout_of(record: dict, path: tuple[str, ...]) -> bytes | None:
    """The picture at a path of a packet, or None."""
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else None


def _clean(value, f: Field):
    """A value as its column holds it: NaN unknown, times in UTC without saying so, text for what has no one type."""
    if value is None:
        return None
    match f.kind:
        case "float" | "double":
            return None if math.isnan(value) else float(value)
        case "record":
            return {c.name: _clean(value.get(c.name), c) for c in kept(f.children)}
        case "array":
            return [_clean(v, f.children[0]) for v in value]
        case "map":
            pairs = value.items() if isinstance(value, dict) else value
            return [(k, _clean(v, f.children[0])) for k, v in pairs]
        case "time":
            return value.astimezone(UTC).replace(tzinfo=None) if getattr(value, "tzinfo", None) else value
        case "mixed":
            return value if isinstance(value, str) else json.dumps(value, default=_plain)
    return value


def _plain(value) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
