"""Parameters of lists of sources and candidates that ask for sky maps and for events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from apps.candidates.slots import Asker, CandidateFilter
from apps.sources.models import Obj
from apps.sources.slots import GalaxyNarrower, ObjFilter, unchanged
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, flag, moment, number, text

from .models import Counterpart
from .models.vetting import REJECTED
from .queries import spatial
from .queries.events import get_event
from .queries.galaxies import probability
from .queries.localizations import map_of, of_event
from .queries.regions import LONGEST, galaxy_ids_inside, inside

T = TypeVar("T")

DATEOBS = Param(
    "localizationDateobs", moment, None, "Inside a sky map of the event of this time.",
    label="In the sky map of", suggested="event-options",
)  # fmt: skip
_MAP = (DATEOBS.name,)
LEVEL = Param("localizationCumprob", number, 0.95, "Probability of the credible region.", _MAP, "Region's probability")
NAME = Param(
    "localizationName", text, None, "Which of the event's sky maps; the newest where nothing is said.", _MAP, "Sky map"
)
REJECT = Param(
    "localizationRejectSources",
    flag,
    False,
    "Without what was rejected as the event's counterpart.",
    _MAP,
    "Without rejected",
)
ALSO = Param(
    "includeSourcesInGcn",
    flag,
    False,
    "With everything that was judged as the event's counterpart.",
    _MAP,
    "With all judged",
)


def _asked_of(viewer: Viewer, query: dict[str, Any], find: Callable[..., T]) -> T:
    """What ``find`` knows of the map that is asked for."""
    dateobs = query.get(DATEOBS.name)
    if dateobs is None:
        raise Invalid("localizationName goes with localizationDateobs.")
    try:
        return find(viewer, dateobs, query.get(NAME.name) or None)
    except NotVisible:  # of a list the public API says so as of any parameter that makes no sense
        raise Invalid("Localization not found: no sky map for this localizationDateobs and localizationName.") from None


def objs_in_map(objs: QuerySet, value: Any, viewer: Viewer, query: dict[str, Any]) -> QuerySet:
    """Objs inside the region, detected within a window that has to be given: a map is asked for what is new."""
    start, end = query.get("startDate"), query.get("endDate")
    if start is None or end is None:
        raise Invalid("startDate and endDate, of first and last detection, go with localizationDateobs.")
    if not start <= end <= start + LONGEST:
        raise Invalid("startDate must come before endDate, by ten years at most.")
    where, event_id = _asked_of(viewer, query, map_of)
    level = query.get(LEVEL.name)
    placed = Q(inside(where, 0.95 if level is None else level))
    judged = Counterpart.objects.visible_to(viewer).filter(event_id=event_id)
    if query.get(ALSO.name):
        placed |= Q(pk__in=judged.values("obj_id"))
    found = objs.filter(placed)
    if query.get(REJECT.name):
        found = found.exclude(pk__in=judged.filter(status=REJECTED).values("obj_id"))
    return found


def usual_window(dateobs: datetime) -> dict[str, str]:
    """From the event on, for as long as its map is matched with what comes."""
    until = dateobs + timedelta(days=settings.GCN_ACTIVE_DAYS)
    return {"startDate": f"{dateobs:%Y-%m-%dT%H:%M:%S}", "endDate": f"{until:%Y-%m-%dT%H:%M:%S}"}


CATALOG = Param("spatialCatalogName", text, None, "In a place of this spatial catalogue.")
ENTRY = Param("spatialCatalogEntryName", text, None, "In this place of the spatial catalogue.", (CATALOG.name,))


def objs_in_places(objs: QuerySet, value: Any, viewer: Viewer, query: dict[str, Any]) -> QuerySet:
    """Objs within an entry of a spatial catalogue, or within any of them."""
    if not query.get(CATALOG.name):
        raise Invalid("spatialCatalogEntryName goes with spatialCatalogName.")
    catalog = spatial.named(viewer, query[CATALOG.name])
    return objs.filter(pk__in=spatial.obj_ids_inside(catalog, query.get(ENTRY.name)))


OF_OBJS = (
    ObjFilter(CATALOG, objs_in_places),
    ObjFilter(ENTRY, objs_in_places),
    ObjFilter(replace(DATEOBS, needs=("startDate", "endDate")), objs_in_map, completes=usual_window),
    ObjFilter(NAME, objs_in_map),
    ObjFilter(LEVEL, unchanged),
    ObjFilter(REJECT, unchanged),
    ObjFilter(ALSO, unchanged),
)


def passings_in_map(rows: QuerySet, value: Any, asker: Asker) -> QuerySet:
    """Passings of objs inside the region."""
    where, _ = _asked_of(asker.viewer, asker.query, map_of)
    level = asker.query.get(LEVEL.name)
    # looked up for the passings that are left; as a join it is every obj of the region that is looked for among them
    cell = Subquery(Obj.objects.filter(pk=OuterRef("obj_id")).values("hpx"))
    return rows.filter(inside(where, 0.95 if level is None else level, cell))


def _named_map(rows: QuerySet, value: Any, asker: Asker) -> QuerySet:
    return rows if asker.query.get(DATEOBS.name) is not None else passings_in_map(rows, value, asker)


def _qualifies(rows: QuerySet, value: Any, asker: Asker) -> QuerySet:
    return rows


OF_CANDIDATES = (
    CandidateFilter(DATEOBS, passings_in_map),
    CandidateFilter(NAME, _named_map),
    CandidateFilter(replace(LEVEL, default=None), _qualifies),
)


PROBABILITY = Param(
    "returnProbability", flag, False,
    "With `probability`: per Mpc³ at the galaxy's distance, per square degree where the map has no distance.",
)  # fmt: skip


def galaxies_in_map(rows: QuerySet, viewer: Viewer, query: dict[str, Any]) -> tuple[QuerySet, list[str]]:
    """Galaxies inside the region, and how probable each is."""
    if query.get(DATEOBS.name) is None and not query.get(NAME.name):
        if query.get(PROBABILITY.name):
            raise Invalid("returnProbability goes with localizationDateobs.")
        return rows, []
    where = _asked_of(viewer, query, of_event)
    level = query.get(LEVEL.name)
    there = rows.filter(pk__in=galaxy_ids_inside(where, 0.95 if level is None else level))
    if not query.get(PROBABILITY.name):
        return there, []
    return there.annotate(probability=probability(where)), ["probability"]


OF_GALAXIES = GalaxyNarrower((DATEOBS, NAME, LEVEL, PROBABILITY), galaxies_in_map)


def by_status(viewer: Viewer, query: dict[str, Any]) -> QuerySet:
    """(obj_id, value): what was judged of each as counterpart of the event asked for, by which to sort."""
    if query.get(DATEOBS.name) is None:
        raise Invalid("Sorting by gcn_status needs localizationDateobs.")
    event = get_event(viewer, query[DATEOBS.name])
    judged = Counterpart.objects.visible_to(viewer).filter(event=event)
    return judged.order_by("obj_id", "-modified").distinct("obj_id").values("obj_id", value=F("status"))
