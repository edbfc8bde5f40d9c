"""GCN's JSON notices of the unified schema, of every mission that sends them, and the classic ones written that way."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from . import names
from .attached import attached
from .base import AttachedMap, Cone, Ellipse, LinkedMap, Notice, Polygon, SkyMapSaid, UnreadableNotice, Value
from .values import MOST, degrees, direction, number, radius, utc, value

SCHEMA = re.compile(r"https?://gcn\.nasa\.gov/schema/(?:.*?/)?gcn/(notices/[\w./-]{1,150}?)\.schema\.json", re.ASCII)
USUAL_CONTAINMENT = 0.9
"""What the schema says where a notice states none."""
CLASSIC_UNITS = {"amon": "arcmin", "integral": "arcmin", "agile": "arcmin", "counterpart": "arcsec"}
"""The classic notices keep the unit of their text form."""
NOT_PROPERTIES = {
    "$schema", "id", "event_name", "alert_datetime", "trigger_time", "healpix_file", "healpix_url",
    "additional_info", "data_archive_page", "light_curve_url", "ra_dec_error", "containment_probability",
}  # fmt: skip
MAP_FILE = re.compile(r"https?://[^\s/]+/\S*\.fits?\b", re.ASCII)
"""A file; some notices name their mission's home page instead."""
POINTINGS = ("calet_gbm", "hete")
"""Classic notices whose ra and dec are where the instrument looked, not where the burst was."""
TELLING = 5
"""Signs from which on an id names one event among those of all missions; KM3NeT counts 1, 2, 3: its aliases name it."""
SIGNALS = ("snr", "rate_snr", "image_snr", "intensity_snr")


def read(said: dict[str, Any], topic: str = "") -> Notice:
    """What a notice says; tags are added by `reading.read`."""
    path = _path(said, topic)
    stream, ids = _stream(said, path), _texts(said.get("id"))
    retracts = str(said.get("alert_type", "")).lower() == "retraction"
    dateobs = _dateobs(said, may_lack=retracts and bool(ids))
    sent = said.get("alert_datetime")
    sent_at = utc(sent, "alert_datetime") if sent else dateobs
    if sent_at is None:
        raise UnreadableNotice("The notice gives neither alert_datetime nor trigger_time.")
    skymaps, trouble = _skymaps(said, path)
    return Notice(
        form="unified",
        kind=topic if topic.startswith("gcn.notices.") else "gcn." + path.lower().replace("/", "."),
        stream=stream,
        ivorn=_identity(said, path, ids, dateobs),
        sent_at=sent_at,
        dateobs=dateobs,
        trigger_id=next((one for one in ids or _texts(said.get("ref_ID")) if len(one) >= TELLING), None),
        aliases=_aliases(said, stream, ids, dateobs),
        properties=_properties(said) | ({"skymap_trouble": trouble} if trouble else {}),
        skymaps=skymaps,
        is_retraction=retracts,
        is_test=str(said.get("alert_tense", "")) in ("test", "injection", "commanded"),
    )


def _path(said: dict[str, Any], topic: str) -> str:
    """The schema's path, as notices/fermi/gbm/trigger."""
    schema = said.get("$schema")
    found = SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if found:
        if "/core/" in found[1]:
            raise UnreadableNotice(f"{found[1]} is a part of notices, not one of them.")
        return found[1]
    if topic.startswith("gcn.notices."):
        return topic.removeprefix("gcn.").replace(".", "/")
    raise UnreadableNotice(
        "The JSON is neither a notice of the unified schema ($schema at gcn.nasa.gov/schema), nor a gravitational-wave "
        "alert (superevent_id), nor a circular (circularId)."
    )


def _stream(said: dict[str, Any], path: str) -> str:
    parts = path.split("/")[1:]
    sender = parts[1] if parts[0] == "classic" and len(parts) > 1 else parts[0]
    for name in (sender, str(said.get("mission", ""))):
        if found := names.STREAMS.get(name.upper()):
            return found
    return str(said.get("mission") or sender)[:50]


def _texts(said: Any) -> list[str]:
    """One name or several, as text; some missions send numbers."""
    listed = said if isinstance(said, list) else [said]
    kept = (one for one in listed[:20] if isinstance(one, str | int) and not isinstance(one, bool))
    return [text[:100] for one in kept if (text := str(one).strip())]


def _dateobs(said: dict[str, Any], may_lack: bool) -> datetime | None:
    """The trigger's time; of what has a place but no trigger, as a flare seen over a day, when it began to be seen."""
    if said.get("trigger_time"):
        return utc(said["trigger_time"], "trigger_time")
    if said.get("observation_start") and "ra" in said:
        return utc(said["observation_start"], "observation_start")
    if may_lack:
        return None
    raise UnreadableNotice("The notice gives no trigger_time, so it tells of no event.")


