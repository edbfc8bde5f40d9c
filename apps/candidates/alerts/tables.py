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

FEWEST_AT_ONCE = 48  # below this many packets of one schema, decoding one by one is quicker


@dataclass(slots=True)
class PacketTable:
    """Packets of one schema: row i of ``columns`` is ``packets[i]``."""

    schema: PacketSchema
    columns: pa.Table
    packets: list[Packet] = field(repr=False)
    cutouts: dict[tuple[str, ...], pa.Array] | None = field(repr=False, default=None)

    def __len__(self) -> int:
        return len(self.packets)


def tabulate(
    packets: Iterable[Packet], *, with_cutouts: bool = False, fewest_at_once: int = FEWEST_AT_ONCE
) -> tuple[list[PacketTable], list[Refused]]:
    """Tables of the packets, and those that turned out to be damaged.

    Floats that are NaN become null, as an unknown value should fail a comparison rather than pass it.
    With cutouts, their bytes are given beside each table, still packed as they came.
    """
    groups: dict[PacketSchema, list[Packet]] = {}
    for packet in packets:
        groups.setdefault(packet.schema, []).append(packet)
    tables, refused = [], []
    for schema, members in groups.items():
        table, bad = _tabulate_one(schema, members, with_cutouts, fewest_at_once)
        refused += bad
        if table is not None:
            tables.append(table)
    return tables, refused


def _tabulate_one(schema, members, with_cutouts, fewest_at_once):
    quick, rows, cutouts = None, np.zeros(0, np.int64), {}
    if schema.avro is not None and len(members) >= fewest_at_once:
        try:
            done = columns.decode(schema, [p.payload for p in members])
            quick, rows = done.table, done.rows
            cutouts = (
                {path: _gathered(done.buffer, *span) for path, span in done.cutouts.items()} if with_cutouts else {}
            )
        except columns.NotInColumns:
            pass
    missing = np.setdiff1d(np.arange(len(members)), rows, assume_unique=True)
    slow, slow_rows, slow_cutouts, refused = _one_by_one(schema, members, missing, with_cutouts)
    order = np.argsort(np.concatenate([rows, slow_rows]), kind="stable")
    taken = [members[i] for i in np.concatenate([rows, slow_rows])[order].astype(int)]
    if not taken:
        return None, refused
    parts = [t for t in (quick, slow) if t is not None and len(t)]
    table = parts[0] if len(parts) == 1 else pa.concat_tables(parts).take(pa.array(order))
    pictures = None
    if with_cutouts:
        pictures = {p: _joined(cutouts.get(p), slow_cutouts[p], order) for p in schema.cutout_paths}
    return PacketTable(schema, table, taken, pictures), refused


def _gathered(buffer: np.ndarray, start: np.ndarray, length: np.ndarray) -> pa.Array:
    """Stretches of the joined bytes as one column, null where the length is negative."""
    view, present = memoryview(buffer.data), length >= 0
    spans = zip(start.tolist(), np.maximum(length, 0).tolist(), strict=True)
    joined = b"".join([view[s : s + n] for s, n in spans])
    offsets = np.concatenate([[0], np.cumsum(np.maximum(length, 0))]).astype(np.int64)
    bits = None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(pa.large_binary(), len(start), [bits, pa.py_buffer(offsets), pa.py_buffer(joined)])


def _joined(quick: pa.Array | None, slow: list, order: np.ndarray) -> pa.Array:
    if quick is not None and not slow:
        return quick
    rest = pa.array(slow, pa.large_binary())
    return (rest if quick is None else pa.concat_arrays([quick, rest])).take(pa.array(order, pa.int64()))


def _one_by_one(schema: PacketSchema, members, which, with_cutouts):
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
        if with_cutouts:
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
