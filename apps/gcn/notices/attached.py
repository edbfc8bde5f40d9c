"""Sky maps that come inside a notice."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from .base import AttachedMap

FITS, GZIP = b"SIMPLE  =", b"\x1f\x8b"
HEADER = 64 * 1024


def attached(said: Any, field: str, name: str) -> AttachedMap | str:
    """The map, or in a sentence why it is none. A burst is not lost because its map was broken on the way."""
    if not isinstance(said, str):
        return f"{field} is not text in base64."
    try:
        content = base64.b64decode("".join(said.split()), validate=True)
    except (binascii.Error, ValueError) as problem:
        return f"{field} is not base64: {problem}."
    if not content.startswith((FITS, GZIP)):
        start = content[:9].decode("latin-1")
        readable = start.isascii() and start.isprintable()
        return f"{field} holds no FITS file" + (f": it begins with {start!r}." if readable else ".")
    return AttachedMap(_name(content, name), content)


def _name(content: bytes, name: str) -> str:
    """Called after the program that made it, where the header says: bayestar.multiorder.fits."""
    made = re.search(rb"CREATOR = '([A-Za-z0-9_-]{1,30})", content[:HEADER])
    multi_order = b"'NUNIQ" in content[:HEADER]
    stem = made[1].decode().lower() if made else name
    ending = ".fits.gz" if content.startswith(GZIP) else ".fits"
    return f"{stem}.multiorder{ending}" if multi_order else f"{stem}{ending}"