def _aliases(said: dict[str, Any], stream: str, ids: list[str], dateobs: datetime | None) -> tuple[str, ...]:
    text = " ".join([*ids, str(said.get("data_archive_page", ""))])
    found = names.aliases(stream, ids[0] if ids else None, dateobs, text, _texts(said.get("event_name")))
    refers = _texts(said.get("ref_ID"))
    if not ids and refers and re.fullmatch(r"[MT]?S\d{6}[a-z]+", refers[0]):
        found += names.aliases("LVC", refers[0], None)
    return found


def _identity(said: dict[str, Any], path: str, ids: list[str], dateobs: datetime | None) -> str:
    """From schema, id and the message's place in its series; `reading` adds what stands for its content."""
    about = ids[0] if ids else f"{dateobs:%Y-%m-%dT%H:%M:%S.%f}"
    place = [str(said[key])[:40] for key in ("record_number", "alert_datetime") if said.get(key) not in (None, "")]
    sort = str(said.get("alert_type", "notice"))[:20]
    return f"ivo://gcn.nasa.gov/{path}#{'_'.join([about, sort, *place])}"


def _properties(said: dict[str, Any]) -> dict[str, Value]:
    """Numbers, flags and short texts by their own names, and under one name each what missions call differently."""
    properties: dict[str, Value] = {}
    for key, told in list(said.items())[:MOST]:
        if key not in NOT_PROPERTIES and (kept := value(told)) is not None:
            properties[key[:80]] = kept
    for part in ("classification", "properties"):
        if isinstance(told := said.get(part), dict):
            properties |= {
                str(key)[:50]: number(chance, f"{part}.{key}") for key, chance in list(told.items())[:50]
                if chance is not None
            }  # fmt: skip
    if said.get("far") is not None:
        properties["FAR"] = number(said["far"], "far")
    if signal := next((properties[key] for key in SIGNALS if properties.get(key)), None):
        properties["SNR"] = signal
    return properties


def _skymaps(said: dict[str, Any], path: str) -> tuple[tuple[SkyMapSaid, ...], str]:
    """Maps and shapes, the finest first; and in a sentence why a map that came is none."""
    found: list[SkyMapSaid] = []
    trouble = ""
    if said.get("healpix_file"):
        came = attached(said["healpix_file"], "healpix_file", path.rpartition("/")[2])
        if isinstance(came, AttachedMap):
            found.append(came)
        else:
            trouble = came
    if isinstance(url := said.get("healpix_url"), str) and MAP_FILE.match(url):
        found.append(LinkedMap(url))
    if shape := _shape(said, path):
        found.append(shape)
    return tuple(found), trouble


def _level(said: dict[str, Any]) -> float:
    level = number(said.get("containment_probability", USUAL_CONTAINMENT), "containment_probability")
    level = level / 100 if 1.0 < level <= 100.0 else level
    if not 0.0 < level <= 1.0:
        raise UnreadableNotice(f"containment_probability {level:g} is not between 0 and 1.")
    return level


def _shape(said: dict[str, Any], path: str) -> SkyMapSaid | None:
    """Corners, ellipse or circle around the position."""
    if corners := said.get("rectangular_error_corners") or said.get("polygon"):
        return Polygon(_corners(corners), _level(said))
    classic = path.split("/")[2] if path.startswith("notices/classic/") else ""
    if said.get("ra") is None or said.get("dec") is None or classic in POINTINGS:
        return None
    ra, dec = direction(said["ra"], said["dec"])
    unit = CLASSIC_UNITS.get(classic, "deg")
    errors = said.get("ra_dec_error", 0)
    errors = errors if isinstance(errors, list) else [errors]
    if not 1 <= len(errors) <= 3:
        raise UnreadableNotice("ra_dec_error has one to three numbers: the axes in degrees, and the position angle.")
    axes = [radius(error, "ra_dec_error", unit) for error in errors[:2]]
    if len(axes) == 1 or axes[0] == axes[1]:
        return Cone(ra, dec, axes[0], _level(said))
    major, minor = max(axes), min(axes)
    angle = degrees(errors[2], "The position angle") if len(errors) == 3 else 0.0
    if axes[0] < axes[1]:  # the "major" axis is the shorter one: the longer is at a right angle to it
        angle += 90.0
    return Ellipse(ra, dec, major, minor, angle % 180.0, _level(said))


def _corners(said: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(said, list) or not 3 <= len(said) <= 1000 or any(
        not isinstance(corner, list) or len(corner) != 2 for corner in said
    ):  # fmt: skip
        raise UnreadableNotice("The corners of the error region are not a list of three or more [ra, dec] pairs.")
    return tuple(direction(ra, dec) for ra, dec in said)
