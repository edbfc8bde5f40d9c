"""Searches for a period as their owner sees them, and the light curves they look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.utils import timezone

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.astro import periods

from ..models import Obj, PeriodSearch
from .light_curves import LightCurve, light_curves

ORIGIN = "periodogram"
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Sampling:
    """What there is to search: points by band, and the periods (days) that the times can tell."""

    bands: dict[str, int]
    shortest: float
    longest: float


def detections(viewer: Viewer, obj: Obj, bands: list[str] | None = None) -> LightCurve | None:
    """What was detected, as far as the viewer may read it, by the best measurement of each epoch; all bands or some."""
    curve = light_curves(viewer, [obj.pk]).get(obj.pk)
    if curve is None:
        return None
    rows = curve.detected & curve.best & (np.isin(curve.bandpass.astype(str), bands) if bands else True)
    return curve.take(rows) if rows.any() else None


def curves_of(curve: LightCurve) -> list[periods.Curve]:
    return periods.bands_of(curve.mjd, curve.mag, curve.magerr, curve.bandpass.astype(str))


def sampling(viewer: Viewer, obj: Obj) -> Sampling | None:
    """None where no band has enough points."""
    curve = detections(viewer, obj)
    curves = curves_of(curve) if curve else []
    if not curves or np.ptp(np.concatenate([one.times for one in curves])) <= 0:
        return None
    lowest, highest = periods.frequency_range([one.times for one in curves])
    return Sampling({one.band: len(one.times) for one in curves}, 1 / highest, 1 / lowest)


def get_search(viewer: Viewer, obj: Obj, search_id: int) -> PeriodSearch:
    found = PeriodSearch.objects.visible_to(viewer).filter(obj=obj, pk=search_id).first()
    if found is None:
        raise NotVisible("No such search of yours; start a new one.", status=404)
    return found


def newest(viewer: Viewer, obj: Obj) -> PeriodSearch | None:
    return PeriodSearch.objects.visible_to(viewer).filter(obj=obj).order_by("-created_at").first()


def is_late(search: PeriodSearch) -> bool:
    """Whether nobody should wait for it any longer."""
    return search.state == PeriodSearch.State.WAITING and timezone.now() - search.created_at > PATIENCE
