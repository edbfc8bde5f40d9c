"""A finding chart out of the parameters of an address: the same for the API and for the page."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from skyportal.api.params import Param, Query, flag, integer, moment, number
from skyportal.astro.offsets import julian_year
from skyportal.astro.time import mjd_of

from .finders import Asked

COMMON = [
    Param("facility", default="Keck", help="Keck, P200, P200-NGPS or Shane."),
    Param("num_offset_stars", integer, 3, help="0 to 10."),
    Param("use_ztfref", flag, True, help="Taken, but offset stars are always those of Gaia."),
    Param("obstime", moment, help="When it is used: proper motions are applied up to then. Now by default."),
]
CHART = [
    *COMMON,
    Param("imsize", number, 4.0, help="Side of the chart, 2 to 15 arcmin."),
    Param("image_source", default="ps1", help="ps1, ps1_cds, desi, dss or ztfref."),
    Param("type", default="pdf", help="pdf or png."),
]
SOURCE = [
    *CHART,
    Param("mag_min", number, help="Brightest offset star; the facility's own by default."),
    Param("mag_limit", number, help="Faintest offset star; the facility's own by default."),
]


def asked(name: str, ra: float, dec: float, query: Query) -> Asked:
    """A chart as the parameters describe it."""
    when: datetime = query["obstime"] or timezone.now()
    return Asked(
        name,
        ra,
        dec,
        julian_year(mjd_of(when)),
        facility=query["facility"],
        count=query["num_offset_stars"],
        **{ours: query[theirs] for theirs, ours in _OURS.items() if query.get(theirs) is not None},
    )


_OURS = {"image_source": "image_source", "imsize": "size", "mag_min": "mag_min", "mag_limit": "mag_limit"}
