"""From what a notice says of the place to a sky map that can be asked; in a worker."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import transaction

from skyportal import outside
from skyportal.access.errors import Conflict, Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import credible, reading, rings, shapes
from skyportal.astro.skymaps.tiles import NotASkyMap, SkyMap
from skyportal.journal.recording import record

from ..entries import LocalizationFailed
from ..models import GcnNotice, Localization
from ..notices.base import (
    AttachedMap,
    Cone,
    Ellipse,
    LinkedMap,
    Named,
    Polygon,
    SkyMapSaid,
    Triangulation,
    UnreadableNotice,
)
from ..notices.reading import read
from ..queries.events import get_event, get_notice
from .dictionaries import FORM, said_in
from .localizations import add_localization

REPLAYED = "replay"
"""The form of notices that come again: they bring their maps from here (`replaying`), so none is fetched."""
SECONDS = 120.0
MOST_BYTES = 2**28


def locate(notice_id: int) -> list[Localization]:
    """Fetch or make every map that a notice speaks of. What fails is said on the notice, and may be tried again."""
    notice = GcnNotice.objects.select_related("event").filter(pk=notice_id).first()
    if notice is None or notice.is_retraction:
        return []
    maps, trouble = _said(notice)
    found, troubles = [], [trouble] if trouble else []
    for place, said in enumerate(maps):
        try:
            name, sky = drawn(said)
            sender = notice.sent_by_id
            found.append(add_localization(notice.event, name, sky, notice=notice, place=place, user_id=sender))
        except (NotASkyMap, Refusal) as problem:
            troubles.append(str(problem))
    _tell(notice, " ".join(troubles))
    return found


def _said(notice: GcnNotice) -> tuple[tuple[SkyMapSaid | tuple[str, SkyMap], ...], str]:
    """The maps that it brings, and what is wrong with one that came broken."""
    if notice.form == REPLAYED:
        return (), ""
    with notice.content.open("rb") as file:
        raw = file.read()
    if notice.form == FORM:
        return said_in(raw), ""
    try:
        again = read(raw, notice.kind)
    except UnreadableNotice:  # it was understood once: only a change of ours makes it unreadable
        return (), ""
    return again.skymaps, str(again.properties.get("skymap_trouble", ""))


def _tell(notice: GcnNotice, trouble: str) -> None:
    if trouble == notice.map_trouble:
        return
    with transaction.atomic():
        GcnNotice.objects.filter(pk=notice.pk).update(map_trouble=trouble)
        if trouble:
            event = notice.event
            record(LocalizationFailed(event.pk, event.address, notice.sent_by_id, notice.pk, trouble))


def drawn(said: SkyMapSaid | tuple[str, SkyMap]) -> tuple[str, SkyMap]:
    """The map's name and the map.

    Raises
    ------
    NotASkyMap, Refusal
        saying what is wrong with it, or why it could not be fetched
    """
    match said:
        case (str() as name, SkyMap() as sky):
            return name, sky
        case AttachedMap(name, content):
            return name, reading.read(content)
        case LinkedMap(url):
            return name_of(url), reading.read(outside.fetch(url, seconds=SECONDS, most_bytes=MOST_BYTES))
        case Named(name, shape):
            return name, drawn(shape)[1]
        case Cone(ra, dec, radius, level):
            return f"{ra:.5f}_{dec:.5f}_{radius:.5f}", shapes.cone(ra, dec, shapes.sigma_of(radius, level))
        case Ellipse(ra, dec, major, minor, angle, level):
            name = f"{ra:.5f}_{dec:.5f}_{major:.5f}_{minor:.5f}_{angle:.5f}"
            return name, shapes.ellipse(ra, dec, major, minor, angle, level)
        case Triangulation((ring,)):
            return f"annulus_{ring.ra:.5f}_{ring.dec:.5f}_{ring.radius:.5f}_{ring.error:.5f}", rings.crossing([ring])
        case Triangulation(several):
            sky = rings.crossing(several)
            ra, dec = credible.centre(sky)
            return f"{len(several)}_annuli_{ra:.5f}_{dec:.5f}", sky
        case Polygon(vertices):
            lon, lat = zip(*vertices, strict=True)
            return f"polygon_{sum(lon) / len(lon):.5f}_{sum(lat) / len(lat):.5f}", shapes.polygon(vertices)
    raise NotASkyMap("This kind of localization is not known.")


def name_of(url: str) -> str:
    """The last part of an address, as maps are called."""
    return posixpath.basename(unquote(urlsplit(url).path)) or "skymap"


def again(viewer: Viewer, dateobs: Any, notice_id: int) -> Localization:
    """Fetch the maps of a notice once more; the first of them.

    Raises
    ------
    Conflict
        where they are there
    Invalid
        saying why not
    """
    notice = get_notice(viewer, get_event(viewer, dateobs), notice_id)
    if Localization.objects.filter(notice=notice).exists():
        raise Conflict("Localization already exists: this notice's sky map is there.")
    found = locate(notice.pk)
    if not found:
        notice.refresh_from_db()
        raise Invalid(notice.map_trouble or "This notice says nothing of a place.")
    return found[0]
