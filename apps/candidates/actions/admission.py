"""Alerts that passed filters become objs, candidates, annotations, photometry and pictures."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import numpy as np
from django.db import transaction

from apps.groups.models import Stream
from apps.sources.actions.annotations import put_annotations
from apps.sources.actions.objs import checked_name, ensure_objs, make_known_pairs
from apps.sources.actions.photometry import Points, store
from apps.sources.actions.thumbnails import Cutout, store_many
from apps.sources.models import Photometry
from skyportal.access.models import GROUP, Audience
from skyportal.astro.time import MJD_EPOCH
from skyportal.journal.recording import record

from ..alerts import cutouts
from ..alerts.containers import BadPacket
from ..alerts.lightcurve import LightCurve, merge
from ..alerts.surveys import BY_KEY, Alert
from ..alerts.surveys.base import public_name
from ..entries import CandidatesArrived
from ..models import FilterVersion, LatestCandidate
from ..queries.audiences import Audiences
from ..queries.said import origin_of
from . import vetting
from .candidates import Passing, add
from .instruments import instrument_id

logger = logging.getLogger(__name__)

STRETCH = {"new": "asinh", "ref": "asinh", "sub": "linear"}
ORIGIN = {"forced": "alert_fp"}
"""How points are stored by where a packet has them; what an alert says of itself and of the past is one origin, so
that a measurement repeated by the next alert is the same row."""
FLAGS = {
    "forced": Photometry.FORCED | Photometry.ALERT | Photometry.DIFFERENCE,
    "": Photometry.ALERT | Photometry.DIFFERENCE,
}


@dataclass(frozen=True)
class Admitted:
    """An alert, and what the filters it passed say of it."""

    alert: Alert
    passed: dict[int, dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return obj_name(self.alert)

    @property
    def passed_at(self) -> datetime:
        """The exposure's time: the same however often and whenever the packet comes."""
        return MJD_EPOCH + timedelta(milliseconds=round(self.alert.mjd * 86_400_000))


def obj_name(alert: Alert) -> str:
    """The obj's public name."""
    return checked_name(public_name(alert.object_id, alert.survey))


@dataclass(frozen=True)
class Admission:
    """What admitting a batch changed."""

    objs: dict[str, int]
    candidates: int = 0
    points: int = 0
    new_objs: dict[int, list[int]] = field(default_factory=dict)
    """By filter, the objs that passed it just now."""


@transaction.atomic
def admit(
    stream: Stream,
    admitted: Iterable[Admitted],
    versions: Sequence[FilterVersion],
    *,
    silent: frozenset[int] = frozenset(),
) -> Admission:
    """Keep what passed: a fixed number of statements for a whole batch, and none of them changes what is there.
    Filters that are ``silent`` annotate nothing.

    Candidates and annotations belong to the filter's group; photometry and pictures to the streams that carry the
    programme each was taken for.
    """
    alerts = sorted(admitted, key=lambda one: one.alert.mjd)
    if not alerts:
        return Admission({})
    filters = {version.filter_id: version.filter for version in versions}
    audiences = Audiences(stream)
    objs = ensure_objs(_new_objs(alerts))
    passings = [
        Passing(objs[one.name], filter_id, one.passed_at, _alert_id(one.alert))
        for one in alerts
        for filter_id in one.passed
    ]
    new = add(passings, uploader_id=None)
    make_known_pairs((row.obj_id, GROUP, filters[row.filter_id].group_id) for row in passings)
    vetting.keep(
        vetting.Told(objs[one.name], filter_id, one.passed_at, one.facts) for one in alerts for filter_id in one.passed
    )
    _annotate(alerts, objs, {pk: one for pk, one in filters.items() if pk not in silent})
    points = _photometry(alerts, objs, audiences)
    stored = store(points, owner_id=None) if points is not None else None
    survey = stream.altdata.get("survey") if isinstance(stream.altdata, dict) else None
    store_many(
        Cutout(
            objs[one.name],
            kind,
            partial(png_of, one.alert, kind),
            audiences.of(one.alert.programid),
            one.alert.mjd,
            survey,
        )
        for one in alerts
        for kind in one.alert.cutouts
    )
    by_filter: dict[int, list[int]] = defaultdict(list)
    for obj_id, filter_id, _ in new:
        by_filter[filter_id].append(obj_id)
    if new:
        names = {pk: name for name, pk in objs.items()}
        record(
            CandidatesArrived(
                sorted({names[obj_id] for obj_id, _, _ in new}),
                sorted(by_filter),
                sorted({filters[pk].group_id for pk in by_filter}),
                len(new),
                None,
            )
        )
    return Admission(objs, len(new), sum(stored.is_new) if stored else 0, dict(by_filter))


