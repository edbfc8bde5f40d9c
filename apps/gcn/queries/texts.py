"""Summaries and reports of an event, and what goes into them: what a reader of the chosen group sees now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import QuerySet

from apps.groups import queries as people
from apps.groups.models import Stream
from apps.sources.models import Instrument, Obj
from apps.sources.queries import classifications, light_curves, sources, statistics
from apps.sources.queries.objs import visible_objs
from apps.sources.slots import obj_filters
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.astro.time import mjd_of

from ..models import CURRENT, EventReport, EventSummary, GcnEvent, Localization, SummaryVersion
from ..slots import event_sections
from .galaxies import chosen_catalog, ranked
from .regions import LONGEST

SHOWN = {"sources": "showSources", "observations": "showObservations", "efficiencies": "showSurveyEfficiencies"}
MOST_SOURCES, MOST_POINTS, MOST_GALAXIES = 500, 500, 50
MOST = 500


def summaries(viewer: Viewer, event: GcnEvent) -> QuerySet[EventSummary]:
    return EventSummary.objects.visible_to(viewer).filter(event=event).select_related("group", "sent_by")


def reports(viewer: Viewer, event: GcnEvent) -> QuerySet[EventReport]:
    return EventReport.objects.visible_to(viewer).filter(event=event).select_related("group", "sent_by")


def get_summary(viewer: Viewer, event: GcnEvent, summary_id: int) -> EventSummary:
    found = summaries(viewer, event).filter(pk=summary_id).first()
    if found is None:
        raise NotVisible("Summary not found", status=404)
    return found


def get_report(viewer: Viewer, event: GcnEvent, report_id: int) -> EventReport:
    found = reports(viewer, event).filter(pk=report_id).first()
    if found is None:
        raise NotVisible("Report not found", status=404)
    return found


def versions(summary: EventSummary) -> list[SummaryVersion]:
    return list(SummaryVersion.objects.filter(summary=summary).select_related("author")[:MOST])


def published(report_id: int) -> EventReport:
    """A report that anybody may read: its data were copied as the group saw them when it was made."""
    found = (
        EventReport.objects.filter(pk=report_id, published=True, status="done").select_related("event", "group").first()
    )
    if found is None:
        raise NotVisible("Report not found.", status=404)
    return found


def all_published() -> QuerySet[EventReport]:
    return EventReport.objects.filter(published=True, status="done").select_related("event", "group").defer("data")


def localization_named(event: GcnEvent, name: str | None) -> Localization | None:
    """The event's map of this name, or its newest if it has any."""
    rows = Localization.objects.filter(event=event).order_by(*CURRENT)
    if not name:
        return rows.first()
    found = rows.filter(name=name).first()
    if found is None:
        raise NotVisible("Localization not found", status=404)
    return found


def reader_of(group_id: int) -> Viewer:
    """Whoever is in this group, and what everybody is in, and nothing else."""
    streams = Stream.objects.filter(groups=group_id).values_list("pk", flat=True)
    return Viewer(None, group_ids=frozenset({group_id, people.sitewide_group_id()}), stream_ids=frozenset(streams))


def told(event: GcnEvent, where: Localization | None, asked: dict[str, Any]) -> dict[str, Any]:
    """All that a text is written from, in plain values."""
    reader = reader_of(asked["group_id"])
    data: dict[str, Any] = {"event": _event(event, where), "window": [asked["start"], asked["end"]]}
    data |= {"level": asked["level"]}
    if asked["sources"]:
        data["sources"] = _sources(reader, event, where, asked)
    if asked.get("galaxies") and where:
        data["galaxies"] = _galaxies(reader, where, asked)
    data["sections"] = [
        section for _, tell in sorted(event_sections.items()) for section in tell(reader, event, where, asked)
    ]
    return data


def _event(event: GcnEvent, where: Localization | None) -> dict[str, Any]:
    found: dict[str, Any] = {"name": event.name, "dateobs": event.address, "aliases": event.aliases}
    if where:
        found["localization"] = {
            "name": where.name, "area_50": where.area_50, "area_90": where.area_90, "distance": where.distance,
            "distance_error": where.distance_error, "ra": where.ra, "dec": where.dec,
        }  # fmt: skip
    return found


