"""Tags and filters that every template has: numbers, coordinates, times, bandpasses.

A value that is missing is shown as an en dash, never as "None" or "nan".
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from skyportal.astro import bandpasses

register = template.Library()

ABSENT = "–"
MINUS = "−"
UNIX_EPOCH_MJD = 40587
DAY = 86_400


def number(value: Any) -> float | None:
    """A finite float, or None."""
    try:
        value = float(value)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def signed(text: str) -> str:
    """The same number with a true minus sign."""
    return text.replace("-", MINUS)


# ---- coordinates


def base60(value: float, digits: int) -> tuple[int, int, str]:
    """Whole units, minutes and zero-padded seconds of a value that is not negative, carried exactly."""
    scale = 10**digits
    total = round(value * 3600 * scale)
    whole, rest = divmod(total, 3600 * scale)
    minutes, rest = divmod(rest, 60 * scale)
    seconds, fraction = divmod(rest, scale)
    return whole, minutes, f"{seconds:02d}" + (f".{fraction:0{digits}d}" if digits else "")


@register.filter
def hms(ra: Any, digits: int = 2) -> str:
    """Right ascension in degrees as 12:34:56.78."""
    degrees = number(ra)
    if degrees is None:
        return ABSENT
    hours, minutes, seconds = base60(degrees % 360 / 15, digits)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds}"


@register.filter
def dms(dec: Any, digits: int = 1) -> str:
    """Declination in degrees as +12:34:56.7."""
    degrees = number(dec)
    if degrees is None:
        return ABSENT
    whole, minutes, seconds = base60(abs(degrees), digits)
    return f"{'-' if degrees < 0 else '+'}{whole:02d}:{minutes:02d}:{seconds}"


@register.simple_tag
def sexagesimal(ra: Any, dec: Any, digits: int = 2) -> str:
    """A position as every catalogue page takes it: 12:34:56.78 +12:34:56.7."""
    if number(ra) is None or number(dec) is None:
        return ABSENT
    return f"{hms(ra, digits)} {dms(dec, max(digits - 1, 0))}"


@register.filter
def degrees(value: Any, digits: int = 6) -> str:
    """Decimal degrees, not rounded beyond what an arcsecond's thousandth needs."""
    found = number(value)
    return ABSENT if found is None else signed(f"{found:.{digits}f}")


@register.simple_tag
def coordinates(ra: Any, dec: Any) -> SafeString:
    """A position in a monospace face; a click copies it, hovering shows degrees."""
    if number(ra) is None or number(dec) is None:
        return format_html('<span class="coords quiet">{}</span>', ABSENT)
    text = sexagesimal(ra, dec)
    plain = f"{float(ra):.6f} {float(dec):+.6f}"
    return format_html(
        '<button type="button" class="coords copy" data-copy="{}" title="{}° · click to copy">{}</button>',
        text,
        plain,
        text,
    )


# ---- numbers


@register.filter
def decimals(value: Any, digits: int = 2) -> str:
    """A number with a fixed count of decimals, or a dash."""
    found = number(value)
    return ABSENT if found is None else signed(f"{found:.{digits}f}")


@register.simple_tag
def cell(value: Any, digits: int = 2) -> str:
    """A value of a table that is mostly a number: words and truth values stay as they are."""
    if value is None:
        return ABSENT
    if isinstance(value, bool | str | list | dict):
        return str(value)
    return thousands(value) if digits == 0 else decimals(value, digits)


@register.simple_tag
def value_pm(value: Any, error: Any = None, digits: int | None = None, unit: str = "", least: int = 0) -> SafeString:
    """A value and its uncertainty in the same breath: 0.0647 ± 0.0001.

    Without `digits`, the uncertainty has one significant figure and the value as many decimals, and `least` so many.
    """
    found, spread = number(value), number(error)
    if found is None:
        return format_html('<span class="num quiet">{}</span>', ABSENT)
    if digits is None:
        digits = 4 if not spread else min(max(-math.floor(math.log10(abs(spread))), least), 10)
    tail = format_html(' <span class="unit">{}</span>', unit) if unit else ""
    shown = signed(f"{found:.{digits}f}")
    if spread is None:
        return format_html('<span class="num">{}{}</span>', shown, tail)
    return format_html(
        '<span class="num">{} <span class="pm">± {}</span>{}</span>', shown, f"{abs(spread):.{digits}f}", tail
    )


