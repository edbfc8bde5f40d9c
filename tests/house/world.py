"""What stands behind the routes of the access matrix: rows, and a value for every argument a path may have.

A new route whose path has an argument of a new name needs a line in `ARGUMENTS`; one that needs a special address
gets it in `ADDRESSES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.candidates.models import Broker
from apps.gcn.models import EventReport, EventSummary, Localization, SkymapTrigger, SpatialCatalog
from apps.groups import actions
from apps.groups.models import Group, Stream, Token, User
from apps.sources.actions.objs import make_known
from apps.sources.models import FrozenPhotometry, PublicSourcePage, Source
from apps.sources.queries.frozen import TEXTS, UNITS
from skyportal.access.models import Audience
from tests.factories import AllocationFactory, FilterFactory, InstrumentFactory, ObjFactory, SpectrumFactory
from tests.gcn.events_data import a_detector, a_map, an_earthquake, an_event

CAST = ("anonymous", "outsider", "member", "stream_member", "group_admin", "system_admin")
PUBLISHED = "0f" * 32
"""The version of the obj that anybody may see."""
FROZEN = "0f" * 6
"""The key of photometry that was frozen; all its points were the group's."""
SKIPPED = ("admin/", "static/", "files/")
"""The admin console has a test of its own (tests/groups/test_admin_console.py)."""


@dataclass
class World:
    """The rows that paths point at. Everything belongs to `group`, of which `member` and `group_admin` are part."""

    group: Group
    stream: Stream
    member: User
    obj: Any
    instrument: Any
    filter: Any
    token: Token
    spectrum: Any
    broker: Any
    event: Any
    quake: Any
    detector: Any
    allocation: Any


def make_world(group: Group, stream: Stream, member: User) -> World:
    obj = ObjFactory(name="ZTF26matrix")
    Source.objects.create(obj=obj, group=group, saved_by=member)
    make_known([obj.pk], group_ids=[group.pk])
    token, _ = actions.create_token(member, "of the matrix", [])
    filter_ = FilterFactory(group=group)  # on a stream of its own: one that a filter works on cannot leave the group
    group.streams.add(filter_.stream)
    for membership in group.memberships.all():
        membership.user.stream_grants.get_or_create(stream=filter_.stream)
    PublicSourcePage.objects.create(obj=obj, hash=PUBLISHED, data={"name": obj.name})
    audience = Audience.objects.of([group.pk])
    other = ObjFactory(name="ZTF26frozen")  # what was frozen is not deleted
    make_known([other.pk], group_ids=[group.pk])
    frozen = FrozenPhotometry.objects.create(
        key=FROZEN, obj=other, obj_name=other.name, name="of the matrix", author_name="member", count=1, hash="0f" * 32,
        data={name: [1.0] for name in UNITS} | {name: ["x"] for name in TEXTS} | {"flags": [0], "id": [1]},
    )  # fmt: skip
    frozen.audiences.add(audience)
    spectrum = SpectrumFactory(obj=obj, owner=member, audience=audience)
    event = an_event(groups=[group.pk])
    a_map(event)
    allocation = AllocationFactory(group=group)
    quake, detector = an_earthquake(member), a_detector()
    told = {"event": event, "group": group, "sent_by": member, "status": "done"}
    EventSummary.objects.create(title="of the matrix", text="what the group found", **told)
    EventReport.objects.create(name="of the matrix", **told)
    SkymapTrigger.objects.create(
        event=event, localization=Localization.objects.get(), allocation=allocation, level=0.9, name="of the matrix"
    )
    SpatialCatalog.objects.create(name="of the matrix", owner=member)
    nobody_there = {"base_url": "http://127.0.0.1:9"}  # refused before it is asked
    broker = Broker.objects.create(name="matrix", driver="generic", active=True, settings=nobody_there)
    return World(
        group, stream, member, obj, InstrumentFactory(), filter_, token, spectrum, broker, event, quake, detector,
        allocation,
    )  # fmt: skip


