"""VOEvent 1.1, 2.0 and 2.1 as GCN, LIGO/Virgo and others write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from . import names
from .base import Cone, LinkedMap, Notice, SkyMapSaid, UnreadableNotice, Value
from .kinds import FERMI_CLASSES, PACKET_TYPES, containment, tells_of_no_event
from .safe_xml import tree
from .values import MOST, direction, number, radius, utc, utc_from_tt, value_of_text

VOEVENT = re.compile(r"\{http://www\.ivoa\.net/xml/VOEvent/v[12]\.\d\}VOEvent")
LONGEST_NAME = 300
ROLES = ("observation", "prediction", "utility", "test")
SURROUNDINGS = ("Obs_Support_Info", "Merit_Values")
"""Groups of values that say nothing of the event: where the Sun and the Moon are, how the spacecraft chose."""
YEAR = 365.25 * 86400  # s
MAPS = ("skymap_fits", "HealPix_URL", "HEALPix_URL", "healpix_url", "SKYMAP_URL")
SIGNIFICANCES = ("Trig_Signif", "Data_Signif", "Burst_Signif", "Rate_Signif", "Image_Signif", "Det_Signif", "SNR")
SATURATED = 2147483647  # a trigger number that did not fit, so it names nothing


class Position(NamedTuple):
    ra: float
    dec: float
    error: float


def read(raw: bytes) -> Notice:
    """What a VOEvent says; tags are added by `reading.read`."""
    root = _root(raw)
    ivorn = (root.get("ivorn") or "").strip()
    if not ivorn.startswith("ivo://"):
        raise UnreadableNotice(f"The VOEvent has no ivorn that begins with ivo://, but {ivorn[:60]!r}.")
    if len(ivorn) > LONGEST_NAME:
        raise UnreadableNotice(f"The VOEvent's ivorn is longer than {LONGEST_NAME} signs.")
    if (role := root.get("role", "observation")) not in ROLES:
        raise UnreadableNotice(f"The VOEvent's role is {role[:30]!r}; there are {', '.join(ROLES)}.")
    said = _params(root)
    stream, kind = _stream(ivorn), _kind(said, ivorn)
    if role == "utility" or tells_of_no_event(kind):
        raise UnreadableNotice(f"A notice of the type {kind} tells of no event in the sky.")
    dateobs, position = _dateobs(root), _position(root, said)
    properties = _properties(root, said, position)
    trigger = (_trigger(said, ivorn) or "")[:100] or None
    return Notice(
        form="voevent",
        kind=kind,
        stream=stream,
        ivorn=ivorn,
        sent_at=utc(_text(root, "Who/Date"), "Who/Date") if _text(root, "Who/Date") else dateobs,
        dateobs=dateobs,
        trigger_id=trigger,
        aliases=names.aliases(stream, trigger, dateobs, " ".join(said.values())),
        properties=properties,
        skymaps=(*_maps(said, kind), *_shapes(position, kind, said)),
        is_retraction=_is_retraction(root, said, kind),
        is_test=role == "test" or kind.endswith("_TEST") or _any_true(said, ("Test_Submission", "Test", "HardwareInj")),
    )


def _root(raw: bytes) -> Element:
    root = tree(raw)
    if VOEVENT.fullmatch(root.tag):
        return root
    if root.tag.rpartition("}")[2] == "VOEvent":
        raise UnreadableNotice("The VOEvent does not name its namespace, http://www.ivoa.net/xml/VOEvent/v2.0.")
    if "quakeml" in root.tag.lower():
        raise UnreadableNotice("This is QuakeML, which tells of an earthquake; it is not a VOEvent.")
    raise UnreadableNotice(f"This is not a VOEvent: its root element is {root.tag[:100]}.")


def _text(root: Element, path: str) -> str:
    """VOEvent's inner elements have no namespace."""
    return (root.findtext(path) or "").strip()


def _params(root: Element) -> dict[str, str]:
    """Every named value of What, without those of the surroundings. The first of a name counts."""
    what = root.find("What")
    said: dict[str, str] = {}
    for group in [] if what is None else [what, *what.iter("Group")]:
        if group.get("name") in SURROUNDINGS:
            continue
        for param in group.findall("Param"):
            name, text = (param.get("name") or "").strip(), param.get("value")
            if name and text is not None and text.strip():
                said.setdefault(name, text.strip())
    return said


def _stream(ivorn: str) -> str:
    """Who sent it: the last part of the identity's path."""
    name = urlsplit(ivorn).path.strip("/").rpartition("/")[2] or urlsplit(ivorn).netloc
    return "Gaia" if "gaia" in ivorn.lower() else names.STREAMS.get(name.upper(), name)


