"""Parameters that ask for photometry, from what is counted of it, and for spectra."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, FloatField, Func, Max, Min, Q, QuerySet, Sum
from django.db.models.lookups import LessThanOrEqual

from skyportal.access.viewer import Viewer
from skyportal.api.params import flag, integer, moment, number
from skyportal.astro.time import mjd_of

from ..access import owned_by, shared
from ..models import Spectrum
from ..queries import statistics
from ..queries.objs import beneath
from .base import Asked, offers, qualifies

qualifies("requireDetections", flag, "Dates and counts are of detections, not of all observations.", True)
qualifies("excludeForcedPhotometry", flag, "Leave forced photometry out of dates and counts.", False)


def _columns(asked: Asked) -> tuple[str, str, str]:
    """First and last date and number, of detections (forced ones too or not) or of all points."""
    if not asked.get("requireDetections", True):
        return "first_obs_mjd", "last_obs_mjd", "num_obs"
    if asked.get("excludeForcedPhotometry"):
        return "first_det_no_forced_mjd", "last_det_no_forced_mjd", "num_det_no_forced"
    return "first_det_mjd", "last_det_mjd", "num_det"


def _counted(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs whose figures, merged over what the viewer may read, fulfil all that is asked of them: one pass.

    Those of whose photometry they read all are merged already; for the others it is done here.
    """
    first, last, count = _columns(asked)
    start, end = _mjd(asked.get("startDate")), _mjd(asked.get("endDate"))
    newest: Any = Max(_pair("last_det_mjd", "last_det_mag"), filter=Q(last_det_mjd__isnull=False))
    conditions = [
        (first, Min(first), "gte", start),
        (first, Min(first), "lte", end if _is_narrow(start, end) else None),  # follows from the next
        (last, Max(last), "lte", end),
        (count, Sum(count), "gte", asked.get("numberDetections")),
        ("peak_mag", Min("peak_mag"), "gte", asked.get("minPeakMagnitude")),
        ("peak_mag", Min("peak_mag"), "lte", asked.get("maxPeakMagnitude")),
        ("last_det_mag", newest, "gte", asked.get("minLatestMagnitude")),
        ("last_det_mag", newest, "lte", asked.get("maxLatestMagnitude")),
    ]
    figures = statistics.of_saved_objs(viewer)
    whole, rest = figures.whole, None if figures.rest is None else figures.rest.order_by().values("obj_id")
    if start is not None and rest is not None:
        since = {f"{first}__gte": start} | ({f"{first}__lte": end} if _is_narrow(start, end) else {})
        if statistics.are_few(**since):  # found by index: an obj of the last nights has all its figures there
            rest = rest.filter(obj__in=statistics.readable(viewer).filter(**since).values("obj_id"))
    for n, (column, aggregate, lookup, bound) in enumerate(conditions):
        if bound is not None:
            beside = (column, bound) == (last, end) and start is not None and not _is_narrow(start, end)
            whole &= Q(LessThanOrEqual(F(column) + 0.0, bound)) if beside else Q(**{f"{column}__{lookup}": bound})
            part = f"figure{n}__1" if aggregate is newest else f"figure{n}"
            if rest is not None:
                rest = rest.annotate(**{f"figure{n}": aggregate}).filter(**{f"{part}__{lookup}": bound})
    return objs.filter(whole if rest is None else whole | Q(pk__in=rest.values("obj_id")))


NARROW = 100.0
"""Days. An index is read between both ends of such a window. Of a wide one it is quicker to read the whole table than
to fetch most of it by an index, which the planner would: its end is a sum, that no index holds."""


def _is_narrow(start: float | None, end: float | None) -> bool:
    return start is not None and end is not None and end - start <= NARROW


def _mjd(moment: datetime | None) -> float | None:
    return None if moment is None else mjd_of(moment)


def _pair(when: str, what: str) -> Func:
    """Of pairs, the greatest is the newest: what was measured comes along with its time."""
    return Func(when, what, template="ARRAY[%(expressions)s]", output_field=ArrayField(FloatField()))


offers("startDate", moment, "First detected at this time or later.")(_counted)
offers("endDate", moment, "Last detected at this time or earlier.")(_counted)
offers("numberDetections", integer, "Detected at least so often.")(_counted)
offers("minPeakMagnitude", number, "No brighter than this at peak.")(_counted)
offers("maxPeakMagnitude", number, "At least this bright at peak.")(_counted)
offers("minLatestMagnitude", number, "No brighter than this when last detected.")(_counted)
offers("maxLatestMagnitude", number, "At least this bright when last detected.")(_counted)


def _spectra(viewer: Viewer) -> QuerySet:
    return beneath(viewer, Spectrum.objects.all(), shared | owned_by("owner"))


def _with_spectrum(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs with a spectrum within the dates asked for; hung under each parameter, applied once."""
    after, before = asked["hasSpectrumAfter"], asked["hasSpectrumBefore"]
    bounds = {"observed_at__gte": after, "observed_at__lte": before}
    found = _spectra(viewer).filter(**{name: bound for name, bound in bounds.items() if bound})
    return objs.filter(pk__in=found.values("obj_id")) if asked["hasSpectrum"] or after or before else objs


offers("hasSpectrum", flag, "Has a spectrum.")(_with_spectrum)
offers("hasSpectrumAfter", moment, "Has a spectrum observed at this time or later.")(_with_spectrum)
offers("hasSpectrumBefore", moment, "Has a spectrum observed at this time or earlier.")(_with_spectrum)


@offers("hasNoSpectrum", flag, "Has no spectrum.")
def without_spectrum(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(pk__in=_spectra(viewer).values("obj_id")) if wanted else objs
