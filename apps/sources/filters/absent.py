"""Parameters of what no obj has any yet; each goes when the app that brings it hangs its own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import flag, text

from .base import Asked, Narrow, offers


def _none(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.none()


for _name, _parse in {
    "hasFollowupRequest": flag,
    "followupRequestStatus": text,
}.items():
    offers(_name, _parse)(_none)


def _refused(name: str) -> Narrow:
    def refuse(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
        raise Invalid(f"Invalid {name}: no such catalog.")

    return refuse


for _name in ("spatialCatalogName", "spatialCatalogEntryName"):
    offers(_name)(_refused(_name))
