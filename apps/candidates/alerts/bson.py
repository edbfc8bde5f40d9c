"""Reading BSON (bsonspec.org, version 1.1), in which ANTARES sends its loci, as far as values of JSON go."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from .containers import LARGEST_PACKET, BadPacket

DEEPEST = 30


def unpacked(message: bytes) -> dict[str, Any]:
    """A document that was compressed by zlib. Raises BadPacket where it is none."""
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(message, LARGEST_PACKET + 1)
    except zlib.error as problem:
        raise BadPacket(f"the message cannot be decompressed: {problem}") from None
    if len(data) > LARGEST_PACKET or not stream.eof:
        raise BadPacket(f"the message is cut off, or would unpack to more than {LARGEST_PACKET >> 20} MB")
    try:
        found, end = _document(data, 0, 0)
    except (struct.error, IndexError, ValueError) as problem:
        if isinstance(problem, BadPacket):
            raise
        raise BadPacket(f"the message is no whole BSON document: {problem}") from None
    if end != len(data):
        raise BadPacket(f"the message has {len(data) - end} bytes after its BSON document")
    return found


def _document(data: bytes, place: int, depth: int) -> tuple[dict[str, Any], int]:
    """The document that begins here, and where it ends."""
    if depth > DEEPEST:
        raise BadPacket("the BSON document is nested too deeply")
    (size,) = struct.unpack_from("<i", data, place)
    end, place, found = place + size, place + 4, {}
    if size < 5 or end > len(data) or data[end - 1]:
        raise BadPacket("a BSON document is cut off")
    while kind := data[place]:
        stop = data.index(b"\0", place + 1, end)
        name, place = data[place + 1 : stop].decode(), stop + 1
        found[name], place = _value(kind, data, place, depth)
        if place > end:
            raise BadPacket("a BSON value reaches beyond its document")
    return found, end


def _value(kind: int, data: bytes, place: int, depth: int) -> tuple[Any, int]:
    if kind in _PLAIN:
        form = _PLAIN[kind]
        return struct.unpack_from(form, data, place)[0], place + struct.calcsize(form)
    if kind == 0x02:
        (size,) = struct.unpack_from("<i", data, place)
        if size < 1:
            raise BadPacket("a BSON text has no length")
        return data[place + 4 : place + 3 + size].decode(), place + 4 + size
    if kind in (0x03, 0x04):
        inner, end = _document(data, place, depth + 1)
        return (inner if kind == 0x03 else list(inner.values())), end
    if kind == 0x0A:
        return None, place
    raise BadPacket(f"the BSON document holds a value of a kind that JSON does not have ({kind:#04x})")


_PLAIN = {0x01: "<d", 0x08: "<?", 0x09: "<q", 0x10: "<i", 0x12: "<q"}
"""Double, boolean, datetime (ms), int32, int64."""
