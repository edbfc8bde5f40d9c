"""What every page's frame must say about who is signed in."""

from typing import Any

from django.http import HttpRequest

ACTING_FOR = "acting_for"
"""Session key: the id of whoever signed in before becoming somebody else."""


def acting(request: HttpRequest) -> dict[str, Any]:
    """Whether this is somebody acting as another user."""
    session = getattr(request, "session", None)
    return {"acting_for": session.get(ACTING_FOR) if session is not None else None}
