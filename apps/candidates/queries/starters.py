"""Filters to start from, for packets of ZTF's form. Each is measured on the simulator's truth in a test."""

from __future__ import annotations

from dataclasses import dataclass, field

REAL = "candidate.drb > 0.7 and candidate.isdiffpos in ('t', '1')"
NO_ROCK = "(candidate.ssdistnr is null or candidate.ssdistnr < 0 or candidate.ssdistnr > 10)"
NO_STAR = "not coalesce(candidate.sgscore1 > 0.76 and candidate.distpsnr1 < 2, false)"


@dataclass(frozen=True)
class Starter:
    """A condition that works as it stands, and what it is for."""

    key: str
    name: str
    about: str
    condition: str
    annotations: dict[str, str] = field(default_factory=dict)
    survey: str = "ZTF"


_FACTS = {"drb": "candidate.drb", "magpsf": "candidate.magpsf", "host_distance": "candidate.distpsnr1"}
_AGE = {"age": "candidate.jd - candidate.jdstarthist", "detections": "candidate.ndethist"}

STARTERS = (
    Starter(
        "bright", "Bright transient", "Real, brighter than 18.5 mag, not on a star, no known minor planet.",
        f"candidate.magpsf < 18.5\nand {REAL}\nand {NO_STAR}\nand {NO_ROCK}", _FACTS,
    ),
    Starter(
        "infant", "Infant supernova",
        "First seen at most four days ago, at the same place twice, near a galaxy but not at a star.",
        f"{REAL}\nand candidate.jd - candidate.jdstarthist between 0.01 and 4\n"
        f"and candidate.sgscore1 < 0.5\nand candidate.distpsnr1 between 0.3 and 12\nand {NO_ROCK}", _FACTS | _AGE,
    ),
    Starter(
        "orphan", "Orphan", "Nothing catalogued or in the reference image within 5 arcsec; seen on an earlier night.",
        f"{REAL}\nand candidate.jd - candidate.jdstarthist > 0.5\n"
        f"and (candidate.distpsnr1 is null or candidate.distpsnr1 < 0 or candidate.distpsnr1 > 5)\n"
        f"and (candidate.distnr is null or candidate.distnr < 0 or candidate.distnr > 5)\n"
        f"and {NO_ROCK}", _FACTS | _AGE,
    ),
    Starter(
        "nuclear", "Nuclear", "At the centre of a galaxy: tidal disruptions and active nuclei.",
        f"{REAL}\nand candidate.distpsnr1 between 0 and 0.8\nand candidate.sgscore1 < 0.4\nand {NO_ROCK}",
        _FACTS | {"star_score": "candidate.sgscore1"},
    ),
    Starter(
        "fast", "Fast",
        "Brightened or faded by more than 0.2 mag a day since a detection, or was not there at a depth that says so.",
        f"{REAL}\nand {NO_STAR}\nand {NO_ROCK}\nand candidate.ndethist >= 2\n"
        "and len(list_filter(prv_candidates, lambda p: p.fid = candidate.fid "
        "and candidate.jd - p.jd between 0.5 and 4\n"
        "  and case when p.magpsf is null then p.diffmaglim - candidate.magpsf > 0.3 + 0.2 * (candidate.jd - p.jd)\n"
        "      else abs(candidate.magpsf - p.magpsf) > 0.2 * (candidate.jd - p.jd) end)) > 0", _FACTS | _AGE,
    ),
    Starter(
        "hostless", "Hostless",
        "No catalogued neighbour within 8 arcsec, no minor planet within 20; seen on an earlier night.",
        "candidate.drb > 0.8 and candidate.isdiffpos in ('t', '1')\n"
        "and (candidate.distpsnr1 is null or candidate.distpsnr1 < 0 or candidate.distpsnr1 > 8)\n"
        "and (candidate.ssdistnr is null or candidate.ssdistnr < 0 or candidate.ssdistnr > 20)\n"
        "and candidate.jd - candidate.jdstarthist > 0.5", _FACTS | _AGE,
    ),
    Starter(
        "not-moving", "No moving objects",
        "Seen at the same place on an earlier night, no known minor planet near: to be added to other clauses.",
        f"{REAL}\nand {NO_ROCK}\n"
        "and candidate.jd - candidate.jdstarthist > 0.5", _FACTS | _AGE,
    ),
)  # fmt: skip
BY_KEY = {one.key: one for one in STARTERS}


def starters(survey: str) -> list[Starter]:
    """Those that fit a stream's packets."""
    return [one for one in STARTERS if one.survey.lower() == survey.lower()]
