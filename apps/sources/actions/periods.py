"""Searching for the period of a source, and keeping what was found."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import periods
from skyportal.journal.recording import record

from ..entries import PeriodSearchAsked
from ..models import Annotation, Obj, PeriodSearch
from ..queries import periods as reading
from .annotations import annotate, edit_annotation
from .checks import person

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 1 / 1440, 20_000.0
"""Days: a minute; half a century."""
KEPT = 5
"""Searches of one person that are kept for each obj."""
PIXELS = 2_000
"""Places of the power spectrum that a figure shows, each by the highest of its own."""
_SEARCH = {PeriodSearch.FOURIER: periods.by_fourier, PeriodSearch.ECLIPSES: periods.by_eclipses}


def ask(
    viewer: Viewer, obj: Obj, method: str, shortest: float | None, longest: float | None, bands: list[str]
) -> PeriodSearch:
    """Have a worker search; periods in days. The newest few searches of a person are kept."""
    owner_id = person(viewer)
    if method not in _SEARCH:
        raise Invalid(f"method: one of {', '.join(_SEARCH)}.")
    for name, value in (("shortest", shortest), ("longest", longest)):
        if value is not None and not SHORTEST <= value <= LONGEST:
            raise Invalid(f"The {name} period must lie between one minute (0.0007 d) and {LONGEST:g} days.")
    if shortest and longest and shortest >= longest:
        raise Invalid("The shortest period must be shorter than the longest.")
    sampling = reading.sampling(viewer, obj)
    if sampling is None:
        raise Invalid("No band has six detections at different times yet, so that no period can be told.")
    if unknown := sorted(set(bands) - set(sampling.bands)):
        raise Invalid(f"Too few detections in {unknown[0]!r}; choose among {', '.join(sampling.bands)}.")
    with transaction.atomic():
        search = PeriodSearch.objects.create(
            obj=obj, owner_id=owner_id, method=method, shortest=shortest, longest=longest, bands=bands
        )
        mine = PeriodSearch.objects.filter(obj=obj, owner_id=owner_id).order_by("-created_at")
        PeriodSearch.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[KEPT:])).delete()
        record(PeriodSearchAsked(obj.pk, obj.name, owner_id, search.pk))
    return search


def carry_out(search_id: int) -> None:
    """Search among what the person who asked may read now. Whatever happens, the search ends."""
    search = PeriodSearch.objects.select_related("obj").filter(pk=search_id, state=PeriodSearch.State.WAITING).first()
    viewer = groups.viewer_of(search.owner_id) if search else None
    if search is None:
        return
    try:
        if viewer is None:
            raise ValueError("The account that asked is no longer active.")
        curve = reading.detections(viewer, search.obj, search.bands)
        curves = reading.curves_of(curve) if curve else []
        found = _SEARCH[search.method](curves, _per_day(search.longest), _per_day(search.shortest))
        search.state, search.result = PeriodSearch.State.DONE, _told(found, curves)
    except ValueError as problem:
        search.state, search.reason = PeriodSearch.State.FAILED, str(problem)
    except Exception:
        logger.exception("The search %d for a period of %s broke.", search.pk, search.obj.name)
        search.state = PeriodSearch.State.FAILED
        search.reason = "The search broke down; the operator's log says how. Other limits may work."
    search.finished_at = timezone.now()
    search.save(update_fields=["state", "result", "reason", "finished_at"])


def _per_day(period: float | None) -> float | None:
    return None if period is None else 1 / period


def _told(found: periods.Found, curves: list[periods.Curve]) -> dict[str, Any]:
    """What was found as JSON: few numbers, however many frequencies were asked."""
    frequencies, power = _outline(found)
    return {
        "points": {curve.band: len(curve.times) for curve in curves},
        "asked": len(found.frequencies),
        "frequencies": [round(float(f), 7) for f in frequencies],
        "power": [round(float(p), 5) for p in power],
        "levels": {str(chance): round(level, 5) for chance, level in found.levels.items()},
        "chance": found.chance if np.isfinite(found.chance) else None,
        "peaks": [
            {
                "period": peak.period,
                "power": peak.power,
                "gain": peak.gain,
                "kind": peak.relation.kind if peak.relation else "",
                "relation": peak.relation.name if peak.relation else "",
            }
            for peak in found.peaks
        ],
    }


def _outline(found: periods.Found) -> tuple[np.ndarray, np.ndarray]:
    """The highest of each stretch of frequencies, so that no peak is lost to the eye."""
    stretch = -(-len(found.power) // PIXELS)
    starts = np.arange(0, len(found.power), stretch)
    tops = [start + int(np.argmax(found.power[start : start + stretch])) for start in starts]
    return found.frequencies[tops], found.power[tops]


def a_period(text: str) -> float:
    """What somebody typed or an address says, in days."""
    try:
        period = float(text)
    except ValueError:
        period = float("nan")
    if not SHORTEST <= period <= LONGEST:
        raise Invalid("Give the period in days, between one minute (0.0007 d) and 20,000 days.")
    return period


def keep(viewer: Viewer, obj: Obj, period: float, method: str) -> None:
    """Annotate a period that `a_period` read to the obj, in place of the one that was kept here before."""
    data = {"period": period, "unit": "d"} | ({"method": method} if method in _SEARCH else {})
    mine = Annotation.objects.changeable_by(viewer).filter(obj=obj, origin=reading.ORIGIN).first()
    if mine is None:
        annotate(viewer, obj.name, reading.ORIGIN, data)
    else:
        edit_annotation(viewer, mine.pk, data=data)
