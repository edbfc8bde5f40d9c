"""Gravitational-wave alerts of LIGO, Virgo and KAGRA in JSON, with the multi-order sky map inside."""

from __future__ import annotations

import re
from typing import Any

from . import names
from .attached import attached
from .base import AttachedMap, Notice, SkyMapSaid, UnreadableNotice, Value
from .values import number, utc, value

KINDS = {
    "PRELIMINARY": "LVC_PRELIMINARY",
    "EARLYWARNING": "LVC_EARLY_WARNING",
    "EARLY_WARNING": "LVC_EARLY_WARNING",
    "INITIAL": "LVC_INITIAL",
    "UPDATE": "LVC_UPDATE",
    "RETRACTION": "LVC_RETRACTION",
}
PLAIN = ("significant", "group", "pipeline", "search", "duration", "central_frequency", "far")
AS_VOEVENT = {"significant": "Significant", "group": "Group", "pipeline": "Pipeline", "search": "Search",
              "duration": "Duration", "central_frequency": "CentralFreq", "far": "FAR"}  # fmt: skip
"""The same names as in the VOEvents, so that one filter finds both."""
COINCIDENCE = ("observatory", "search", "time_difference", "time_coincidence_far", "time_sky_position_coincidence_far")


def read(said: dict[str, Any]) -> Notice:
    """What an alert says; tags are added by `reading.read`."""
    name = said.get("superevent_id")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]{1,4}\d{6}[A-Za-z0-9]{1,8}", name):
        raise UnreadableNotice(f"superevent_id is not the name of an event: {str(name)[:60]!r}.")
    kind = KINDS.get(str(said.get("alert_type", "")).upper())
    if kind is None:
        raise UnreadableNotice(f"alert_type {str(said.get('alert_type'))[:40]!r} is none of {', '.join(KINDS)}.")
    sent_at, event = utc(said.get("time_created"), "time_created"), said.get("event")
    is_retraction = kind == "LVC_RETRACTION"
    if event is not None and not isinstance(event, dict):
        raise UnreadableNotice("event is neither null nor an object.")
    if event is None and not is_retraction:
        raise UnreadableNotice(f"An alert of the type {said['alert_type']} has no event.")
    properties, skymaps = _event(event or {}, said.get("external_coinc"))
    properties["AlertType"] = str(said["alert_type"]).title()
    return Notice(
        form="igwn",
        kind=kind,
        stream="LVC",
        ivorn=f"ivo://gwnet/LVC#{name}-{properties['AlertType']}-{sent_at:%Y-%m-%dT%H:%M:%S}",
        sent_at=sent_at,
        dateobs=utc(event.get("time"), "event.time") if event else None,
        trigger_id=name,
        aliases=names.aliases("LVC", name, None),
        properties=properties,
        skymaps=skymaps,
        is_retraction=is_retraction,
        is_test=not name.upper().startswith(("S", "GW")) or properties.get("Search") == "MDC",
    )


def _event(event: dict[str, Any], coincidence: Any) -> tuple[dict[str, Value], tuple[SkyMapSaid, ...]]:
    """Properties and maps; a map that is broken is told of among the properties."""
    properties: dict[str, Value] = {}
    for key in PLAIN:
        if (found := value(event.get(key))) is not None:
            properties[AS_VOEVENT[key]] = found
    if "far" in event and event["far"] is not None:
        properties["FAR"] = number(event["far"], "event.far")
    if isinstance(detectors := event.get("instruments"), list):
        properties["Instruments"] = ",".join(sorted(str(detector)[:10] for detector in detectors[:20]))
    for part in ("classification", "properties"):
        if isinstance(told := event.get(part), dict):
            properties |= {
                str(key)[:50]: number(chance, f"event.{part}.{key}") for key, chance in list(told.items())[:50]
                if chance is not None
            }  # fmt: skip
    maps = [("event.skymap", "skymap", event.get("skymap"))]
    if isinstance(coincidence, dict):
        properties |= {f"coinc_{key}": kept for key in COINCIDENCE if (kept := value(coincidence.get(key))) is not None}
        maps.append(("external_coinc.combined_skymap", "ext", coincidence.get("combined_skymap")))
    skymaps: list[SkyMapSaid] = []
    for field, name, text in maps:
        if text is None:
            continue
        came = attached(text, field, name)
        if isinstance(came, AttachedMap):
            skymaps.append(AttachedMap(f"combined-{came.name}", came.content) if "combined" in field else came)
        else:
            properties["skymap_trouble"] = came
    return properties, tuple(skymaps)