@register.filter
def thousands(value: Any) -> str:
    """A count as 1,234."""
    found = number(value)
    return ABSENT if found is None else signed(f"{int(found):,}")


@register.simple_tag
def percent(done: Any, total: Any) -> int:
    """Progress as a whole percentage, 100 only when all is done."""
    part, whole = number(done), number(total)
    if not part or not whole:
        return 0
    return min(int(100 * part / whole), 100)


@register.filter
def solid_angle(value: Any) -> SafeString:
    """Square degrees in whatever unit reads best: 103 deg², 22 arcmin², 5 arcsec²."""
    found = number(value)
    if found is None:
        return format_html("{}", ABSENT)
    for unit, size in (("deg²", 1.0), ("arcmin²", 3600.0), ("arcsec²", 3600.0**2)):
        if found * size >= 0.1 or unit == "arcsec²":
            break
    shown = f"{found * size:,.0f}" if found * size >= 1000 else f"{found * size:.3g}"
    return format_html('{} <span class="unit">{}</span>', shown, unit)


# ---- times


@register.filter
def from_mjd(value: Any) -> datetime | None:
    """The UTC time of a Modified Julian Date."""
    found = number(value)
    if found is None:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=found - UNIX_EPOCH_MJD)
    except OverflowError:
        return None


def moment(value: Any) -> datetime | None:
    """A UTC time from a datetime (naive means UTC) or an MJD."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return from_mjd(value)


@register.filter
def mjd(value: Any, digits: int = 5) -> str:
    """A time as a Modified Julian Date."""
    when = moment(value)
    if when is None:
        return ABSENT
    since = when - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{UNIX_EPOCH_MJD + since.days + (since.seconds + since.microseconds / 1e6) / DAY:.{digits}f}"


@register.filter
def utc(value: Any) -> str:
    """A time as 2024-01-31 12:00:00 UTC."""
    when = moment(value)
    return ABSENT if when is None else f"{when:%Y-%m-%d %H:%M:%S} UTC"


STEPS = [(60, 1, "s"), (3600, 60, "min"), (DAY, 3600, "h"), (60 * DAY, DAY, "d"), (730 * DAY, 30.44 * DAY, "mo")]


def relative(when: datetime, now: datetime) -> str:
    """How long ago, or in how long, in one unit: "2 h ago", "in 3 d", "just now"."""
    seconds = (now - when).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now"
    for limit, unit, name in STEPS:
        if size < limit:
            amount = f"{max(int(size // unit), 1)} {name}"
            break
    else:
        amount = f"{int(size // (365.25 * DAY))} y"
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


@register.filter
def ago(value: Any) -> SafeString:
    """Relative time, kept current in the page; UTC and MJD on hover. Takes a datetime or an MJD."""
    when = moment(value)
    if when is None:
        return format_html('<span class="quiet">{}</span>', ABSENT)
    return format_html(
        '<time datetime="{}" data-relative title="{} · MJD {}">{}</time>',
        when.isoformat(timespec="seconds"),
        utc(when),
        mjd(when),
        relative(when, datetime.now(UTC)),
    )


# ---- bandpasses


@register.filter
def bandpass_colour(name: Any) -> str:
    """The one colour of a bandpass, everywhere."""
    return bandpasses.colour(str(name))


@register.filter
def bandpass_badge(name: Any) -> SafeString:
    """A bandpass's name with its colour beside it."""
    if not name:
        return format_html('<span class="quiet">{}</span>', ABSENT)
    return format_html(
        '<span class="bandpass"><i class="swatch" style="--swatch: {}"></i>{}</span>', bandpass_colour(name), name
    )


# ---- tables


@register.filter
def of(table: Any, name: Any) -> Any:
    """What a table holds under a name that is itself a value; nothing where it holds nothing."""
    return table.get(name) if table else None


@register.filter
def joined(table: Any, name: str) -> str:
    """The words under a name, by commas: ``{{ node|joined:"other names" }}``."""
    return ", ".join(str(word) for word in (table.get(name) or []))
