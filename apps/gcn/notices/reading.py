"""Any notice: which form it has, then its own reader."""

from __future__ import annotations

from .base import Notice, UnreadableNotice


def read(raw: bytes, topic: str = "") -> Notice:
    """What a notice says; UnreadableNotice says what is wrong with it."""
    raise UnreadableNotice("No reader yet.")
