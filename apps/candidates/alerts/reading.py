"""Reading alert packets, whatever they come in: Avro containers, Parquet, JSON, Kafka messages.

Nothing here raises for a bad packet: it comes out as ``Refused``, with a reason a person can act on, and the rest
of the batch goes on.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq

from .containers import LARGEST_PACKET, MAGIC, BadPacket, records, why
from .resolvers import Resolver
from .schemas import PacketSchema
from .shapes import shape_of

SUFFIXES = {".avro", ".parquet", ".json", ".jsonl", ".ndjson"}
PARQUET = b"PAR1"
FOREIGN = {b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image", b"SIMPLE": "a FITS file", b"%PDF": "a PDF",
           b"\x89HDF": "an HDF5 file", b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip file"}  # fmt: skip


@dataclass(slots=True)
class Packet:
    """One alert packet, not decoded further than it has been asked to be."""

    where: str  # file path, or topic/partition/offset
    index: int  # which record of the file
    schema: PacketSchema
    payload: bytes | memoryview = field(repr=False, default=b"")  # the Avro datum; empty for JSON and Parquet
    values: dict[str, Any] | None = field(repr=False, default=None)

    def record(self) -> dict[str, Any]:
        """The whole packet with its cutouts, as a dict. Raises BadPacket when it is damaged."""
        if self.values is None:
            stream = io.BytesIO(self.payload)
            try:
                record = fastavro.schemaless_reader(stream, self.schema.parsed, None)
            except Exception as error:  # noqa: BLE001 (damaged bytes raise many kinds)
                raise BadPacket(f"the packet does not follow its schema: {_damage(error)}") from None
            if stream.tell() != len(self.payload):
                left = len(self.payload) - stream.tell()
                raise BadPacket(f"the packet has {left} bytes that its schema does not explain")
            return cast(dict[str, Any], record)
        return self.values


@dataclass(slots=True)
class Refused:
    """What could not be read, and why. ``raw`` is the message; empty for a file, which can be read again."""

    reason: str
    where: str
    index: int = 0
    raw: bytes = field(repr=False, default=b"")


def expand(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files meant by paths, folders (every file of a known suffix below) and patterns, in a stable order."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file())
        elif path.exists() or not any(sign in str(given) for sign in "*?["):
            yield path
        else:
            anchor = Path(path.anchor) if path.is_absolute() else Path()
            yield from sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if p.is_file())


def read_file(path: str | Path, resolver: Resolver | None = None) -> Iterator[Packet | Refused]:
    """Packets of one file."""
    path, where = Path(path), str(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
            if not head:
                yield Refused("the file is empty", where)
                return
            if head[:4] == PARQUET:
                yield from _read_parquet(stream, where)
                return
            # Packets are stretches of the file; it stays mapped for as long as one of them is kept.
            data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
            yield from _read(data, where, resolver, b"")
    except OSError as error:
        yield Refused(f"the file cannot be opened: {error.strerror or error}", where)


def read_message(raw: bytes, where: str, resolver: Resolver | None = None) -> Iterator[Packet | Refused]:
    """Packets of one Kafka message (usually one): container, Confluent wire format, JSON or Parquet."""
    if not raw:
        yield Refused("the message is empty", where)
    elif raw[:4] == PARQUET:
        yield from _read_parquet(io.BytesIO(raw), where, raw)
    else:
        yield from _read(memoryview(raw), where, resolver, raw)


def _read(data, where: str, resolver: Resolver | None, raw: bytes) -> Iterator[Packet | Refused]:
    index = 0
    try:
        for schema, payload, values in _packets(data, resolver):
            if len(payload) > LARGEST_PACKET:
                yield Refused(f"the packet has {len(payload)} bytes; the limit is {LARGEST_PACKET}", where, index, raw)
            else:
                yield Packet(where, index, schema, payload, values)
            index += 1
    except BadPacket as error:
        yield Refused(str(error), where, index, raw)
        return
    if not index:
        yield Refused("there are no packets in it", where, 0, raw)


def _packets(data, resolver):
    if data[:4] == MAGIC:
        return ((schema, payload, None) for schema, payload in records(data))
    if data[0] == 0 and len(data) > 5:
        return iter([(_wire_schema(data, resolver), data[5:], None)])
    for sign, name in FOREIGN.items():
        if data[: len(sign)] == sign:
            raise BadPacket(f"not an alert packet: {name}")
    if bytes(data[:64]).lstrip()[:1] in (b"{", b"["):
        return _json(bytes(data))
    raise BadPacket("not an alert packet: neither an Avro container, Parquet, JSON nor a Confluent message")


def _wire_schema(data, resolver: Resolver | None) -> PacketSchema:
    number = int.from_bytes(data[1:5], "big")
    if resolver is None:
        raise BadPacket(f"a Confluent message naming schema {number}, and this stream has no schema folder or registry")
    return resolver.schema(number)


def _json(data: bytes):
    if len(data) > 16 * LARGEST_PACKET:
        raise BadPacket(f"the JSON has {len(data) >> 20} MB; split it into smaller files")
    try:
        found = json.loads(data)
    except RecursionError:
        raise BadPacket("the JSON is nested too deeply") from None
    except ValueError as error:
        found = _json_lines(data, error)
    found = found if isinstance(found, list) else [found]
    if not all(isinstance(packet, dict) for packet in found):
        raise BadPacket("the JSON is not an object, nor a list of objects")
    if len(found) == 1 and found[0].get("type") == "record" and "fields" in found[0]:
        raise BadPacket("not an alert packet: an Avro schema")
    for packet in found:
        _unpack_cutouts(packet)
    schema = shape_of(found)
    return ((schema, b"", packet) for packet in found)


def _json_lines(data: bytes, error: ValueError) -> list:
    try:
        return [json.loads(line) for line in data.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise BadPacket(f"the JSON is not valid: {error}") from None


def _unpack_cutouts(packet: dict, depth: int = 0) -> None:
    """JSON has no bytes: cutouts travel as base64 text."""
    for key, value in packet.items():
        if isinstance(value, dict) and depth < 3:
            _unpack_cutouts(value, depth + 1)
        elif isinstance(value, str) and (key.lower().startswith("cutout") or key == "stampData"):
            try:
                packet[key] = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                continue


def _read_parquet(stream, where: str, raw: bytes = b"") -> Iterator[Packet | Refused]:
    index = 0
    try:
        file = pq.ParquetFile(stream)
        schema = shape_of(file.schema_arrow)
        for batch in file.iter_batches(batch_size=200):
            for values in batch.to_pylist():
                yield Packet(where, index, schema, b"", values)
                index += 1
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        yield Refused(f"the Parquet file cannot be read: {why(error)}", where, index, raw)
        return
    if not index:
        yield Refused("there are no packets in it", where, 0, raw)


def _damage(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it ends too early"
    if isinstance(error, UnicodeDecodeError):
        return "a text is not valid UTF-8"
    if isinstance(error, IndexError):
        return "a value names a type that the schema does not have"
    return why(error)
