"""What the header of a spectrum says: FITS cards or ``KEY: value`` lines, and the facts astronomers want of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from skyportal.astro.time import datetime_of

_CARD = re.compile(r"^([A-Z0-9][A-Za-z0-9_\-]{0,19})\s*=\s+(.*)$|^([A-Z0-9_\-]{8})=\s*(.*)$")
_QUOTED = re.compile(r"^'((?:[^']|'')*)'\s*(?:/\s*(.*))?$")
_PAIR = re.compile(r"^([A-Za-z][\w\-.]*)\s*:\s*(.*)$")
_COMMENTARY = re.compile(r"^(COMMENT|HISTORY)\b:?\s*(.*)$")
Header = dict[str, Any]


def parse(lines: Iterable[str]) -> Header:
    """The header in comment lines, without their comment signs. Lines of another form say nothing.

    Examples
    --------
    >>> parse(["EXPTIME = 600.0 / seconds", "INSTRUME: SPRAT", "a remark"])
    {'EXPTIME': {'value': 600.0, 'comment': 'seconds'}, 'INSTRUME': 'SPRAT'}
    """
    header: Header = {}
    for line in lines:
        text = line.strip()
        if found := _COMMENTARY.match(text):
            key, said = found.groups()
            header[key] = f"{header[key]}\n{said}" if key in header else said
        elif found := _CARD.match(text):
            header[found[1] or found[3]] = _card_value((found[2] if found[1] else found[4]).strip())
        elif found := _PAIR.match(text):
            header[found[1]] = _typed(found[2].strip())
    return header


def _card_value(text: str) -> Any:
    if quoted := _QUOTED.match(text):
        value, comment = quoted[1].replace("''", "'").rstrip(), quoted[2] or ""
    else:
        bare, _, comment = text.partition(" /") if " /" in text else (text.rstrip("/"), "", "")
        value = _typed(bare.strip())
    return {"value": value, "comment": comment.strip()} if comment.strip() else value


def _typed(text: str) -> Any:
    """A number or a truth value as such, everything else as text."""
    if text in ("T", "True", "true"):
        return True
    if text in ("F", "False", "false"):
        return False
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return text if len(text.lstrip("+-")) > 1 and text.lstrip("+-").startswith("0") else int(text)
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d{1,3})?", text):
        return float(re.sub("[dD]", "e", text))
    return text


@dataclass(frozen=True)
class Facts:
    """What a header says of the observation; None where it does not.

    ``observed_at`` is the start of the exposure as the header has it, UTC; ``exposure`` is in seconds.
    """

    observed_at: datetime | None = None
    instrument: str | None = None
    telescope: str | None = None
    exposure: float | None = None
    airmass: float | None = None
    object: str | None = None
    observers: str | None = None
    reducers: str | None = None
    pis: str | None = None
    units: str | None = None


_TEXTS = {
    "instrument": ("INSTRUME", "INSTRUMENT"),
    "telescope": ("TELESCOP", "TELESCOPE"),
    "object": ("OBJECT", "TARGET", "TARGNAME"),
    "observers": ("OBSERVER", "OBSERVERS"),
    "reducers": ("REDUCER", "REDUCERS", "REDUCEDBY"),
    "pis": ("P60PRPI", "PI", "PINAME", "PI_NAME", "PI-NAME", "PROPPI", "PI-COI"),
    "units": ("BUNIT", "FLUXUNIT", "FLUX_UNITS"),
}
_NUMBERS = {"exposure": ("EXPTIME", "EXPOSURE", "TOTALEXP"), "airmass": ("AIRMASS",)}
_DATES = ("DATE-OBS", "DATE_OBS", "OBSDATE", "DATE-BEG", "DATE_BEG", "UTC", "UTSTART")
_CLOCKS = ("OBSTIME", "UTC", "UT", "TIME-OBS", "UTSTART")
_MJDS = ("MJD-OBS", "MJD_OBS", "MJD")


def facts(header: Header) -> Facts:
    """The observation behind a header.

    A calendar date goes before an MJD: of those some pipelines write nonsense.
    """
    values = {key.upper(): one["value"] if isinstance(one, dict) else one for key, one in header.items()}
    found: dict[str, Any] = {"observed_at": _date(values)}
    for name, keys in _TEXTS.items():
        said = (str(values[key]).strip() for key in keys if values.get(key) not in (None, "", True, False))
        found[name] = next((text for text in said if text and text.lower() not in ("unknown", "none")), None)
    for name, keys in _NUMBERS.items():
        numbers = (_number(values[key]) for key in keys if key in values)
        found[name] = next((value for value in numbers if value is not None and value > 0), None)
    return Facts(**found)


_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-2]\d|3[01])(?!\d)(?:[T_-](\d\d)[-:]?(\d\d)[-:]?(\d\d))?"
)


def day_in(file_name: str) -> str:
    """When the name of a file says that it was observed, to the day or the second; "" where it does not.

    Examples
    --------
    >>> day_in("ZTF20abwdwoa_20200917_Keck1_v1.ascii"), day_in("tns_2020ank_2020-02-13_22-13-03_GTC.txt")
    ('2020-09-17', '2020-02-13T22:13:03')
    >>> day_in("12ftc_p32.ascii"), day_in("20201399.txt")
    ('', '')
    """
    if (found := _DAY.search(file_name)) is None:
        return ""
    year, month, day, *clock = found.groups()
    text = f"{year}-{month}-{day}" + (f"T{':'.join(clock)}" if clock[0] else "")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def _number(value: Any) -> float | None:
    """Also of text with its unit behind it, as in 1800.0s."""
    found = re.match(r"\s*([+-]?\d+(\.\d*)?([eE][+-]?\d+)?)", str(value))
    return float(found[1]) if found else None


def _date(values: Header) -> datetime | None:
    clock = next((str(values[key]) for key in _CLOCKS if re.match(r"^\d\d?:\d\d", str(values.get(key)))), "")
    for key in _DATES:
        text = str(values.get(key, "")).strip().replace(" ", "T")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text) and clock:
            text = f"{text}T{clock}"
        if re.match(r"\d{4}-\d\d-\d\d", text):
            try:
                when = datetime.fromisoformat(text.removesuffix("Z"))
            except ValueError:
                continue
            return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    mjds = [_number(values[key]) for key in _MJDS if key in values]
    if (jd := _number(values.get("JD", ""))) is not None:
        mjds.append(jd - 2400000.5)
    return next((datetime_of(mjd) for mjd in mjds if mjd is not None and 15020 < mjd < 88000), None)