def _sources(
    reader: Viewer, event: GcnEvent, where: Localization | None, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """Those that were chosen by name, else those that fit."""
    if asked.get("only"):
        objs = list(visible_objs(reader).filter(name__in=asked["only"]).order_by("name")[:MOST_SOURCES])
    else:
        objs = _fitting(reader, event, where, asked) if where else []
    classes = classifications.by_obj(reader, [obj.pk for obj in objs], groups=False)
    curves = light_curves.light_curves(reader, [obj.pk for obj in objs])
    return [_source(obj, classes.get(obj.pk, []), curves.get(obj.pk), asked) for obj in objs]


def _fitting(reader: Viewer, event: GcnEvent, where: Localization, asked: dict[str, Any]) -> list[Obj]:
    """Saved to the group, first detected in the window within the region, without what was rejected."""
    start, end = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
    query: dict[str, Any] = {plug.param.name: plug.param.default for plug in obj_filters} | {
        "localizationDateobs": event.dateobs, "localizationName": where.name, "localizationCumprob": asked["level"],
        "localizationRejectSources": True, "startDate": start, "endDate": start + LONGEST,
        "numberDetections": asked["detections"], "requireDetections": True, "group_ids": [asked["group_id"]],
    }  # fmt: skip
    ids = sources.matching(reader, query).order_by("obj_id").values_list("obj_id", flat=True).distinct()
    figures = statistics.merged(reader, list(ids[: 10 * MOST_SOURCES]))
    chosen = [pk for pk, row in sorted(figures.items()) if (row.get("first_det_mjd") or np.inf) <= mjd_of(end)]
    return list(Obj.objects.filter(pk__in=chosen[:MOST_SOURCES]).order_by("name"))


def _source(obj: Obj, classes: list[dict[str, Any]], curve: Any, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": obj.name, "ra": obj.ra, "dec": obj.dec, "tns_name": obj.tns_name, "redshift": obj.redshift,
        "redshift_error": obj.redshift_error,
        "classification": classes[-1]["classification"] if classes else None,
        "photometry": [] if curve is None else _points(curve, asked),
    }  # fmt: skip


def _points(curve: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """In order of time; magnitudes where it was detected, the limit where not."""
    keep = np.ones(len(curve), bool)
    if asked["in_window"]:
        keep = (curve.mjd >= mjd_of(datetime.fromisoformat(asked["start"]))) & (
            curve.mjd <= mjd_of(datetime.fromisoformat(asked["end"]))
        )
    if asked["instruments"]:
        keep &= np.isin(
            curve.instrument,
            list(Instrument.objects.filter(pk__in=asked["instruments"]).values_list("name", flat=True)),
        )
    rows = np.flatnonzero(keep)[-MOST_POINTS:]
    return [
        {
            "mjd": float(curve.mjd[n]), "mag": _or_none(curve.mag[n]), "magerr": _or_none(curve.magerr[n]),
            "limit": _or_none(curve.limit[n]), "filter": str(curve.bandpass[n]), "instrument": str(curve.instrument[n]),
        }
        for n in rows
    ]  # fmt: skip


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _galaxies(reader: Viewer, where: Localization, asked: dict[str, Any]) -> dict[str, Any]:
    catalog, _ = chosen_catalog(reader, where)
    if not catalog:
        return {"catalog": "", "rows": []}
    found = ranked(reader, where, catalog=catalog, level=asked["level"], most=MOST_GALAXIES)
    return {
        "catalog": catalog,
        "total": found.total,
        "held": found.completeness.held,
        "rows": [
            {
                "name": row["galaxy"]["name"], "ra": row["galaxy"]["ra"], "dec": row["galaxy"]["dec"],
                "distance": row["galaxy"]["distmpc"], "mass": row["galaxy"]["mstar"], "share": row["share"],
            }
            for row in found.rows
        ],
    }  # fmt: skip
