"""Readers of values without parts, each from all packets of a batch at once, into an Arrow array.

``read`` takes places in the joined bytes and which packet each belongs to, and gives the places behind the values.
``column`` puts what was read where it belongs: value i at ``places[i]`` of ``n`` slots, null where not ``valid``.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .joined import Bytes
from .schemas import Field

LONG_TEXT = 4096  # bytes; longer ones are checked against their packet's end at once


class Leaf:
    """A value without parts: one array for each time it was read."""

    def __init__(self, field: Field):
        self.field = field
        self.chunks: list[np.ndarray] = []

    def values(self, places: np.ndarray | None, n: int) -> np.ndarray:
        return placed(self.chunks, places, n)


class Number(Leaf):
    def read(self, data: Bytes, pos, own):
        if self.field.kind == "double":
            self.chunks.append(data.f8[pos])
            return pos + 8
        self.chunks.append(data.f4[pos])
        return pos + 4

    def column(self, places, n, valid, data):
        values = self.values(places, n).astype(np.float64, copy=False)
        unknown = np.isnan(values)  # a NaN in a packet means "not known", as null does
        if unknown.any():
            valid = ~unknown if valid is None else valid & ~unknown
        return primitive(pa.float64(), values, valid)


class Whole(Leaf):
    def read(self, data: Bytes, pos, own):
        values, pos = data.varint(pos)
        self.chunks.append(values)
        return pos

    def column(self, places, n, valid, data):
        values = self.values(places, n)
        if self.field.kind == "time":
            return primitive(pa.timestamp("us"), values * (1000 if self.field.unit == "ms" else 1), valid)
        return primitive(pa.int64(), values, valid)


class Flag(Leaf):
    def read(self, data: Bytes, pos, own):
        values = data.u8[pos]
        self.chunks.append(values)
        wrong = values > 1
        return data.give_up(wrong, pos + 1, own) if wrong.any() else pos + 1

    def column(self, places, n, valid, data):
        values = self.values(places, n).astype(bool)
        return pa.array(values, mask=None if valid is None else ~valid)


class Symbol(Leaf):
    def read(self, data: Bytes, pos, own):
        values, pos = data.varint(pos)
        wrong = (values < 0) | (values >= len(self.field.symbols))
        self.chunks.append(np.where(wrong, 0, values))
        return data.give_up(wrong, pos, own) if wrong.any() else pos

    def column(self, places, n, valid, data):
        index = pa.array(self.values(places, n), mask=None if valid is None else ~valid)
        return pa.DictionaryArray.from_arrays(index, list(self.field.symbols)).cast(pa.string())


class Span:
    """Text or bytes: where it starts and how long it is."""

    def __init__(self, field: Field):
        self.field = field
        self.starts: list[np.ndarray] = []
        self.lengths: list[np.ndarray] = []

    def read(self, data: Bytes, pos, own):
        if self.field.kind == "fixed":
            length = np.full(len(pos), self.field.size, np.int64)
        else:
            length, pos = data.varint(pos)
        if len(length) and (length.min() < 0 or length.max() > LONG_TEXT):
            wrong = (length < 0) | (length > data.end[own] - pos)
            if wrong.any():
                pos, length = data.give_up(wrong, pos, own), np.where(wrong, 0, length)
        self.starts.append(pos)
        self.lengths.append(length)
        return np.minimum(pos + length, data.size)

    def spans(self, places, n, valid) -> tuple[np.ndarray, np.ndarray]:
        start, length = placed(self.starts, places, n), placed(self.lengths, places, n)
        return start, length if valid is None else np.where(valid, length, -1)

    def column(self, places, n, valid, data):
        start, length = placed(self.starts, places, n), placed(self.lengths, places, n)
        offsets = np.zeros(n + 1, np.int64)
        np.cumsum(length, out=offsets[1:])
        index = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
        text = data.u8.take(index, mode="clip")
        if (text >= 0x80).any():
            self._refuse_broken_text(text, offsets, start, data)
        kind = pa.string() if offsets[-1] < 2**31 else pa.large_string()
        width = np.int32 if kind == pa.string() else np.int64
        parts = [bits(valid), pa.py_buffer(offsets.astype(width)), pa.py_buffer(text)]
        return pa.Array.from_buffers(kind, n, parts).cast(pa.string())

    @staticmethod
    def _refuse_broken_text(text, offsets, start, data: Bytes) -> None:
        raw = text.tobytes()
        for i in np.unique(np.searchsorted(offsets, np.nonzero(text >= 0x80)[0], "right") - 1):
            try:
                raw[offsets[i] : offsets[i + 1]].decode()
            except UnicodeDecodeError:
                data.bad[np.searchsorted(data.end, start[i], "right")] = True


class Nothing:
    def read(self, data, pos, own):
        return pos


def concatenated(chunks: list[np.ndarray], kind) -> np.ndarray:
    if len(chunks) == 1:
        return chunks[0]
    return np.concatenate(chunks) if chunks else np.zeros(0, kind)


def placed(chunks: list[np.ndarray], places: np.ndarray | None, n: int) -> np.ndarray:
    """Values in the order they were read, put where they belong; slots nobody filled hold nought."""
    values = concatenated(chunks, np.int64)
    if places is None:
        return values
    out = np.zeros(n, values.dtype)
    out[places] = values
    return out


def bits(valid: np.ndarray | None):
    return None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))


def primitive(kind: pa.DataType, values: np.ndarray, valid: np.ndarray | None) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [bits(valid), pa.py_buffer(np.ascontiguousarray(values))])
