"""Avro object containers: the frame around packets. Header, then blocks of records, each closed by a sync marker.

Only framing is done here, with every declared size checked against what is there before any memory is taken, so
that a hostile file of a hundred bytes cannot ask for a gigabyte.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import fastavro
import pyarrow as pa

from .schemas import BadSchema, PacketSchema, from_json

MAGIC = b"Obj\x01"
LARGEST_BLOCK = 256 * 2**20  # bytes once decompressed
LARGEST_PACKET = 32 * 2**20


class BadPacket(ValueError):
    """A packet (or what should be one) that cannot be read; the message says why, for people."""


def wrapped(schema: bytes, record: bytes) -> bytes:
    """A bare record and its schema (JSON) as a container, which can be kept and read again by itself."""
    sync = hashlib.sha256(schema).digest()[:16]
    header = b"".join([MAGIC, _zigzag(1), _counted(b"avro.schema"), _counted(schema), _zigzag(0), sync])
    return b"".join([header, _zigzag(1), _counted(record), sync])


def _counted(data: bytes) -> bytes:
    return _zigzag(len(data)) + data


def _zigzag(number: int) -> bytes:
    """A long as Avro writes it."""
    left, out = number << 1, bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    out.append(left)
    return bytes(out)


def records(data: memoryview) -> Iterator[tuple[PacketSchema, bytes | memoryview]]:
    """Schema and bytes of each record of a container. Raises BadPacket where the damage is met."""
    metadata, sync, place = _header(data)
    raw = metadata.get("avro.schema")
    if raw is None:
        raise BadPacket("the Avro header holds no schema")
    try:
        schema = from_json(raw)
    except BadSchema as error:
        raise BadPacket(str(error)) from None
    unpack = _codec(metadata.get("avro.codec", b"null").decode("ascii", "replace"))
    end = len(data)
    while place < end:
        count, place = long(data, place, end)
        size, place = long(data, place, end)
        if count < 0 or size < 0 or size > end - place:
            raise BadPacket(f"the file ends inside a block (it declares {size} bytes, {end - place} are left)")
        if data[place + size : place + size + 16] != sync:
            raise BadPacket("a block is not closed by the file's sync marker; the file is damaged or cut off")
        block = unpack(data[place : place + size])
        place += size + 16
        yield from ((schema, record) for record in _split(schema, block, count))


def _header(data) -> tuple[dict[str, bytes], bytes, int]:
    if data[:4] != MAGIC:
        raise BadPacket("not an Avro container")
    place, end, metadata = 4, len(data), {}
    while True:
        count, place = long(data, place, end)
        if count == 0:
            break
        if count < 0:
            _, place = long(data, place, end)
        for _ in range(abs(count)):
            key, place = _sized(data, place, end)
            value, place = _sized(data, place, end)
            metadata[key.decode("utf-8", "replace")] = value
    sync = bytes(data[place : place + 16])
    if len(sync) < 16:
        raise BadPacket("the file ends inside the Avro header")
    return metadata, sync, place + 16


def long(data, place: int, end: int) -> tuple[int, int]:
    """A zigzag variable-length integer, and the place behind it."""
    number = shift = 0
    while True:
        if place >= end:
            raise BadPacket("the file ends inside the Avro framing")
        if shift > 63:
            raise BadPacket("the Avro framing holds a number of more than ten bytes")
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), place
        shift += 7


def _sized(data, place: int, end: int) -> tuple[bytes, int]:
    size, place = long(data, place, end)
    if size < 0 or size > end - place:
        raise BadPacket("the file ends inside the Avro header")
    return bytes(data[place : place + size]), place + size


def _split(schema: PacketSchema, block: bytes, count: int) -> Iterator[bytes]:
    if count == 1:
        yield block
        return
    if count > len(block):
        raise BadPacket(f"a block declares {count} records in {len(block)} bytes")
    stream, start = io.BytesIO(block), 0
    nothing = fastavro.parse_schema({"type": "record", "name": schema.parsed["name"], "fields": []})
    for number in range(count):
        try:
            fastavro.schemaless_reader(stream, schema.parsed, nothing)
        except Exception as error:  # noqa: BLE001 (damaged bytes raise many kinds)
            raise BadPacket(f"record {number} of {count} in a block cannot be read: {why(error)}") from None
        end = stream.tell()
        yield block[start:end]
        start = end
    if start != len(block):
        raise BadPacket(f"a block holds {len(block) - start} bytes more than its {count} records")


def why(error: Exception) -> str:
    """An exception as words: its message, or its name where it has none."""
    return str(error).strip().rstrip(".") or type(error).__name__


def _codec(name: str):
    try:
        unpack = _CODECS[name]
    except KeyError:
        raise BadPacket(
            f"the Avro codec {name!r} is not supported (null, deflate, snappy, zstandard, bzip2, xz)"
        ) from None

    def bounded(block):
        try:
            return unpack(block)
        except BadPacket:
            raise
        except Exception as error:  # noqa: BLE001 (damaged bytes raise many kinds)
            raise BadPacket(f"a block cannot be decompressed ({name}): {why(error)}") from None

    return bounded


def _within(stream, block: bytes) -> bytes:
    data = stream.decompress(block, LARGEST_BLOCK + 1)
    if len(data) > LARGEST_BLOCK:
        raise BadPacket(f"a block would unpack to more than {LARGEST_BLOCK >> 20} MB")
    return data


def _deflate(block: bytes) -> bytes:
    stream = zlib.decompressobj(-15)
    data = _within(stream, block)
    if not stream.eof:
        raise BadPacket("a deflate block is cut off")
    return data


def _snappy(block: bytes) -> bytes:
    import cramjam

    size = shift = 0
    for byte in block[:5]:  # snappy begins with its length; believe nothing larger than the limit
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > LARGEST_BLOCK:
        raise BadPacket(f"a block would unpack to more than {LARGEST_BLOCK >> 20} MB")
    data = bytes(cramjam.snappy.decompress_raw(block[:-4]))
    if zlib.crc32(data) != int.from_bytes(block[-4:], "big"):
        raise BadPacket("a snappy block fails its checksum")
    return data


def _zstandard(block: bytes) -> bytes:
    data = pa.CompressedInputStream(pa.BufferReader(block), "zstd").read(LARGEST_BLOCK + 1)
    if len(data) > LARGEST_BLOCK:
        raise BadPacket(f"a block would unpack to more than {LARGEST_BLOCK >> 20} MB")
    return data


_CODECS: dict[str, Callable[[Any], Any]] = {
    "null": lambda block: block,
    "deflate": _deflate,
    "snappy": _snappy,
    "zstandard": _zstandard,
    "bzip2": lambda block: _within(bz2.BZ2Decompressor(), block),
    "xz": lambda block: _within(lzma.LZMADecompressor(), block),
}
