"""Archives of other people that know more of an event: GraceDB, TACH, and GCN's own of circulars.

What comes is checked and bounded here; nothing is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from skyportal import outside
from skyportal.api.params import moment

MOST_BYTES = 8 * 2**20
SECONDS = 30.0
MOST_LINES = 1000
MOST_CIRCULARS = 200
SAME_TIME = timedelta(seconds=2)


class Unintelligible(outside.Unreachable):
    """It answered, but not what it should."""


def _ask(url: str, host: str, **asked: Any) -> Any:
    raw = outside.fetch(url, seconds=SECONDS, most_bytes=MOST_BYTES, **asked)
    try:
        return json.loads(raw)
    except ValueError:
        raise Unintelligible(f"{host} did not answer with JSON.") from None


def _rows(said: Any, *path: str) -> list[dict[str, Any]]:
    """A list of objects at the end of a path; anything else is not what was asked for."""
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    if not isinstance(said, list):
        raise Unintelligible(f"The answer has no list of {path[-1]}.")
    return [row for row in said if isinstance(row, dict)]


def _short(value: Any, most: int = 2000) -> str:
    return str(value or "").replace("\x00", "")[:most]


# ---- GraceDB


def gracedb(superevent: str) -> dict[str, list[dict[str, str]]]:
    """Log messages, newest first, and labels of a superevent."""
    there = f"{settings.GRACEDB_URL.rstrip('/')}/api/superevents/{superevent}"
    log = _rows(_ask(f"{there}/logs/", "GraceDB"), "log")[-MOST_LINES:]
    labels = _rows(_ask(f"{there}/labels/", "GraceDB"), "labels")[:MOST_LINES]
    return {
        "log": [
            {name: _short(row.get(name)) for name in ("N", "created", "issuer", "comment", "filename")}
            for row in reversed(log)
        ],
        "labels": [{name: _short(row.get(name), 200) for name in ("name", "creator", "created")} for row in labels],
    }


# ---- TACH


@dataclass(frozen=True)
class Told:
    """What TACH knows of an event."""

    tach_id: str
    name: str
    circulars: dict[int, str]
    """Subjects by number."""


def _graphql(query: str, *path: str) -> list[dict[str, Any]]:
    edges = _rows(_ask(settings.TACH_URL, "TACH", json={"query": query}), "data", *path, "edges")
    return [edge["node"] for edge in edges if isinstance(edge.get("node"), dict)]


def tach(when: datetime, names: Iterable[str]) -> Told | None:
    """The event of this day that has one of the names, or this time; None where TACH knows none."""
    day = f"{when:%Y-%m-%d}"
    nodes = _graphql(
        f'{{ allEventDetails(date1: "{day}", date2: "{day}") {{ edges {{ node {{ id_ event trigger }} }} }} }}',
        "allEventDetails",
    )
    wanted = {_plain(name) for name in names}
    found = next((node for node in nodes if _plain(node.get("event")) in wanted), None)
    found = found or next((node for node in nodes if _is_then(node.get("trigger"), when)), None)
    if found is None or not str(found.get("id_", "")).isdecimal():
        return None
    tach_id = str(found["id_"])
    return Told(tach_id, _short(found.get("event"), 100), _circulars_of(tach_id))


def _plain(name: Any) -> str:
    return str(name or "").replace(" ", "").upper()


def _is_then(trigger: Any, when: datetime) -> bool:
    try:
        return bool(trigger) and abs(moment(str(trigger)) - when) <= SAME_TIME
    except ValueError:
        return False


def _circulars_of(tach_id: str) -> dict[int, str]:
    nodes = _graphql(
        f"{{ allCirculars(evtid: {tach_id}) {{ edges {{ node {{ cid subject received }} }} }} }}", "allCirculars"
    )
    numbered = [(str(node.get("cid", "")), node) for node in nodes]
    return {int(cid): _short(node.get("subject"), 500) for cid, node in numbered if cid.isdecimal() and len(cid) < 9}


def circular(number: int) -> Any:
    """A circular as GCN's archive gives it."""
    return _ask(f"{settings.GCN_CIRCULARS_URL.rstrip('/')}/{number}.json", "GCN's archive of circulars")