ARGUMENTS: dict[str, Callable[[World], Any]] = {
    "group_id": lambda w: w.group.pk,
    "stream_id": lambda w: w.stream.pk,
    "user_id": lambda w: w.member.pk,
    "role_id": lambda w: "Full user",
    "acl_id": lambda w: "Upload data",
    "token_id": lambda w: w.token.pk,
    "ticket": lambda w: "nonsense",
    "uidb64": lambda w: "MQ",
    "token": lambda w: "abc-def",
    "obj_id": lambda w: w.obj.name,
    "name": lambda w: w.obj.name,
    "source_id": lambda w: w.obj.name,
    "version_hash": lambda w: PUBLISHED,
    "link_name": lambda w: "dr1",
    "frozen_key": lambda w: FROZEN,
    "form": lambda w: "ecsv",
    "receipt": lambda w: "nonsense",
    "cache_key": lambda w: "nonsense",
    "catalog": lambda w: "gaia",
    "spectrum_id": lambda w: w.spectrum.pk,
    "instrument_id": lambda w: w.instrument.pk,
    "telescope_id": lambda w: w.instrument.telescope_id,
    "catalog_name": lambda w: "no such catalogue",
    "filter_id": lambda w: w.filter.pk,
    "broker_id": lambda w: w.broker.pk,
    "key": lambda w: w.broker.driver,
    "alert_id": lambda w: w.obj.name,
    "object_id": lambda w: w.obj.name,
    "kind": lambda w: "comment",
    "deed": lambda w: "join",
    "night": lambda w: "20260101",
    "candid": lambda w: "1",
    "gcn_id": lambda w: w.event.pk,
    "quake_id": lambda w: w.quake.pk,
    "quake": lambda w: w.quake.event_id,
    "event_id": lambda w: w.quake.event_id,
    "earthquake_id": lambda w: w.quake.event_id,
    "detector_id": lambda w: w.detector.pk,
    "mmadetector_id": lambda w: w.detector.pk,
    "mma_detector_id": lambda w: w.detector.pk,
    "archive": lambda w: "gracedb",
    "dateobs": lambda w: "2026-01-02T03:04:05",
    "localization_name": lambda w: "cone",
    "role": lambda w: "sub",
    "localization_id": lambda w: Localization.objects.get().pk,
    "summary_id": lambda w: EventSummary.objects.get().pk,
    "report_id": lambda w: EventReport.objects.get().pk,
    "text_id": lambda w: EventSummary.objects.get().pk,
    "gcnevent_id": lambda w: w.event.pk,
    "trigger_id": lambda w: SkymapTrigger.objects.get().pk,
    "flag": lambda w: "triggered",
    "allocation_id": lambda w: w.allocation.pk,
    "catalog_id": lambda w: SpatialCatalog.objects.get().pk,
    "what": lambda w: "summary",
    "option": lambda w: "json",
}
ABSENT = 999_999
"""Ids of rows that the world does not have: the answer must be the same as for a hidden one."""

ADDRESSES: dict[str, str] = {r"^api(?:/.*)?$": "/api/no/such/thing"}

OF_RESOURCE = {
    "spectra": "spectrum_id", "photometry": "photometry_id", "gcn_event": "gcn_id", "earthquake": "quake_id",
}  # fmt: skip
"""What `resource_id` means in paths that begin with this word; an obj everywhere else."""


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site, as the URLconf writes it, each once."""
    seen: set[str] = set()
    for route, pattern in _walk(get_resolver().url_patterns, ""):
        if not route.startswith(SKIPPED) and route not in seen:
            seen.add(route)
            yield route, pattern


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def verbs(pattern: URLPattern) -> list[str]:
    """What a door answers; of a plain function, what a browser may send."""
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    if view is None:
        return ["GET", "POST"]
    return [verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(view, verb.lower())]


def address(route: str, world: World) -> str:
    if route in ADDRESSES:
        return ADDRESSES[route]

    def fill(found: re.Match[str]) -> str:
        name = found[2]
        if name == "resource_id":  # of whatever the path begins with
            name = OF_RESOURCE.get(route.split("/")[1], "obj_id")
        if name in ARGUMENTS:
            return str(ARGUMENTS[name](world))
        if name.endswith("_id") or found[1] == "int:":
            return str(ABSENT)
        raise LookupError(f"The path {route} has an argument {name!r}: give it a value in tests/house/world.py.")

    return "/" + re.sub(r"<(\w+:)?(\w+)>", fill, route)
