"""A driver of such a service: asked what there is, then for one light curve after another. It touches no table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings

from skyportal.outside import Unreachable

MOST = 500
"""Transients of one import."""


@dataclass(frozen=True)
class Found:
    """A transient as the service lists it: degrees (ICRS), columns of an obj, and what else is said of it.

    ``number`` is the service's own, where it is asked for more by that.
    """

    name: str
    ra: float
    dec: float
    number: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


class TransientService:
    """A service; drivers say what it is called and in which bandpass it measures.

    ``dated``: its list is long and asked for between two dates.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    address: ClassVar[str]
    bandpass: ClassVar[str]
    telescope: ClassVar[str]
    """Name of the telescope as the site's own list has it."""
    dated: ClassVar[bool] = False

    @property
    def service(self) -> str:
        """Where it is asked: a site may name a mirror."""
        return settings.CATALOG_SERVICES.get(self.key, self.address)

    def found(self, start: datetime | None, end: datetime | None) -> list[Found]:
        """Transients, newest first. Raises `Unreachable`, whose message says what went wrong."""
        raise NotImplementedError

    def light_curve(self, found: Found) -> dict[str, Any]:
        """Columns of a body of `POST /api/photometry`, without obj and instrument; empty where nothing was measured."""
        raise NotImplementedError

    def unreadable(self, what: str = "that cannot be read") -> Unreachable:
        return Unreachable(f"{self.label} gave an answer {what}.")


def finite(value: Any) -> float | None:
    """A number of an answer that may be text, or None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def placed(row: Mapping[str, Any], ra: str, dec: str) -> tuple[float, float] | None:
    """A position in degrees, where the row has one."""
    at = finite(row.get(ra)), finite(row.get(dec))
    if at[0] is None or at[1] is None or not (0 <= at[0] <= 360 and -90 <= at[1] <= 90):
        return None
    return at[0], at[1]
