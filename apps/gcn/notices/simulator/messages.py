"""Notices in the forms their senders use."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import quoteattr

from skyportal.astro.skymaps.tiles import SkyMap
from skyportal.astro.time import mjd_of


@dataclass(frozen=True)
class Message:
    """A message, its topic, and when it is sent."""

    topic: str
    name: str
    raw: bytes
    sent_at: datetime


def gravitational_wave(
    name: str, kind: str, sent_at: datetime, event: dict[str, Any] | None, sky: SkyMap | None = None
) -> Message:
    """An alert of LIGO, Virgo and KAGRA."""
    from skyportal.astro.skymaps.writing import multi_order

    if event is not None and sky is not None:
        event = {**event, "skymap": base64.b64encode(multi_order(sky, name=name, date=sent_at)).decode()}
    said = {
        "alert_type": kind,
        "time_created": f"{sent_at:%Y-%m-%dT%H:%M:%SZ}",
        "superevent_id": name,
        "urls": {"gracedb": f"https://example.org/superevents/{name}/view/"},
        "event": event,
        "external_coinc": None,
    }
    return Message("igwn.gwalert", f"{name}_{kind.lower()}.json", json.dumps(said).encode(), sent_at)


def merger_event(
    time: datetime, far: float, detectors: list[str], classes: dict[str, float], **properties: float
) -> dict[str, Any]:
    return {
        "significant": far < 1 / (30 * 86400), "time": f"{time:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "far": far,
        "instruments": detectors, "group": "CBC", "pipeline": "gstlal", "search": "AllSky", "properties": properties,
        "classification": classes, "duration": None, "central_frequency": None,
    }  # fmt: skip


def unified(path: str, name: str, sent_at: datetime, **said: Any) -> Message:
    """A notice of the unified schema."""
    schema = f"https://gcn.nasa.gov/schema/main/gcn/notices/{path}.schema.json"
    topic = f"gcn.notices.{path.lower().replace('/', '.')}"
    return Message(topic, f"{name}.json", json.dumps({"$schema": schema, **said}, indent=1).encode(), sent_at)


def circular(number: int, subject: str, text: str, event: str, sent_at: datetime) -> Message:
    said = {
        "circularId": number, "subject": subject, "body": text, "eventId": event, "submitter": "Demo of this site",
        "submittedHow": "web", "createdOn": int(sent_at.timestamp() * 1000),
    }  # fmt: skip
    return Message("gcn.circulars", f"circular_{number}.json", json.dumps(said).encode(), sent_at)


def classic(
    mission: str,
    number: int,
    kind: str,
    identity: str,
    time: datetime,
    after: float,
    place: tuple[float, float, float],
    params: dict[str, Any],
) -> Message:
    """A VOEvent as GCN writes them: ``place`` is right ascension, declination and error, degrees."""
    sent_at, (ra, dec, error) = time + timedelta(seconds=after), place
    day, band = mjd_of(time), "em" if mission == "AMON" else "em.gamma"
    said = {
        "Packet_Type": number, **params, "Burst_TJD": int(day) - 40000, "Burst_SOD": f"{day % 1 * 86400:.2f}",
        "Coords_Type": int(error > 0), "Coords_String": "source_object" if error else "unavailable/inappropriate",
    }  # fmt: skip
    lines = "\n".join(f"    <Param name={quoteattr(key)} value={quoteattr(str(told))} />" for key, told in said.items())
    text = f"""<?xml version='1.0' encoding='UTF-8'?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation"
    ivorn="ivo://nasa.gsfc.gcn/{mission}#{identity}">
  <Who><AuthorIVORN>ivo://nasa.gsfc.tan/gcn</AuthorIVORN><Date>{sent_at:%Y-%m-%dT%H:%M:%S}</Date></Who>
  <What>
{lines}
  </What>
  <WhereWhen><ObsDataLocation><ObservatoryLocation id="GEOLUN" /><ObservationLocation>
    <AstroCoordSystem id="UTC-FK5-GEO" />
    <AstroCoords coord_system_id="UTC-FK5-GEO">
      <Time unit="s"><TimeInstant><ISOTime>{time:%Y-%m-%dT%H:%M:%S.%f}</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2>
        <Value2><C1>{ra:.4f}</C1><C2>{dec:.4f}</C2></Value2><Error2Radius>{error:.4f}</Error2Radius>
      </Position2D>
    </AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
  <Why><Inference probability="0.5"><Concept>process.variation.burst;{band}</Concept></Inference></Why>
</voe:VOEvent>
"""
    return Message(f"gcn.classic.voevent.{kind}", f"{kind}_{identity[-24:]}.xml", text.encode(), sent_at)
