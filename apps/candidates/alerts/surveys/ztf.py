"""Zwicky Transient Facility, as published and as re-published by brokers."""

from skyportal.astro.time import JD_OF_MJD

from .base import Survey
from .measures import Fluxes, Magnitudes

BANDS = {1: "ztfg", 2: "ztfr", 3: "ztfi"}
# Rows run southwards: within an exposure, candidates farther down have larger ypos, and `ranr`, `decnr` of alerts
# fall upon the reference source only so. Columns run westwards.
FIRST_ROW_UP = True
NIGHT_ZERO = 2457754.5 - JD_OF_MJD  # from which exposures are counted


def exposure_time(record, mjd: float) -> float:
    """The time that a processing id names, where the packet's own contradicts it.

    An id begins with the exposure's time in 1e-5 days. Some re-published packets give all earlier detections one
    and the same date; their ids are still right.
    """
    pid = record.get("pid")
    if not isinstance(pid, (int, float)) or not pid > 1e12:
        return mjd
    named = NIGHT_ZERO + int(pid) // 10000 / 1e5
    return mjd if abs(named - mjd) < 3e-3 else named


DETECTION = Magnitudes(
    time="jd",
    bands=BANDS,
    exposure=("pid",),
    programid="programid",
    settle_time=exposure_time,
    limit="diffmaglim",
    ref_mag="magnr",
    ref_distance="distnr",
)

# Schema 4 adds thirty days of forced photometry in data numbers; procstatus "0" is the only one without a warning.
FORCED = Fluxes(
    time="jd",
    bands=BANDS,
    origin="forced",
    candid=None,
    exposure=("field", "rcid"),
    programid="programid",
    settle_time=exposure_time,
    limit=None,
    flux="forcediffimflux",
    fluxerr="forcediffimfluxunc",
    zeropoint="magzpsci",
    ref_mag="magnr",
    ref_distance="distnr",
    good=lambda record: str(record.get("procstatus")) == "0",
)

ZTF = Survey(
    key="ztf",
    label="ZTF",
    instrument="ZTF",
    marks=("candid", "candidate.jd", "candidate.fid", "candidate.pid", "candidate.rcid", "candidate.magpsf"),
    names=("ztf.",),
    object_id=("objectId", "alertId"),  # packets of 2016 have only an alertId
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.jd",),
    programid="candidate.programid",
    first_row_up=FIRST_ROW_UP,
    detection=("candidate", DETECTION),
    history=(("prv_candidates", DETECTION), ("fp_hists", FORCED)),
)

# BOOM sends fluxes in 1e-9 µJy, and history in its own form.
_BOOM_BANDS = {b: f"ztf{b}" for b in "gri"}
_BOOM = Fluxes(time="jd", band="band", bands=_BOOM_BANDS, factor=1e-9, candid=None, origin="previous")
BABAMUL = Survey(
    key="ztf",
    label="ZTF through BOOM",
    instrument="ZTF",
    marks=("candidate.jd", "prv_nondetections", "survey_matches"),
    names=("BabamulZtf",),
    object_id=("objectId",),
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.jd",),
    programid="candidate.programid",
    first_row_up=FIRST_ROW_UP,
    detection=("candidate", DETECTION),
    history=(
        ("prv_candidates", _BOOM),
        ("fp_hists", Fluxes(time="jd", band="band", bands=_BOOM_BANDS, factor=1e-9, candid=None, origin="forced")),
    ),
)
