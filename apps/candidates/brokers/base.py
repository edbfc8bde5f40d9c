"""What a broker's driver is: settings in, the broker's answers out, in one form for all. It touches no table.

A driver says what it can do by the abilities it inherits; pages and the API offer no more than that. `Unreachable`
(skyportal.outside) tells in one sentence why there is no answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from skyportal.access.configured import Configured
from skyportal.access.errors import Invalid
from skyportal.astro import sky
from skyportal.outside import Unreachable, fetch

from ..alerts.lightcurve import Point

logger = logging.getLogger(__name__)

MOST_RADIUS = 3600.0  # arcsec
MOST_OBJECTS = 100
Asked = Mapping[str, str]


@dataclass(frozen=True)
class Nearby:
    """An object of a broker near a place: its name, ICRS degrees, arcsec from there."""

    name: str
    ra: float | None = None
    dec: float | None = None
    separation: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """All that a broker knows of an object. Points are µJy on the AB system, as everywhere in this house."""

    name: str
    survey: str
    ra: float
    dec: float
    points: tuple[Point, ...] = ()
    candid: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else it says: classes, scores, cross-matches; shown as it came."""


@dataclass(frozen=True)
class Recent:
    """An object that a broker saw lately: its name there, and when it was seen last (MJD, UTC)."""

    name: str
    mjd: float


ASKING = ("known", "near", "search", "matches", "pictures", "vocabulary", "kept", "keep", "change", "drop", "validate",
          "names", "try_connection")  # fmt: skip
"""What asks a broker. Whatever form its answer has, these end in ours or in `Unreachable`."""


@contextmanager
def understood(who: str) -> Iterator[None]:
    """An answer may be good JSON and yet of a form that nobody expects: that is said, and is no fault of ours."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as problem:
        logger.warning("%s: an answer of another form: %r", who, problem, exc_info=True)
        raise Unreachable(f"{who} gave an answer of a form that is not understood.") from problem


def _understanding(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def asked(self: Driver, *args: Any, **kwargs: Any) -> Any:
        with understood(self.label):
            return method(self, *args, **kwargs)

    return asked


class Driver(Configured):
    """A broker, spoken to with the settings of one connection."""

    key: ClassVar[str]
    classname: ClassVar[str]
    """As the public API names it."""
    label: ClassVar[str]
    website: ClassVar[str] = ""
    surveys: ClassVar[tuple[str, ...]] = ("ZTF", "LSST")
    filter_kind: ClassVar[str] = "none"
    searches_words: ClassVar[bool] = False
    """Whether it is searched by words of its own, not by place."""
    public: ClassVar[bool] = True
    """Whether everything it tells is public; if not, it is told what the asker may see."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ASKING:
            if name in cls.__dict__:
                setattr(cls, name, _understanding(cls.__dict__[name]))

    @property
    def survey(self) -> str:
        """The survey of a connection that serves one; else its first."""
        return str(self.setting("survey") or self.surveys[0]).upper()

    def served(self) -> list[str]:
        """The surveys of this connection."""
        chosen = any(s.name == "survey" for s in self.settings_form)
        return [self.survey] if chosen else list(self.surveys)

    def survey_asked(self, asked: Asked) -> str:
        """The survey a question is about."""
        survey = (asked.get("survey") or self.survey).upper()
        if survey not in self.served():
            raise Invalid(f"survey: this connection serves {', '.join(self.served())}.")
        return survey

    def search(self, asked: Asked) -> list[Nearby]:
        """Whatever the broker finds by words of its own (`searches_words`)."""
        raise NotImplementedError

    def ask(self, url: str, *, seconds: float = 30.0, **asked: Any) -> Any:
        """The JSON a service answers with."""
        host = urlsplit(url).hostname
        try:
            return orjson.loads(fetch(url, seconds=seconds, **asked))
        except orjson.JSONDecodeError:
            raise Unreachable(f"{host} gave an answer that cannot be read.") from None


class KnowsObjects(Driver):
    """Can tell all it knows of an object, by which it can be shown and saved."""

    def known(self, name: str, asked: Asked) -> Known:
        raise NotImplementedError


