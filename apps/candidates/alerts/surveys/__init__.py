"""Surveys: what each one's packets mean. Adding one is a ``Survey`` in a file here and its name in ``ALL``."""

from ..containers import BadPacket
from ..reading import Packet
from ..schemas import PacketSchema
from .base import Alert, Survey
from .infrared import PGIR, TURBO, WINTER, WINTER_2022
from .others import ASKAP, ATLAS, ATLAS_FIRST, DECAT, DESIRT, GENERIC, ROMAN
from .rubin import AMPEL, ELASTICC, LSST
from .ztf import BABAMUL, ZTF

ALL = (BABAMUL, PGIR, WINTER, TURBO, WINTER_2022, ATLAS, ATLAS_FIRST, DECAT, DESIRT, ASKAP, ROMAN, ELASTICC, LSST,
       AMPEL, ZTF, GENERIC)  # fmt: skip
BY_KEY = {survey.key: survey for survey in reversed(ALL)} | {"ztf": ZTF, "lsst": LSST}
"""A survey as it publishes itself; the same through a broker is known by its fields only."""

__all__ = ["ALL", "BY_KEY", "Alert", "Survey", "normalise", "survey_of"]


def survey_of(schema: PacketSchema, hint: str = "") -> Survey:
    """The survey that packets of this schema belong to.

    ``hint`` is what the stream says (a survey's key); it decides only where the schema does not. Raises BadPacket
    when no survey fits.
    """
    for survey in ALL:
        if survey is not GENERIC and survey.matches(schema):
            return survey
    if hint in BY_KEY:
        return BY_KEY[hint]
    if GENERIC.matches(schema):
        return GENERIC
    top = ", ".join(f.name for f in schema.fields[:6])
    raise BadPacket(f"not an alert of a known survey (schema {schema.name or 'without a name'}; fields {top}, …)")


def normalise(packet: Packet, hint: str = "") -> Alert:
    """A packet in the form all surveys share. Raises BadPacket with the reason."""
    return survey_of(packet.schema, hint).normalise(packet.record())
