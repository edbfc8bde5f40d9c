"""QuakeML 1.2, as seismologists announce earthquakes: the preferred origin and magnitude of its one event."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from skyportal.api.params import moment

from .base import UnreadableNotice
from .safe_xml import tree


@dataclass(frozen=True)
class QuakeSaid:
    """What a message says of an earthquake."""

    event_id: str
    """As its agency calls it: nc73446401."""
    date: datetime
    lat: float
    lon: float
    depth: float
    """metres"""
    magnitude: float
    event_uri: str | None = None
    country: str | None = None
    """The region, in words."""
    status: str = ""
    """Empty where the message does not say."""


def read_quakeml(raw: bytes) -> QuakeSaid:
    """An earthquake out of its message.

    Raises
    ------
    UnreadableNotice
        saying what is missing
    """
    root = tree(raw)
    if _tag(root) != "quakeml":
        raise UnreadableNotice(f"This is no QuakeML: its root is called {_tag(root)[:60]}.")
    events = [element for element in root.iter() if _tag(element) == "event"]
    if len(events) != 1:
        raise UnreadableNotice(f"A message tells of one earthquake; this QuakeML has {len(events)}.")
    event = events[0]
    origin, magnitude = _preferred(event, "origin"), _preferred(event, "magnitude")
    return QuakeSaid(
        event_id=_id_of(event),
        event_uri=event.get("publicID"),
        date=_date(origin),
        lat=_figure(origin, "latitude", -90, 90),
        lon=_figure(origin, "longitude", -180, 360),
        depth=_figure(origin, "depth", -10_000, 800_000),
        magnitude=_figure(magnitude, "mag", -5, 12),
        country=_region(event),
        status="canceled" if _text(event, "type") == "not existing" else "",
    )


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _tag(child) == name), None)


def _text(element: Element, *path: str) -> str:
    found: Element | None = element
    for name in path:
        found = _child(found, name) if found is not None else None
    return (found.text or "").strip() if found is not None else ""


def _preferred(event: Element, name: str) -> Element:
    """The one that the event prefers, else its first."""
    several = [child for child in event if _tag(child) == name]
    if not several:
        raise UnreadableNotice(f"The QuakeML has no {name}.")
    wanted = _text(event, f"preferred{name.capitalize()}ID")
    return next((one for one in several if one.get("publicID") == wanted), several[0])


def _figure(element: Element, name: str, least: float, most: float) -> float:
    said = _text(element, name, "value")
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise UnreadableNotice(f"The QuakeML's {name} must be a number from {least:g} to {most:g}, not {said[:40]!r}.")
    return value


def _date(origin: Element) -> datetime:
    try:
        return moment(_text(origin, "time", "value"))
    except ValueError:
        raise UnreadableNotice("The QuakeML gives no time of origin.") from None


def _id_of(event: Element) -> str:
    """Network and number where the catalogue's attributes give them, else the end of its public id."""
    said = {name.rpartition("}")[2]: value for name, value in event.attrib.items()}
    name = said.get("eventsource", "") + said.get("eventid", "")
    if not name:
        name = event.get("publicID", "").partition("#")[0].rpartition("/")[2]
    if not name or len(name) > 200 or not name.isprintable():
        raise UnreadableNotice("The QuakeML does not say how the earthquake is called.")
    return name


def _region(event: Element) -> str | None:
    for described in (child for child in event if _tag(child) == "description"):
        if _text(described, "type") in ("", "region name", "Flinn-Engdahl region", "earthquake name"):
            return _text(described, "text")[:200] or None
    return None
