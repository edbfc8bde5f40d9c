"""Open pages hear that something they watch has changed. Messages name topics and carry no content."""

from .topics import publish, watchable

__all__ = ["publish", "watchable"]
