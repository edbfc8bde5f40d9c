"""What a filter may ask of a stream's packets, for those who write filters.

The reader of alerts, with Arrow, is brought in when somebody first writes one: 40 MB that a web process otherwise does
without. Doors and their actions come this way; what takes packets in uses `schemas` itself.
"""

from __future__ import annotations

from typing import Any

from apps.groups.models import Stream


def fields(stream: Stream) -> list[tuple[str, str]]:
    """Every field that a condition may name, with its type."""
    from . import schemas

    return schemas.fields(stream)


def get_ready() -> None:
    """Somebody is about to write a filter: what they write shall be checked at once."""
    from . import schemas

    schemas.get_ready()


def checked(stream_id: int, condition: str, annotations: Any) -> tuple[str, dict[str, str]]:
    """The texts of a filter, trimmed, once they are known to be able to run; else `Invalid`."""
    from . import schemas

    return schemas.checked_condition(stream_id, condition, annotations)


def notes(stream: Stream) -> dict[str, str]:
    """What the survey says of its fields, by path."""
    from . import schemas

    return schemas.notes(stream)