def png_of(alert: Alert, kind: str) -> bytes | None:
    """A cutout as PNG; one that is no picture is left out, the alert stays good."""
    try:
        first_row_up = BY_KEY[alert.survey].first_row_up
        return cutouts.png(alert.cutouts[kind], STRETCH.get(kind, "asinh"), first_row_up=first_row_up)
    except BadPacket as problem:
        logger.info("The %s cutout of %s is left out: %s", kind, alert.candid, problem)
        return None


def _new_objs(alerts: Sequence[Admitted]) -> list[dict[str, Any]]:
    """Each obj once, where its first alert saw it."""
    first: dict[str, Admitted] = {}
    for one in alerts:
        first.setdefault(one.name, one)
    return [
        {"name": name, "ra": one.alert.ra, "dec": one.alert.dec, "ra_dis": one.alert.ra, "dec_dis": one.alert.dec}
        for name, one in first.items()
    ]


def _alert_id(alert: Alert) -> int | None:
    return int(alert.candid) if alert.candid.isdecimal() and len(alert.candid) <= 18 else None


def _annotate(alerts: Sequence[Admitted], objs: dict[str, int], filters: dict[int, Any]) -> None:
    """What each filter says of each obj's newest passing; older packets, come late, change nothing."""
    newest: dict[tuple[int, int], Admitted] = {
        (objs[one.name], filter_id): one
        for one in alerts
        for filter_id, said in one.passed.items()
        if said and filter_id in filters
    }
    if not newest:
        return
    latest = {
        (obj_id, filter_id): passed_at
        for obj_id, filter_id, passed_at in LatestCandidate.objects.filter(
            obj_id__in={obj_id for obj_id, _ in newest}, filter_id__in={filter_id for _, filter_id in newest}
        ).values_list("obj_id", "filter_id", "passed_at")
    }
    audience = {group: Audience.objects.of([group]).pk for group in {f.group_id for f in filters.values()}}
    put_annotations(
        (
            obj_id,
            origin_of(filters[filter_id].group.name, filters[filter_id].name),
            one.passed[filter_id],
            audience[filters[filter_id].group_id],
            None,
        )
        for (obj_id, filter_id), one in newest.items()
        if latest[obj_id, filter_id] <= one.passed_at
    )


def _photometry(alerts: Sequence[Admitted], objs: dict[str, int], audiences: Audiences) -> Points | None:
    """The light curves of all objs as columns, each measurement once."""
    by_obj: dict[tuple[int, str], list[Admitted]] = defaultdict(list)
    for one in alerts:
        by_obj[objs[one.name], one.alert.survey].append(one)
    curves = {key: merge(one.alert.photometry for one in of_obj) for key, of_obj in by_obj.items()}
    instruments = _instruments(curves)
    parts = [
        columns_of(key[0], instruments[key[1]], curve, by_obj[key][-1].alert, audiences)
        for key, curve in curves.items()
    ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Points(**columns) if len(columns["mjd"]) else None


def _instruments(curves: dict[tuple[int, str], LightCurve]) -> dict[str, int]:
    """The instrument of each survey among these light curves."""
    bandpasses: dict[str, set[str]] = defaultdict(set)
    for (_, survey), curve in curves.items():
        bandpasses[survey].update(curve.bandpass)
    return {survey: instrument_id(survey, sorted(bands)) for survey, bands in bandpasses.items()}


class ByProgramme(Protocol):
    """Says for whom a point of a programme is."""

    def of(self, programid: int | None) -> int: ...


def columns_of(
    obj_id: int, instrument: int, curve: LightCurve, alert: Alert, audiences: ByProgramme
) -> dict[str, np.ndarray]:
    """A light curve as columns of `Points`; what has no error is left out."""
    usable = np.isfinite(curve.mjd) & np.isfinite(curve.fluxerr) & (curve.fluxerr > 0)
    programs = [alert.programid if program is None else program for program in curve.programid]
    columns: dict[str, Any] = {
        "obj_id": np.full(len(curve), obj_id),
        "mjd": curve.mjd,
        "flux": curve.flux,
        "fluxerr": curve.fluxerr,
        "bandpass": curve.bandpass,
        "instrument_id": np.full(len(curve), instrument),
        "origin": [ORIGIN.get(origin, "alert") for origin in curve.origin],
        "audience_id": [audiences.of(program) for program in programs],
        "flags": [FLAGS.get(origin, FLAGS[""]) for origin in curve.origin],
        "limiting_mag": curve.limiting_mag,
        "ra": curve.ra,
        "dec": curve.dec,
        "ref_flux": curve.ref_flux,
    }
    return {name: np.asarray(values)[usable] for name, values in columns.items()}
