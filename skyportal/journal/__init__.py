"""What happened, written down in the same transaction, and everything that follows from it.

An action calls `record(SourceSaved(...))`; a reaction is declared with `@on(SourceSaved)` in an app's `reactions.py`.
"""

from .entries import Entry
from .reactions import on
from .recording import record

__all__ = ["Entry", "on", "record"]
