"""GCN circulars: what people write of events, and which events they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .base import UnreadableNotice
from .values import number

LONGEST = 200_000  # signs of a text
_ADDRESS = re.compile(
    r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+|[\w.+'-]+ (?:at|\[at\]|\(at\)) [\w-]+(?: (?:dot|\[dot\]|\.) [\w-]+)+"
)


@dataclass(frozen=True)
class CircularSaid:
    """One circular, without anybody's mail address."""

    number: int
    subject: str
    text: str
    sent_at: datetime
    submitter: str
    event_text: str
    """The event as the archive names it: LIGO/Virgo/KAGRA S230904n, GRB 230812B."""


def read_circular(said: dict[str, Any]) -> CircularSaid:
    """A circular as the archive and the topic gcn.circulars send it."""
    which = said.get("circularId")
    if isinstance(which, float) and which.is_integer():
        which = int(which)
    if not isinstance(which, int) or isinstance(which, bool) or not 0 < which < 2**31:
        raise UnreadableNotice(f"circularId is not a circular's number: {str(which)[:40]!r}.")
    subject, text = said.get("subject"), said.get("body")
    if not isinstance(subject, str) or not isinstance(text, str) or not (subject + text).strip():
        raise UnreadableNotice(f"Circular {which} has no subject or no text.")
    return CircularSaid(
        number=which,
        subject=without_addresses(subject.strip())[:500],
        text=without_addresses(text)[:LONGEST],
        sent_at=_sent_at(said.get("createdOn")),
        submitter=_submitter(said.get("submitter")),
        event_text=str(said.get("eventId") or "")[:200],
    )


def _sent_at(said: Any) -> datetime:
    """createdOn counts milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(number(said, "createdOn") / 1000, UTC)
    except (OverflowError, ValueError, OSError) as problem:
        if isinstance(problem, UnreadableNotice):
            raise
        raise UnreadableNotice(f"createdOn is not a time: {str(said)[:40]!r}.") from None


def _submitter(said: Any) -> str:
    """The name before the address; of an address alone nothing."""
    text = _ADDRESS.sub("", str(said or "")).replace("<>", "")
    return re.sub(r"\s+", " ", text).strip(" ,;<>")[:200]


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("[address removed]", text)


NAMES = (
    (re.compile(r"\bGRB[ -]?(\d{6}(?:[A-Za-z]\b|\.\d{2,3})?)", re.ASCII), "GRB {}"),
    (re.compile(r"\b([MT]?S\d{6}[a-z]{1,4})\b", re.ASCII), "{}"),
    (re.compile(r"\b(GW\d{6}(?:_\d{6})?)\b", re.ASCII), "{}"),
    (re.compile(r"\bIceCube[ -]?(\d{6}[A-Z])\b", re.ASCII), "IceCube-{}"),
    (re.compile(r"\b(EP[ -]?\d{6}[a-z])\b", re.ASCII), "{}"),
    (re.compile(r"\bFRB[ -]?(\d{6,8}[A-Z]?)\b", re.ASCII), "FRB {}"),
    (re.compile(r"\b(bn\d{9})\b", re.ASCII), "{}"),
    (re.compile(r"\b(KM3-\d{6}[A-Z])\b", re.ASCII), "{}"),
    (re.compile(r"\b(sb\d{8})\b", re.ASCII), "{}"),
    (re.compile(r"\btrigger(?:\s*(?:number|no\.?|id|#|=|:))*\s*(\d{6,9})\b", re.ASCII | re.IGNORECASE), "{}"),
)
"""How events are named in prose, and the one way in which this site writes each."""


def events_named_in(text: str, most: int = 50) -> tuple[str, ...]:
    """Names of events in the order of their first mention, each in one spelling.

    Examples
    --------
    >>> events_named_in("LIGO/Virgo/KAGRA S230904n and GRB230812B = GRB 230812B (trigger 713559497)")
    ('S230904n', 'GRB 230812B', '713559497')
    """
    found: dict[str, int] = {}
    for pattern, written in NAMES:
        for match in pattern.finditer(text):
            name = written.format(match[1].replace(" ", ""))
            found[name] = min(match.start(), found.get(name, match.start()))
    return tuple(sorted(found, key=lambda name: found[name])[:most])


_DATED = re.compile(r"(?:GRB |IceCube-|EP|FRB )(?:20)?(\d{6})", re.ASCII)
_CLOCK = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,6})?", re.ASCII)


def date_named(name: str) -> datetime | None:
    """The day that an event is named after.

    Examples
    --------
    >>> date_named("GRB 230812B").date().isoformat()
    '2023-08-12'
    """
    found = _DATED.match(name)
    try:
        return datetime.strptime(found[1], "%y%m%d").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def moments_in(text: str, day: datetime, most: int = 20) -> list[datetime]:
    """The times of day that a text tells, on this day."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        midnight + timedelta(hours=int(h), minutes=int(m), seconds=int(s) + float(fraction or 0))
        for h, m, s, fraction in _CLOCK.findall(text)[:most]
    ]
