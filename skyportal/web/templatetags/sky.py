"""Tags and filters that every template has: numbers, coordinates, times, bandpasses, addresses, icons.

A value that is missing is shown as an en dash, never as "None" or "nan".
"""

import math
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

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
def value_pm(value: Any, error: Any = None, digits: int | None = None, unit: str = "") -> SafeString:
    """A value and its uncertainty in the same breath: 0.0647 ± 0.0001.

    Without `digits`, the uncertainty has one significant figure and the value as many decimals.
    """
    found, spread = number(value), number(error)
    if found is None:
        return format_html('<span class="num quiet">{}</span>', ABSENT)
    if digits is None:
        digits = 4 if not spread else min(max(-math.floor(math.log10(abs(spread))), 0), 10)
    tail = format_html(' <span class="unit">{}</span>', unit) if unit else ""
    shown = signed(f"{found:.{digits}f}")
    if spread is None:
        return format_html('<span class="num">{}{}</span>', shown, tail)
    return format_html(
        '<span class="num">{} <span class="pm">± {}</span>{}</span>', shown, f"{abs(spread):.{digits}f}", tail
    )


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


# ---- addresses


def address(request: HttpRequest, pairs: list[tuple[str, str]]) -> str:
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    return [(key, value) for key, values in request.GET.lists() for value in values]


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This page's address with parameters replaced; None or "" removes one. The page number starts over."""
    request = context["request"]
    changes.setdefault("page", None)
    kept = [(key, value) for key, value in pairs_of(request) if key not in changes]
    for key, value in changes.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        kept += [(key, str(one)) for one in values if one not in (None, "")]
    return address(request, kept)


@register.simple_tag(takes_context=True)
def without(context: template.Context, key: str, value: Any = None, also: Collection[str] = ()) -> str:
    """This page's address without a parameter, or without one of its values: what a chip's × does. ``also``: those that
    make no sense without it."""
    request = context["request"]
    gone = {"page", *also}
    kept = [(k, v) for k, v in pairs_of(request) if k not in gone]
    return address(request, [(k, v) for k, v in kept if k != key or (value is not None and v != str(value))])


@register.inclusion_tag("web/_sort.html", takes_context=True)
def sort_header(
    context: template.Context, field: str, label: str, first: str = "asc", numeric: bool = False, fold: bool = False
) -> dict[str, Any]:
    """A column's header that sorts by it: `sort=field` or `sort=-field`; `first` is what the first click does.

    `numeric` aligns it right; `fold` hides it on a phone, as its cells' class `fold` does.
    """
    now = context["request"].GET.get("sort", context.get("default_sort", ""))
    state = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    other = {"ascending": f"-{field}", "descending": field}
    target = other.get(state, field if first == "asc" else f"-{field}")
    return {"label": label, "state": state, "url": with_query(context, sort=target), "numeric": numeric, "fold": fold}


@register.filter
def page_window(page: Page, around: int = 2) -> list[int | None]:
    """Page numbers to show: the ends, a few around this one, None where some are left out."""
    last = page.paginator.num_pages
    shown = sorted({1, last, *range(max(page.number - around, 1), min(page.number + around, last) + 1)})
    window: list[int | None] = []
    for before, number_ in zip([0, *shown], shown, strict=False):
        if number_ - before == 2:
            window.append(number_ - 1)
        elif number_ - before > 2:
            window.append(None)
        window.append(number_)
    return window


# ---- icons, forms, small things


@cache
def drawing(name: str) -> str:
    """The inside of an icon's SVG, or "" where the front-end files are not there."""
    if not name.replace("-", "").isalnum():
        return ""
    path = settings.ROOT / "node_modules/bootstrap-icons/icons" / f"{name}.svg"
    try:
        text: str = path.read_text()
    except OSError:
        return ""
    return text[text.index(">") + 1 : text.rindex("</svg>")].strip()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon in the text's colour. Beside words it is silent; alone it needs a `label`."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" fill="currentColor" {}>{}</svg>',
        says,
        mark_safe(drawing(name)),  # noqa: S308  our own file
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control with the right classes, and tied to its help and errors."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    style = {"checkbox": "form-check-input", "radio": "", "select": "form-select", "hidden": "", "range": "form-range"}
    css = style.get(kind, "form-control")
    if kind == "radio" or type(widget).__name__ == "CheckboxSelectMultiple":
        css = "choices"
    attrs: dict[str, str | bool] = {
        "class": " ".join(filter(None, [widget.attrs.get("class", ""), css, "is-invalid" if field.errors else ""]))
    }
    choices = getattr(widget, "choices", None)
    if kind == "select" and choices is not None and len(list(choices)) > 7:
        attrs["data-select"] = ""
    described = [f"{field.id_for_label}-help"] * bool(field.help_text) + [f"{field.id_for_label}-error"] * bool(
        field.errors
    )
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not hasattr(field.field.widget, "choices")


@register.filter
def initials(user: Any) -> str:
    """One or two letters for a person's round mark."""
    names = f"{getattr(user, 'first_name', '')} {getattr(user, 'last_name', '')}".split() or str(user).split()
    letters = names[0][0] + names[-1][0] if len(names) > 1 else "".join(names)[:2]
    return letters.upper()


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
def of(table: Any, name: Any) -> Any:
    """What a table holds under a name that is itself a value; nothing where it holds nothing."""
    return table.get(name) if table else None


@register.filter
def joined(table: Any, name: str) -> str:
    """The words under a name, by commas: ``{{ node|joined:"other names" }}``."""
    return ", ".join(str(word) for word in (table.get(name) or []))


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
