"""Tags of an event: one table of rules over what its notice says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .base import Notice

MONTH, YEAR = 30.4375 * 86400, 365.25 * 86400  # s
LIKELY = 0.5
"""A compact binary is called by its most probable class, where that is this probable or the binary's alone."""
CLASSES = ("BNS", "NSBH", "BBH", "MassGap", "Terrestrial")
ICECUBE = ("HESE", "EHE", "Astrotrack")
"""How AMON calls IceCube's alerts in JSON."""
NOT_BURSTS = ("LOCAL_PARTICLES", "DISTANT_PARTICLES", "SOLAR_FLARE", "TGF", "BELOW_HORIZON", "CYG_X1")


@dataclass(frozen=True)
class Said:
    """A notice, asked the way rules ask."""

    notice: Notice

    def text(self, *names: str) -> str:
        return next((str(self.notice.properties[name]) for name in names if name in self.notice.properties), "")

    def number(self, name: str) -> float | None:
        found = self.notice.properties.get(name)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def is_true(self, name: str) -> bool:
        return self.notice.properties.get(name) in (True, 1, "1")

    def kind(self, *parts: str) -> bool:
        return any(part in self.notice.kind.upper() for part in parts)

    def rarer_than(self, seconds: float) -> bool:
        """Less than one false alarm in so many seconds; FAR is in Hz."""
        rate = self.number("FAR")
        return rate is not None and rate * seconds < 1.0

    def schema(self, *missions: str) -> bool:
        return self.notice.stream in missions

    @property
    def is_gw(self) -> bool:
        return self.notice.stream == "LVC" and not self.kind("COUNTERPART")

    @property
    def most_probable(self) -> str:
        chances = {name: chance for name in CLASSES if (chance := self.number(name))}
        return max(chances, key=lambda name: chances[name]) if chances else ""


Rule = Callable[[Said], bool]

RULES: dict[str, Rule] = {
    # what kind of event
    "GW": lambda said: said.is_gw,
    "GRB": lambda said: _is_burst(said) and not _is_no_burst(said),
    "Not GRB": lambda said: _is_no_burst(said),
    "Neutrino": lambda said: said.schema("AMON", "IceCube", "KM3NeT", "Super-Kamiokande", "SNEWS") and not _hawc(said),
    "Gamma-ray": lambda said: _hawc(said),
    "X-ray": lambda said: said.schema("Einstein Probe", "MAXI", "ALEXIS") or said.kind("XRT", "GCN.NOTICES.SVOM.MXT"),
    "FRB": lambda said: said.schema("CHIME", "DSA-110"),
    "Optical": lambda said: said.schema("Gaia", "ASASSN", "MOA") or said.kind("UVOT", "OGLE"),
    "Supernova": lambda said: said.kind("SK_SN", "SN_ALERT", "SNEWS"),
    "Flare": lambda said: said.kind("LAT.FLARE"),
    # compact binaries, by the most probable class
    "BNS": lambda said: said.is_gw and said.most_probable == "BNS",
    "NSBH": lambda said: said.is_gw and said.most_probable == "NSBH",
    "BBH": lambda said: said.is_gw and said.most_probable == "BBH",
    "MassGap": lambda said: said.is_gw and (said.most_probable == "MassGap" or _at_least(said, "HasMassGap", LIKELY)),
    "Terrestrial": lambda said: said.is_gw and said.most_probable == "Terrestrial",
    "HasNS": lambda said: said.is_gw and _at_least(said, "HasNS", LIKELY),
    "HasRemnant": lambda said: said.is_gw and _at_least(said, "HasRemnant", LIKELY),
    "Burst": lambda said: said.is_gw and said.text("Group") == "Burst",
    "CBC": lambda said: said.is_gw and said.text("Group") == "CBC",
    # how sure
    "Significant": lambda said: said.is_gw and _is_significant(said),
    "Subthreshold": lambda said: said.kind("SUBTHRESH", "SUB_THRESHOLD", "SUBSUB") or _is_subthreshold(said),
    "< 1 per month": lambda said: said.rarer_than(MONTH),
    "< 1 per year": lambda said: said.rarer_than(YEAR),
    "< 1 per 10 years": lambda said: said.rarer_than(10 * YEAR),
    "< 1 per 100 years": lambda said: said.rarer_than(100 * YEAR),
    "Gold": lambda said: said.kind("GOLD") or "gold" in said.text("notice_type").lower(),
    "Bronze": lambda said: said.kind("BRONZE") or "bronze" in said.text("notice_type").lower(),
    # how long
    "Long GRB": lambda said: said.text("Long_short", "Duration_class", "duration_class").lower() == "long",
    "Short GRB": lambda said: said.text("Long_short", "Duration_class", "duration_class").lower() == "short",
    # what to think of the notice itself
    "Early warning": lambda said: said.kind("EARLY_WARNING"),
    "Coincidence": lambda said: said.kind("COINC") or bool(said.text("coinc_observatory")),
    "Hardware injection": lambda said: said.is_true("HardwareInj"),
    "Mock": lambda said: said.is_gw and (said.notice.trigger_id or "").startswith(("M", "T")),
    "test": lambda said: said.notice.is_test,
    "retracted": lambda said: said.notice.is_retraction,
}
"""A tag and when it is given."""

QUESTIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    # tags that answer one question, and a property whose mere presence answers it too
    (CLASSES, ""),
    (("HasNS",), "HasNS"),
    (("HasRemnant",), "HasRemnant"),
    (("Significant", "Subthreshold"), "Significant"),
    (("< 1 per month", "< 1 per year", "< 1 per 10 years", "< 1 per 100 years"), "FAR"),
    (("GRB", "Not GRB"), ""),
    (("Long GRB", "Short GRB"), ""),
    (("Gold", "Bronze"), ""),
)
"""What senders think better of: of their notices the newest that answers is right, and the others' tags go."""

NAMED: tuple[Callable[[Said], Iterable[str]], ...] = (
    lambda said: [said.notice.stream],
    lambda said: ["IceCube"] if said.kind("ICECUBE") or said.text("notice_type").startswith(ICECUBE) else [],
    lambda said: ["HAWC"] if _hawc(said) else [],
    lambda said: _instrument(said),
    lambda said: [name.strip() for name in said.text("Instruments").split(",")] if said.is_gw else [],
    lambda said: [said.text("Pipeline", "pipeline")],
    lambda said: [said.text("Search")],
)
"""Names that become tags as they are: mission, instrument, detectors, pipeline, search."""

INSTRUMENTS = {"GBM": "GBM", "LAT": "LAT", "BAT": "BAT", "XRT": "XRT", "UVOT": "UVOT", "SPIACS": "SPI-ACS"}


def tags_of(notice: Notice) -> frozenset[str]:
    """Every tag that the table gives."""
    said = Said(notice)
    found = {tag for tag, rule in RULES.items() if rule(said)}
    for names in NAMED:
        found |= {name[:50] for name in names(said) if name}
    return frozenset(found)


def overruled(notices: Iterable[Notice]) -> frozenset[str]:
    """Tags by which notices of one event, the newest first, answered a question that a later one of the same sender
    answers otherwise."""
    right: dict[tuple[str, str], frozenset[str]] = {}
    given: set[str] = set()
    for said in map(Said, notices):
        for tags, named in QUESTIONS:
            answer = frozenset(tag for tag in tags if RULES[tag](said))
            if answer or named in said.notice.properties:
                right.setdefault((said.notice.stream, tags[0]), answer)
            given |= answer
    return frozenset(given.difference(*right.values()))


def _at_least(said: Said, name: str, chance: float) -> bool:
    return (said.number(name) or 0.0) >= chance


def _hawc(said: Said) -> bool:
    return said.kind("HAWC") or said.text("notice_type") == "Burst"


def _is_burst(said: Said) -> bool:
    """Gamma rays that flared up, or a mission's class of that name."""
    if said.kind("GRB") or _at_least(said, "GRB", LIKELY) or said.text("Most_Likely") == "GRB":
        return True
    if said.kind("GCN.NOTICES.FERMI.GBM", "SWIFT.BAT", "GRM.TRIGGER", "SVOM.TRIGGER", "BURSTCUBE", "GLOWBUG", "CALET"):
        return True
    return said.kind("FERMI_GBM", "INTEGRAL", "AGILE", "GECAM", "KONUS", "IPN", "HETE", "SUZAKU") or (
        said.text("Concept") == "process.variation.burst;em.gamma"
    )


def _is_no_burst(said: Said) -> bool:
    """The mission itself takes it for something else."""
    if said.is_true("Def_NOT_a_GRB") or said.text("GRB_Identified") == "False":
        return True
    return said.text("Most_Likely") in NOT_BURSTS or any(_at_least(said, name, LIKELY) for name in NOT_BURSTS)


def _is_significant(said: Said) -> bool:
    """What the alert says; before 2023 it did not say, and every public alert was to be rarer than once in two months
    or, unmodelled, a year (with the trials of all searches)."""
    stated = said.text("Significant")
    return stated in ("True", "1") if stated else said.rarer_than(MONTH)


def _is_subthreshold(said: Said) -> bool:
    return said.is_gw and said.text("Significant") in ("False", "0")


def _instrument(said: Said) -> list[str]:
    named = said.text("instrument")
    parts = said.notice.kind.replace(".", "_").upper().split("_")
    return [named] if named else [INSTRUMENTS[part] for part in parts if part in INSTRUMENTS]