class SearchesCones(Driver):
    def near(self, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
        """Objects within ``radius`` arcsec of a place, nearest first."""
        raise NotImplementedError


class MatchesCatalogs(Driver):
    """Holds catalogues of others (Gaia, PS1 ...) in which a place can be looked up."""

    def matches(self, ra: float, dec: float, radius: float) -> dict[str, list[dict[str, Any]]]:
        raise NotImplementedError


class ShowsPictures(Driver):
    def pictures(self, name: str, asked: Asked, known: Known | None = None) -> dict[str, bytes]:
        """Cutouts of an object's newest alert: ``new``, ``ref``, ``sub``, as they came (FITS or PNG).

        ``known``: the object, where it was just asked for, so that it need not be asked for again.
        """
        raise NotImplementedError


class TriesConnection(Driver):
    def try_connection(self) -> None:
        """Raises Unreachable when the broker cannot be reached or does not accept these credentials."""
        raise NotImplementedError


class Listens(Driver):
    """Sends its alerts by Kafka."""

    def kafka(self) -> dict[str, str]:
        """Options of a consumer: servers and credentials; topics and group are the feed's."""
        raise NotImplementedError

    def group(self, feed_id: int) -> str:
        return str(self.setting("group_id") or f"skyportal-feed-{feed_id}")

    def packet(self, message: bytes) -> bytes:
        """A message as a packet of the survey's; what most send is one already. Raises BadPacket where it cannot be."""
        return message


class Polls(KnowsObjects):
    """Can be asked by REST what it saw since a time."""

    newer_help: ClassVar[str] = ""
    """What may be named of it, for the form."""
    every: ClassVar[float] = 60.0
    """Seconds from one question to the next, as its limits allow."""

    def newer(self, what: str, since: float) -> Iterator[Recent]:
        """Objects that were seen at MJD ``since`` or later, the one that was seen longest ago first.

        ``what`` names some of them in the broker's own words; ``*``: all. Raises Invalid where that cannot be meant.
        """
        raise NotImplementedError

    def names(self) -> set[str] | None:
        """All that may be named, where the broker tells: one that is not among them would be asked for in vain."""
        return None

    def classes(self, known: Known) -> list[str]:
        """What the broker takes the object for, as words that a filter may ask for."""
        return []


class TriesFilters(Driver):
    """Can run a filter in its own language and show what would pass."""

    def vocabulary(self, survey: str) -> Any:
        """What a filter may name, as an Avro schema."""
        raise NotImplementedError

    def try_filter(self, body: Mapping[str, Any], programids: Mapping[str, list[int]] | None) -> Any:
        """What a filter would pass. ``programids``: what the asker may see of each survey; None: everything."""
        raise NotImplementedError


class KeepsFilters(TriesFilters):
    """Judges alerts with filters that it keeps for us, in versions."""

    def kept(self, remote_id: str) -> dict[str, Any]:
        raise NotImplementedError

    def keep(self, body: Mapping[str, Any], remote_id: str | None) -> dict[str, Any]:
        raise NotImplementedError

    def change(self, remote_id: str, *, active: bool, version: str) -> None:
        raise NotImplementedError

    def drop(self, remote_id: str) -> None:
        raise NotImplementedError

    def validate(self, remote_id: str, version: str) -> dict[str, Any]:
        raise NotImplementedError


def place(asked: Asked) -> tuple[float, float, float] | None:
    """Right ascension, declination (degrees) and radius (arcsec) of a question, where it has them."""
    if not (asked.get("ra") and asked.get("dec")):
        return None
    try:
        ra, dec, radius = (float(asked.get(name) or 5) for name in ("ra", "dec", "radius"))
    except ValueError:
        raise Invalid("ra, dec and radius must be numbers.") from None
    if not (0 <= ra <= 360 and -90 <= dec <= 90):
        raise Invalid("ra must be 0 to 360 degrees, dec -90 to 90.")
    if not 0 < radius <= MOST_RADIUS:
        raise Invalid(f"radius must be above 0 and at most {MOST_RADIUS:g} arcsec.")
    return ra, dec, radius


def sorted_by_distance(found: list[Nearby], ra: float, dec: float, radius: float) -> list[Nearby]:
    """Each with its own separation where the broker left that to us; nothing outside the cone."""
    measured = []
    for one in found:
        separation = one.separation
        if separation is None and one.ra is not None and one.dec is not None:
            separation = float(sky.separation(ra, dec, one.ra, one.dec))
        if separation is None or separation <= radius:
            measured.append(Nearby(one.name, one.ra, one.dec, separation, one.facts))
    return sorted(measured, key=lambda one: (one.separation is None, one.separation or 0.0))[:MOST_OBJECTS]


def rows_of(answer: Any, *names: str) -> list[dict[str, Any]]:
    """The list of objects in an answer, bare or under one of these names."""
    if isinstance(answer, dict):
        answer = next((answer[name] for name in names if isinstance(answer.get(name), list)), [])
    if not isinstance(answer, list):
        return []
    return [row for row in answer if isinstance(row, dict)]
