"""Any notice: which form it has, then its own reader, then its tags."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import orjson

from . import igwn, unified, voevent
from .base import Notice, UnreadableNotice
from .tags import tags_of

LARGEST = 256 * 2**20  # bytes: a map of 50 MB in base64, with room


def read(raw: bytes, topic: str = "") -> Notice:
    """What a notice says; UnreadableNotice says what is wrong with it."""
    found = voevent.read(raw) if is_xml(raw) else _from_json(json_of(raw), topic)
    return replace(found, tags=tags_of(found))


def is_xml(raw: bytes) -> bool:
    return raw[:100].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def json_of(raw: bytes) -> dict[str, Any]:
    """The object that the bytes hold."""
    if not raw.strip():
        raise UnreadableNotice("The message is empty.")
    if len(raw) > LARGEST:
        raise UnreadableNotice(f"The message has {len(raw):,} bytes; at most {LARGEST:,} are read.")
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise UnreadableNotice(f"This is neither XML nor well-formed JSON: {problem}.") from None
    if b"\\u0000" in raw:
        raise UnreadableNotice("The JSON holds a NUL character.")
    if not isinstance(said, dict):
        raise UnreadableNotice("The JSON is not an object.")
    return said


def is_circular(said: dict[str, Any]) -> bool:
    return "circularId" in said


def _from_json(said: dict[str, Any], topic: str) -> Notice:
    if is_circular(said):
        raise UnreadableNotice("This is a circular, which tells of events but is no notice of one.")
    is_alert = "superevent_id" in said or topic == "igwn.gwalert"
    found = igwn.read(said) if is_alert else unified.read(said, topic)
    return replace(found, ivorn=f"{found.ivorn}_{_digest(said)}")


def _digest(said: dict[str, Any]) -> str:
    """Of what it says, however written: two instruments of a mission may speak of one trigger in one second."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
