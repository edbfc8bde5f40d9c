"""Messages as they came, for operators; and the lamp that says whether GCN is heard."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from apps.candidates.queries.streams import Lamp
from apps.groups import queries as people
from skyportal.access.errors import NotAllowed, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import NoticeFeed, Outcome, ReceivedNotice

ALIVE, LATE = timedelta(minutes=2), timedelta(minutes=10)
SHOWN = 20_000  # bytes of a message on its page
LONG_TEXT = 400
GROUPS_SHOWN = 100


def need_operator(viewer: Viewer) -> None:
    if not viewer.sees_all:
        raise NotAllowed("Received notices are for operators: they need the permission System admin.")


MAPLESS = "no_map"
"""Beside the outcomes: what was understood, but whose sky map is broken or could not be had."""


def received(viewer: Viewer, *, outcome: str = "", topic: str = "", words: str = "") -> AccessQuerySet:
    """Messages, newest first; with ``words`` in their kind, identity or trigger, or in what became of them."""
    rows = ReceivedNotice.objects.visible_to(viewer).select_related("notice", "sent_by")
    if outcome == MAPLESS:
        rows = rows.filter(_mapless())
    elif outcome:
        rows = rows.filter(outcome=outcome)
    if words := words.strip().replace("\x00", ""):
        named = ("kind", "ivorn", "trigger_id", "reason", "topic", "notice__map_trouble", "sent_by__username")
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": words}) for name in named)))
    if topic:
        rows = rows.filter(topic=topic)
    return rows.order_by("-received_at", "-pk")


def by_outcome(viewer: Viewer) -> list[dict[str, Any]]:
    """How many there are of each outcome, in the order in which an operator cares."""
    counts = dict(
        ReceivedNotice.objects.visible_to(viewer).values_list("outcome").annotate(count=Count("pk")).order_by("outcome")
    )
    found = [{"outcome": name.value, "label": name.label, "count": counts.get(name.value, 0)} for name in Outcome]
    mapless = ReceivedNotice.objects.visible_to(viewer).filter(_mapless()).count()
    return [*found, {"outcome": MAPLESS, "label": "Without sky map", "count": mapless}]


def _mapless() -> Q:
    return Q(notice__isnull=False) & ~Q(notice__map_trouble="")


def get_received(viewer: Viewer, pk: int) -> ReceivedNotice:
    found = ReceivedNotice.objects.visible_to(viewer).select_related("notice__event", "sent_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible(f"There is no received notice {pk}.", status=404)
    return found


def posted_for(viewer: Viewer, row: ReceivedNotice) -> list[str]:
    """Names of the groups it was posted for; what was sent in their place, where that names none."""
    asked = row.group_ids
    if not isinstance(asked, list):
        return [str(asked)] if asked else []
    names = dict(
        people.groups(viewer).filter(pk__in=[one for one in asked if 0 < one < 2**31]).values_list("pk", "name")
    )
    return [names.get(one, f"a group {one} that is not there") for one in asked[:GROUPS_SHOWN]]


def raw_bytes(row: ReceivedNotice) -> bytes:
    with default_storage.open(row.file) as file:
        return file.read()


def readable(raw: bytes) -> str:
    """The beginning of a message as a person reads it: JSON indented, maps in base64 cut to their length."""
    if raw.lstrip()[:1] == b"{" and len(raw) < 64 * 2**20:
        try:
            return json.dumps(_shortened(json.loads(raw)), indent=2, ensure_ascii=False)[:SHOWN]
        except ValueError:
            pass
    text = raw[:SHOWN].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def _shortened(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _shortened(told) for key, told in said.items()}
    if isinstance(said, list):
        return [_shortened(told) for told in said[:100]]
    if isinstance(said, str) and len(said) > LONG_TEXT and " " not in said[:LONG_TEXT]:
        return f"{said[:60]}… ({len(said):,} signs)"
    return said


def feed() -> NoticeFeed | None:
    return NoticeFeed.objects.first()


def gcn_lamp(viewer: Viewer) -> list[Lamp]:
    """Whether GCN is heard: its heartbeat comes each second, whatever else is quiet. Why not is for operators."""
    row = feed()
    if row is None or (row.last_heartbeat_at is None and not row.trouble):
        return []
    state = _state(row.last_heartbeat_at)
    if state == "on" and row.state != "listening":
        state = "late"
    more = {"note": _note(row), "link": reverse("notices")} if viewer.sees_all else {}
    return [Lamp(0, row.name, state, row.last_heartbeat_at, row.messages, row.lag, "heartbeat", **more)]


def _note(row: NoticeFeed) -> str:
    return row.trouble or {"stopped": "Nobody listens.", "silent": "Its process says nothing."}.get(row.state, "")


def _state(last: datetime | None) -> str:
    age = timezone.now() - last if last else LATE
    return "on" if age < ALIVE else "late" if age < LATE else "off"
