"""Parameters of what no obj has any yet; each goes when the app that brings it hangs its own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from skyportal.access.viewer import Viewer
from skyportal.api.params import flag, text

from .base import Asked, offers


def _none(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.none()


for _name, _parse in {
    "hasFollowupRequest": flag,
    "followupRequestStatus": text,
}.items():
    offers(_name, _parse)(_none)
