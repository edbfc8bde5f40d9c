"""From the raw bytes of a notice to what it says of an event. Knows no database and no network."""

from .base import Notice, UnreadableNotice
from .reading import read

__all__ = ["Notice", "UnreadableNotice", "read"]
