"""Parameters: declared once, parsed from queries, shown in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from json import JSONDecodeError, loads
from math import isfinite
from typing import Any

import orjson
from dateutil import parser as dates
from django.http import QueryDict
from rest_framework.parsers import BaseParser

from skyportal.access.errors import Invalid, Refusal

TRUE = {"true", "yes", "t", "1", "y", "on"}
FALSE = {"false", "no", "f", "0", "n", "off", ""}


class BadBody(Refusal):
    """A body that is not JSON. The public API lets this escape as a server error; we say 400."""


class LenientJSONParser(BaseParser):
    """JSON that may contain bare NaN and Infinity, which existing clients send."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read()
        if not raw.strip():
            return {}
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            try:
                body = loads(raw.decode("utf-8"))
            except (JSONDecodeError, UnicodeDecodeError, RecursionError) as problem:
                raise BadBody(f"JSON decode of request body failed on {raw[:80]!r}: {problem}") from None
        if not isinstance(body, dict):
            raise BadBody("Please ensure posted data is of type application/json")
        if b"\\u0000" in raw and (name := next((n for n, value in body.items() if _has_nul([n, value])), None)):
            raise BadBody(f"Invalid value for {name[:60]}: contains a NUL character, which cannot be stored.")
        return body


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def flag(text: str) -> bool:
    lowered = str(text).strip().lower()
    if lowered in TRUE:
        return True
    if lowered in FALSE:
        return False
    raise ValueError("use true or false")


def number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if not isfinite(value):
        raise ValueError("must be a finite number")
    return value


def integer(text: str) -> int:
    value = int(str(text).strip())
    if not -(2**63) <= value < 2**63:
        raise ValueError("is out of range")
    return value


BIG = 2**63
"""Ids of tables that outgrow four bytes are below this."""


def key(text: str, most: int = 2**31) -> int:
    """An id of one of our tables; larger ones than a table can hold are simply unknown."""
    value = integer(text)
    if not 0 <= value < most:
        raise ValueError("is not an id")
    return value


def path_key(name: str, value: Any, most: int = 2**31) -> int:
    """An id out of a path, or a refusal that names it."""
    if value is None:
        raise Invalid(f"Missing required parameter: `{name}`.")
    try:
        return key(value, most)
    except ValueError:
        raise Invalid(f"Invalid {name}: {str(value)[:100]}") from None


def moment(text: str) -> datetime:
    """Any date or time people write, as an aware UTC datetime; without a zone it is UTC."""
    try:
        parsed = dates.isoparse(text) if text[:4].isdecimal() and "-" in text[:8] else dates.parse(text)
    except (ValueError, OverflowError, TypeError):
        raise ValueError(f"cannot read {text!r} as a date; use 2019-08-14T21:10:39") from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def words(text: str) -> list[str]:
    return [part.strip() for part in str(text).split(",") if part.strip()]


def keys(text: str) -> list[int]:
    return [key(part) for part in words(str(text).strip("[]"))]


def text(value: str) -> str:
    return value


def without_nul(value: str) -> str:
    """PostgreSQL's texts hold no NUL: nothing is called so, and nothing can be said with it."""
    if "\x00" in value:
        raise ValueError("contains a NUL character")
    return value


KINDS: dict[Callable, dict[str, Any]] = {
    flag: {"type": "boolean"},
    number: {"type": "number"},
    integer: {"type": "integer"},
    key: {"type": "integer"},
    moment: {"type": "string", "format": "date-time"},
    words: {"type": "string", "description": "comma separated"},
    keys: {"type": "string", "description": "comma separated ids"},
    text: {"type": "string"},
    str: {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Param:
    """One query parameter: its public name, parser, default and one line of help."""

    name: str
    parse: Callable[[str], Any] = text
    default: Any = None
    help: str = ""
    needs: tuple[str, ...] = ()
    """Parameters without which it makes no sense."""
    label: str = ""
    """What pages call it, where the name taken apart does not say."""
    suggested: str = ""
    """The name of the address whose answer, options of HTML, pages offer for it."""

    def read(self, query: QueryDict) -> Any:
        raw = query.get(self.name)
        if raw is None or (raw == "" and self.parse is not text):
            return self.default
        try:
            return self.parse(without_nul(raw))
        except (ValueError, TypeError) as problem:
            raise Invalid(f"Invalid {self.name}: {raw[:100]} ({problem})") from None


def falling_with(name: str, params: Iterable[Param]) -> set[str]:
    """What makes no sense any more once a parameter is gone."""
    gone, known = {name}, list(params)
    while more := {param.name for param in known if gone & set(param.needs)} - gone:
        gone |= more
    return gone - {name}


_WRITE: dict[Callable, str] = {
    number: "Write a number, such as 0.05.",
    integer: "Write a whole number.",
    moment: "Write a date, such as 2019-08-14 21:10.",
    flag: "Write true or false.",
    keys: "Choose from the list.",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A parameter of a page that could not be read: what was typed, and a sentence saying what to do."""

    typed: str
    why: str


class Query(dict):
    """Parsed parameters by public name."""

    @classmethod
    def parse(cls, query: QueryDict, params: Iterable[Param]) -> Query:
        return cls((param.name, param.read(query)) for param in params)

    @classmethod
    def of_page(cls, query: QueryDict, params: Iterable[Param]) -> tuple[Query, dict[str, Wrong]]:
        """For a page, whose form says at each field what is wrong: such parameters are as good as not given."""
        read, wrong = cls(), {}
        for param in params:
            try:
                read[param.name] = param.read(query)
            except Invalid as problem:
                read[param.name] = param.default
                wrong[param.name] = Wrong(str(query[param.name])[:200], _WRITE.get(param.parse, problem.message))
        return read, wrong
