"""Asking a broker in a viewer's name: they are told what they may see, and no more.

A public broker tells everybody the same. Of one that holds programmes of a survey's partners, a viewer gets the points
of those programmes that their streams carry (``{"survey": "ZTF", "programids": [1, 2]}`` in a stream's altdata).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from django.core.cache import cache

from apps.groups.models import Stream
from apps.sources.queries.objs import visible_objs
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.outside import Unreachable

from ..brokers import Driver
from ..brokers.base import Known, KnowsObjects, MatchesCatalogs, Nearby, SearchesCones, ShowsPictures, place
from ..brokers.points import newest_candid, shown
from ..models import Broker
from .brokers import driver_of

FRESH = 300
"""Seconds for which an object need not be asked for again."""
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"SIMPLE", b"\x1f\x8b")
"""How PNG, JPEG, FITS and gzipped FITS begin."""
Asked = Mapping[str, str]


def programids(viewer: Viewer) -> dict[str, list[int]] | None:
    """Programmes that a viewer may see of each survey; None: all of them."""
    if viewer.sees_all:
        return None
    found: dict[str, set[int]] = {}
    for altdata in Stream.objects.visible_to(viewer).values_list("altdata", flat=True):
        if isinstance(altdata, dict) and altdata.get("survey"):
            carried = altdata.get("programids")
            carried = carried if isinstance(carried, list) else [1]
            found.setdefault(str(altdata["survey"]).upper(), set()).update(int(number) for number in carried)
    return {survey: sorted(numbers) for survey, numbers in found.items()}


def alerts(viewer: Viewer, broker: Broker, asked: Asked) -> list[dict[str, Any]]:
    """Objects by their name, or in a cone; at a broker of the general kind, by whatever words it knows."""
    driver = driver_of(broker)
    if name := asked.get("objectId") or asked.get("object_id"):
        return [shown(known(viewer, broker, name, asked))]
    if driver.searches_words:
        scope = programids(viewer)
        if scope is not None:
            raise NotVisible(f"{broker.name} does not say what is public: only system admins may search it.")
        return [dict(one.facts) for one in driver.search(asked)]
    cone = place(asked)
    if cone is None:
        raise Invalid("Provide objectId, or ra and dec (degrees) with a radius (arcsec).")
    return [{"objectId": one.name, "ra": one.ra, "dec": one.dec, "separation": one.separation, **one.facts}
            for one in near(viewer, broker, *cone, asked)]  # fmt: skip


def near(viewer: Viewer, broker: Broker, ra: float, dec: float, radius: float, asked: Asked) -> list[Nearby]:
    """Objects in a cone of ``radius`` arcsec, nearest first."""
    driver = driver_of(broker)
    if not isinstance(driver, SearchesCones):
        raise Invalid(f"Broker {broker.name} does not support cone_search.")
    found = driver.near(ra, dec, radius, asked)
    scope = None if driver.public else programids(viewer)
    if scope is None:
        return found
    allowed = scope.get(driver.survey_asked(asked), [])
    return [one for one in found if one.facts.get("programid", 1) in allowed]


def matches(viewer: Viewer, broker: Broker, ra: float, dec: float, radius: float, asked: Asked) -> dict[str, Any]:
    """What a broker's reference catalogues hold at a place, by catalogue; else its own objects there."""
    driver = driver_of(broker)
    if isinstance(driver, MatchesCatalogs):
        return driver.matches(ra, dec, radius)
    return {driver.label: [asdict(one) for one in near(viewer, broker, ra, dec, radius, asked)]}


def known(viewer: Viewer, broker: Broker, name: str, asked: Asked, *, refresh: bool = False) -> Known:
    """All that this viewer may see of an object."""
    driver = driver_of(broker)
    if not isinstance(driver, KnowsObjects):
        raise Invalid(f"Broker {broker.name} does not support 'get_alert'.")
    if not name or len(name) > 100 or any(c in "/?#\\\0" for c in name) or name in (".", ".."):
        raise Invalid("That is not the name of an object.")
    found = None if refresh else cache.get(_address(broker, name, asked))
    if found is None:
        found = driver.known(name, asked)
        cache.set(_address(broker, name, asked), found, FRESH)
    return _allowed(viewer, driver, found)


def _address(broker: Broker, name: str, asked: Asked) -> str:
    """Under which an object that was asked for is kept for a while."""
    words = f"{broker.pk}:{broker.modified.timestamp()}:{asked.get('survey', '')}:{name}"
    return "broker-object:" + hashlib.sha256(words.encode()).hexdigest()


def _allowed(viewer: Viewer, driver: Driver, found: Known) -> Known:
    scope = None if driver.public else programids(viewer)
    if scope is None:
        return found
    allowed = scope.get(found.survey, [])
    points = tuple(p for p in found.points if (1 if p.programid is None else p.programid) in allowed)
    if not points:
        raise NotVisible(f"The broker knows no {found.name}.")
    return replace(found, points=points, candid=newest_candid(points), facts={})


def pictures(viewer: Viewer, broker: Broker, name: str, asked: Asked) -> dict[str, bytes]:
    """Cutouts of an object's newest alert that this viewer may see."""
    driver = driver_of(broker)
    if not isinstance(driver, ShowsPictures):
        raise Invalid(f"Broker {broker.name} does not support cutouts.")
    whole = cache.get(_address(broker, name, asked))
    if not driver.public and isinstance(driver, KnowsObjects):
        whole = whole or driver.known(name, asked)
        if _allowed(viewer, driver, whole).candid != whole.candid:
            raise NotVisible(f"The broker knows no {name}.")
    found = driver.pictures(name, asked, whole)
    if not all(data.startswith(PICTURES) for data in found.values()):
        raise Unreachable(f"{broker.name} gave something that is no picture.")
    return found


def names_here(viewer: Viewer, names: Iterable[str]) -> set[str]:
    """Which of these objects are here too, as far as the viewer may know."""
    return set(visible_objs(viewer).filter(name__in=list(names)).values_list("name", flat=True))
