"""Writing our own packets as Avro: quick, because every union here is ``[null, X]`` and nothing has to be guessed."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

_ONE_BYTE = [bytes([n]) for n in range(0x80)]
Encoder = Callable[[Any, list[bytes]], None]


def encoder(schema: dict[str, Any]) -> Callable[[dict], bytes]:
    """A function from a packet to its Avro bytes."""
    write = _of(schema, {})

    def encode(packet: dict) -> bytes:
        parts: list[bytes] = []
        write(packet, parts)
        return b"".join(parts)

    return encode


def container(schema: dict[str, Any], packets: list[bytes], marker: bytes) -> bytes:
    """An Avro container of encoded packets, each a block of its own, so that a reader can take one alone."""
    text = json.dumps(schema).encode()
    header = [
        b"Obj\x01",
        long(2),
        _text(b"avro.codec"),
        _text(b"null"),
        _text(b"avro.schema"),
        _text(text),
        b"\0",
        marker,
    ]
    blocks = [part for packet in packets for part in (long(1), long(len(packet)), packet, marker)]
    return b"".join(header + blocks)


def long(number: int) -> bytes:
    """Zigzag, seven bits a byte."""
    number = (number << 1) ^ (number >> 63)
    if number < 0x80:
        return _ONE_BYTE[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _text(raw: bytes) -> bytes:
    return long(len(raw)) + raw


@lru_cache(4096)
def _string(value: str) -> bytes:
    return _text(value.encode())


_PLAIN: dict[str, Callable[[Any], bytes]] = {
    "float": struct.Struct("<f").pack,
    "double": struct.Struct("<d").pack,
    "int": long,
    "long": long,
    "string": _string,
    "bytes": _text,
    "boolean": lambda value: _ONE_BYTE[bool(value)],
}
_FILLED: dict[str, Callable[[Any], bytes]] = {  # the same behind the branch number of [null, X]
    "float": partial(struct.Struct("<Bf").pack, 2),
    "double": partial(struct.Struct("<Bd").pack, 2),
    "int": lru_cache(4096)(lambda value: b"\2" + long(value)),
    "long": lambda value: b"\2" + long(value),
    "string": lru_cache(4096)(lambda value: b"\2" + _string(value)),
    "boolean": lambda value: b"\2" + _ONE_BYTE[bool(value)],
}


def _of(avro: Any, named: dict[str, Encoder]) -> Encoder:
    if isinstance(avro, list):
        return _nullable(_of(avro[1], named))
    if isinstance(avro, str):
        if avro.rpartition(".")[2] in named:
            return named[avro.rpartition(".")[2]]
        plain = _PLAIN[avro]
        return lambda value, parts: parts.append(plain(value))
    if avro["type"] in _PLAIN:  # a long with a logical type
        return _of(avro["type"], named)
    if avro["type"] == "array":
        return _list(_of(avro["items"], named))
    record = _record([(f["name"], f["type"]) for f in avro["fields"]], named)
    named[avro["name"]] = record
    return record


def _nullable(inner: Encoder) -> Encoder:
    def write(value, parts):
        if value is None:
            parts.append(b"\0")
        else:
            parts.append(b"\2")
            inner(value, parts)

    return write


def _list(inner: Encoder) -> Encoder:
    def write(values, parts):
        if values:
            parts.append(long(len(values)))
            for value in values:
                inner(value, parts)
        parts.append(b"\0")

    return write


def _record(fields: list[tuple[str, Any]], named: dict[str, Encoder]) -> Encoder:
    """Plain fields are written in place; only lists and records call another encoder."""
    steps: list[tuple[str, Callable[[Any], bytes] | None, Encoder | None]] = []
    for name, avro in fields:
        kind = avro[1] if isinstance(avro, list) else avro
        table = _FILLED if isinstance(avro, list) else _PLAIN
        plain = table.get(kind) if isinstance(kind, str) else None
        steps.append((name, plain, None if plain else _of(avro, named)))

    def write(value, parts):
        add = parts.append
        for name, plain, other in steps:
            part = value[name]
            if plain is not None:
                add(b"\0" if part is None else plain(part))
            elif other is not None:
                other(part, parts)

    return write