def _kind(said: dict[str, str], ivorn: str) -> str:
    number = said.get("Packet_Type", "")
    if number.isdecimal():
        return PACKET_TYPES.get(int(number), f"GCN_TYPE_{int(number)}")
    return _stream(ivorn).upper().replace("-", "_")


def _trigger(said: dict[str, str], ivorn: str) -> str | None:
    """IceCube's event numbers begin anew in each run, so the run belongs to the name."""
    if said.get("run_id") and said.get("event_id"):
        return f"{said['run_id']}_{said['event_id']}"
    for name in ("GraceID", "TrigID", "Trans_Num"):
        if (found := said.get(name)) and found not in ("0", str(SATURATED)):
            return found
    own = "" if "Packet_Type" in said else ivorn.partition("#")[2]
    return own or None


def _dateobs(root: Element) -> datetime:
    coordinates = "WhereWhen/ObsDataLocation/ObservationLocation/AstroCoords"
    text = _text(root, f"{coordinates}/Time/TimeInstant/ISOTime")
    if not text:
        raise UnreadableNotice("The VOEvent gives no time of its event (WhereWhen … ISOTime).")
    moment = utc(text, "ISOTime")
    found = root.find(coordinates)
    system = (found.get("coord_system_id") or "" if found is not None else "").upper()
    return utc_from_tt(moment) if system.startswith(("TT-", "TDB-")) else moment.astimezone(UTC)


def _position(root: Element, said: dict[str, str]) -> Position | None:
    """Where it was; None where the notice gives none, or says that what it gives means nothing."""
    found = root.find("WhereWhen/ObsDataLocation/ObservationLocation/AstroCoords/Position2D")
    if found is None or said.get("Coords_String", "").startswith(("unavailable", "pointing")):
        return None
    unit = (found.get("unit") or "deg").strip()
    ra, dec = direction(_text(found, "Value2/C1"), _text(found, "Value2/C2"), unit)
    error = radius(_text(found, "Error2Radius") or "0", unit=unit)
    return None if ra == dec == error == 0.0 else Position(ra, dec, error)


def _shapes(position: Position | None, kind: str, said: dict[str, str]) -> tuple[SkyMapSaid, ...]:
    if position is None:
        return ()
    level = 0.9 if "src_error_90" in said else containment(kind)
    return (Cone(position.ra, position.dec, position.error, level),)


def _maps(said: dict[str, str], kind: str) -> tuple[SkyMapSaid, ...]:
    """Maps that are named, and Fermi's final one: it lies beside the picture that is named."""
    found = [said[name] for name in MAPS if name in said]
    picture = said.get("LocationMap_URL", "")
    if kind == "FERMI_GBM_FIN_POS" and re.search(r"/glg_locplot_all_bn\d{9}\.png$", picture):
        found.append(picture.replace("glg_locplot_all_", "glg_healpix_all_")[: -len(".png")] + ".fit")
    return tuple(LinkedMap(url) for url in dict.fromkeys(found))


def _properties(root: Element, said: dict[str, str], position: Position | None) -> dict[str, Value]:
    """Everything the notice names, and under one name each what missions call differently."""
    kept = {name: value for name, text in said.items() if (value := value_of_text(text)) is not None}
    properties = {name: value for name, value in list(kept.items())[:MOST] if not name.endswith(("URL", "_url"))}
    if "FAR" in said:
        properties["FAR"] = number(said["FAR"], "FAR") / (YEAR if _unit(root, "FAR") in ("yr^-1", "/yr") else 1.0)
    for name in SIGNIFICANCES:
        if isinstance(signal := properties.get(name), int | float) and not isinstance(signal, bool) and signal > 0:
            properties["SNR"] = float(signal)
            break
    if position:
        properties |= {"ra": position.ra, "dec": position.dec, "error_radius": position.error}
    if concept := _text(root, "Why/Inference/Concept"):
        properties["Concept"] = concept[:100]
    index, percent = properties.get("Most_Likely_Index"), properties.get("Most_Likely_Prob")
    if isinstance(index, int) and isinstance(percent, int | float):
        properties["Most_Likely"] = FERMI_CLASSES.get(index, f"class {index}")
        properties["Most_Likely_Prob"] = percent / 100
    return properties


def _unit(root: Element, name: str) -> str:
    return next((param.get("unit") or "" for param in root.iter("Param") if param.get("name") == name), "")


def _any_true(said: dict[str, str], flags: tuple[str, ...]) -> bool:
    return any(said.get(flag, "").lower() in ("true", "1") for flag in flags)


def _is_retraction(root: Element, said: dict[str, str], kind: str) -> bool:
    cites = any(cited.get("cite") == "retraction" for cited in root.iterfind("Citations/EventIVORN"))
    return kind.endswith("_RETRACTION") or cites or _any_true(said, ("Retraction",))
