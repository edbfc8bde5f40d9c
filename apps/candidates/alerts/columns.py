"""Many packets of one schema decoded at once, column by column, straight into Arrow.

An Avro datum has no index: the next field starts where the last one ended, so packets are usually decoded one at a
time, each into a tree of Python objects. Here a batch advances in step instead: for each field of the schema, one
numpy operation reads that field from every packet of the batch, each packet keeping its own place. Items of lists
go in step too: the k-th item of every packet that still has one. No Python object is made for a value, which is
why a batch of a thousand packets costs about as much as a dozen would one by one.

A packet whose place at the end is not the end of its bytes was damaged: it is reported, never guessed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .joined import Bytes
from .leaves import Flag, Nothing, Number, Span, Symbol, Whole, concatenated, placed
from .schemas import Field, PacketSchema, count_fields, kept

STEP_COST, ITEM_COST, PACKET_COST = 20.0, 0.4, 800.0  # µs a field, µs a field of an item, µs a packet (measured)


class NotInColumns(ValueError):
    """The schema has a type this decoder leaves to the one-by-one reader."""


@dataclass(slots=True)
class Decoded:
    """Columns of the packets that were decoded, and where their pictures are in the joined bytes."""

    table: pa.Table
    rows: np.ndarray  # which packets of the batch the table's rows are, ascending
    buffer: np.ndarray  # the joined bytes
    packets: tuple[np.ndarray, np.ndarray]  # start, length of every packet in them
    cutouts: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]]  # path -> start, length (-1 when absent)


class Optional:
    """``[null, X]``: a branch number, then X or nothing."""

    def __init__(self, field: Field, inner):
        self.field, self.inner = field, inner
        null = field.null_branch
        self.full = 2 * (1 if null == 0 else 0)  # as zigzag writes the branch number
        self.empty = 2 * null if null is not None else 255
        self.filled: list[np.ndarray] = []

    def read(self, data: Bytes, pos, own):
        branch = data.u8[pos]
        pos = pos + 1
        filled = branch == self.full
        if filled.all():  # the usual case, and the quick one
            self.filled.append(filled)
            return self.inner.read(data, pos, own)
        wrong = ~(filled | (branch == self.empty))
        if wrong.any():
            pos = data.give_up(wrong, pos, own)
        self.filled.append(filled)
        if filled.any():
            pos[filled] = self.inner.read(data, pos[filled], own[filled])
        return pos

    def _inside(self, places, n, valid):
        filled = concatenated(self.filled, bool)
        whole = placed(self.filled, places, n)
        if filled.all() and len(filled) == n:
            return places, valid
        inner = np.nonzero(filled)[0] if places is None else places[filled]
        return inner, whole.astype(bool)

    def column(self, places, n, valid, data):
        places, valid = self._inside(places, n, valid)
        return self.inner.column(places, n, valid, data)

    def spans(self, places, n, valid):
        places, valid = self._inside(places, n, valid)
        return self.inner.spans(places, n, valid)


class Record:
    def __init__(self, field: Field):
        self.field = field
        self.parts = [node(child) for child in field.children]

    def read(self, data: Bytes, pos, own):
        for part in self.parts:
            pos = part.read(data, pos, own)
        return pos

    def kept(self):
        parts = {id(c): p for c, p in zip(self.field.children, self.parts, strict=True)}
        return [(c, parts[id(c)]) for c in kept(self.field.children)]

    def column(self, places, n, valid, data):
        columns = self.kept()
        arrays = [part.column(places, n, valid, data) for _, part in columns]
        fields = [pa.field(c.name, a.type) for (c, _), a in zip(columns, arrays, strict=True)]
        mask = None if valid is None else pa.array(~valid)
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=mask)


class Several:
    """A list (or map): blocks of a count and that many items, until a count of nought."""

    def __init__(self, field: Field):
        self.field = field
        self.is_map = field.kind == "map"
        self.item = node(field.children[0])
        self.keys = Span(Field("key", "string")) if self.is_map else None
        self.counts: list[np.ndarray] = []
        self.parents: list[np.ndarray] = []
        self.numbers: list[np.ndarray] = []
        self.size = 1 + count_fields(field.children)
        self.read_so_far = 0

    def read(self, data: Bytes, pos, own):
        total = np.zeros(len(pos), np.int64)
        active = np.arange(len(pos))
        pos = pos.copy()
        while len(active):
            count, place = data.varint(pos[active])
            sized = count < 0  # a negative count is followed by the block's size in bytes
            if sized.any():
                _, after = data.varint(place[sized])
                place[sized] = after
                count = np.abs(count)
            wrong = (count < 0) | (count > data.end[own[active]] - place)  # an item takes at least a byte
            if wrong.any():
                place, count = data.give_up(wrong, place, own[active]), np.where(wrong, 0, count)
            pos[active] = place
            active, count = active[count > 0], count[count > 0]
            self._items(data, pos, own, active, count, total)
        self.counts.append(total)
        self.read_so_far += len(total)
        return pos

    def _items(self, data: Bytes, pos, own, active, count, total) -> None:
        order = np.argsort(-count, kind="stable")
        rows, count = active[order], count[order]
        place, owner = pos[rows], own[rows]
        steps = self._steps(count)
        going = np.searchsorted(-count, -np.arange(steps), "left").tolist()
        for k, n in enumerate(going):
            if self.keys is not None:
                place[:n] = self.keys.read(data, place[:n], owner[:n])
            place[:n] = np.minimum(self.item.read(data, place[:n], owner[:n]), data.size)
            self.parents.append(self.read_so_far + rows[:n])
            self.numbers.append(total[rows[:n]] + k)
        long = count > steps
        if long.any():
            place, count = data.give_up(long, place, owner), np.where(long, steps, count)
        pos[rows] = place
        total[rows] += count

    def _steps(self, count: np.ndarray) -> int:
        """How far to go in step, given the counts in falling order.

        One step costs about the same however many packets take part, so the few with by far the longest lists are
        better left to the one-by-one reader: the sum of both costs is made smallest.
        """
        if not len(count):
            return 0
        longest = np.append(count, 0)  # leaving j packets out, the longest remaining list
        left_out = np.append(0, np.cumsum(count))
        cost = (
            longest * STEP_COST * self.size + left_out * ITEM_COST * self.size + np.arange(len(longest)) * PACKET_COST
        )
        return int(longest[np.argmin(cost)])

    def column(self, places, n, valid, data):
        counts = placed(self.counts, places, n)
        offsets = np.zeros(n + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        parents, numbers = concatenated(self.parents, np.int64), concatenated(self.numbers, np.int64)
        inner = offsets[parents if places is None else places[parents]] + numbers
        items = self.item.column(inner, int(offsets[-1]), None, data)
        offsets = pa.array(offsets.astype(np.int32), mask=None if valid is None else np.append(~valid, False))
        if self.keys is not None:
            return pa.MapArray.from_arrays(offsets, self.keys.column(inner, len(items), None, data), items)
        return pa.ListArray.from_arrays(offsets, items, type=pa.list_(pa.field("element", items.type)))


def node(field: Field):
    """The reader of a field."""
    plain = _plain(field)
    return Optional(field, plain) if field.branches else plain


def _plain(field: Field):
    match field.kind:
        case "float" | "double":
            return Number(field)
        case "int" | "long" | "time":
            return Whole(field)
        case "boolean":
            return Flag(field)
        case "enum":
            return Symbol(field)
        case "string" | "bytes" | "fixed":
            return Span(field)
        case "record":
            return Record(field)
        case "array" | "map":
            return Several(field)
        case "null":
            return Nothing()
    raise NotInColumns(f"{field.name} is a union of several types")


def decode(schema: PacketSchema, payloads: Sequence[bytes | memoryview]) -> Decoded:
    """Decode Avro data of one schema; packets that are damaged (or very long) are left out of ``rows``."""
    data = Bytes(payloads, count_fields(schema.fields))
    top = Record(Field("packet", "record", schema.fields))
    if not payloads:
        nothing = np.zeros(0, np.int64)
        return Decoded(schema.arrow.empty_table(), nothing, data.u8, (nothing, nothing), {})
    place = top.read(data, data.start, np.arange(len(payloads)))
    data.bad |= place != data.end
    struct = top.column(None, len(payloads), None, data)  # also finds text that is not UTF-8
    rows = np.nonzero(~data.bad)[0]
    if len(rows) < len(payloads):
        struct = struct.take(pa.array(rows))
    cutouts = {path: (start[rows], length[rows]) for path, (start, length) in _cutouts(top, len(payloads)).items()}
    table = pa.Table.from_struct_array(struct).cast(schema.arrow)
    return Decoded(table, rows, data.u8, (data.start, data.end - data.start), cutouts)


def _cutouts(top: Record, n: int) -> dict:
    found = {}

    def look(record: Record, path, places, valid):
        for child, part in zip(record.field.children, record.parts, strict=True):
            inner, inside, known = part, places, valid
            if isinstance(part, Optional):
                inner = part.inner
                if not isinstance(inner, (Record, Span)):
                    continue
                inside, known = part._inside(places, n, valid)
            if isinstance(inner, Record):
                look(inner, (*path, child.name), inside, known)
            elif isinstance(inner, Span) and child.is_picture:
                found[(*path, child.name)] = inner.spans(inside, n, known)

    look(top, (), None, None)
    return found
