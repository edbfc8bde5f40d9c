"""Times, numbers and positions as notices write them; UnreadableNotice names what is wrong."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from skyportal.astro.time import mjd_of, utc_from_tai

from .base import UnreadableNotice, Value

TT_MINUS_TAI = 32.184  # s
AGE = range(1950, 2200)
LONGEST = 500  # signs of a text that is kept as a property
MOST = 300
"""Properties that are kept of one notice: a VOEvent of Fermi or Swift has about sixty."""

_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d*))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DEGREES = {"deg": 1.0, "degrees": 1.0, "arcmin": 1 / 60, "arcsec": 1 / 3600, "rad": 180 / math.pi}


def utc(text: Any, name: str) -> datetime:
    """An ISO time as aware UTC, microseconds kept (finer digits are cut); without a zone it is UTC.

    Examples
    --------
    >>> utc("2019-5-04T18:26:49.5Z", "alert_datetime").isoformat()
    '2019-05-04T18:26:49.500000+00:00'
    """
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise UnreadableNotice(f"{name} is not a time: {str(text)[:60]!r}.")
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    if year not in AGE:
        raise UnreadableNotice(f"{name} is in the year {year}; notices tell of {AGE.start} to {AGE.stop - 1}.")
    second, digits, zone = int(found[6] or 0), (found[7] or "")[:6].ljust(6, "0"), found[8]
    try:  # a leap second, 23:59:60, is the first of the next minute
        moment = datetime(year, month, day, hour, minute, min(second, 59), int(digits), tzinfo=UTC)
    except ValueError as problem:
        raise UnreadableNotice(f"{name} is not a time: {text[:60]!r} ({problem}).") from None
    return moment + timedelta(seconds=second - min(second, 59)) - _offset(zone)


def _offset(zone: str | None) -> timedelta:
    if zone in (None, "Z", "UTC"):
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def utc_from_tt(moment: datetime) -> datetime:
    """Terrestrial (or barycentric, which is within 2 ms of it) time as UTC."""
    offset = mjd_of(moment) - utc_from_tai(mjd_of(moment))
    return moment - timedelta(seconds=round(offset * 86400) + TT_MINUS_TAI)


def number(said: Any, name: str) -> float:
    """A finite number."""
    try:
        found = math.nan if isinstance(said, bool) else float(said)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise UnreadableNotice(f"{name} is not a number: {str(said)[:60]!r}.")
    return found


def degrees(said: Any, name: str, unit: str = "deg") -> float:
    """An angle in degrees, whatever unit the notice uses."""
    if unit not in _DEGREES:
        raise UnreadableNotice(f"{name} is in {unit[:30]!r}; known are {', '.join(_DEGREES)}.")
    return number(said, name) * _DEGREES[unit]


def direction(ra: Any, dec: Any, unit: str = "deg") -> tuple[float, float]:
    """Right ascension and declination that exist on the sky."""
    right, up = degrees(ra, "The right ascension", unit), degrees(dec, "The declination", unit)
    if not -360.0 <= right <= 360.0:
        raise UnreadableNotice(f"The right ascension {right:g} is not between 0 and 360 degrees.")
    if not -90.0 <= up <= 90.0:
        raise UnreadableNotice(f"The declination {up:g} is not between -90 and 90 degrees.")
    return right % 360.0, up


def radius(said: Any, name: str = "The position's error", unit: str = "deg") -> float:
    found = degrees(said, name, unit)
    if not 0.0 <= found <= 180.0:
        raise UnreadableNotice(f"{name} of {found:g} degrees is not between 0 and 180.")
    return found


def value(said: Any) -> Value | None:
    """A property's value: number, flag or short text; None where there is nothing to keep."""
    if isinstance(said, bool):
        return said
    if isinstance(said, int):
        return said if abs(said) < 2**53 else str(said)
    if isinstance(said, float):
        return said if math.isfinite(said) else None
    return said.strip()[:LONGEST] or None if isinstance(said, str) else None


def value_of_text(text: str) -> Value | None:
    """The same for what is written as text, as in XML.

    Examples
    --------
    >>> [value_of_text(text) for text in ("4.6", "12", "true", "0x19", "H1,L1", "")]
    [4.6, 12, True, '0x19', 'H1,L1', None]
    """
    text = text.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII):
        return int(text)
    try:
        return value(float(text)) if re.match(r"[+-]?[\d.]", text) and "_" not in text else value(text)
    except ValueError:
        return value(text)
