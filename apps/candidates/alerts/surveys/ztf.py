"""Zwicky Transient Facility, as published and as re-published by brokers."""

from .base import Survey
from .measures import Fluxes, Magnitudes

BANDS = {1: "ztfg", 2: "ztfr", 3: "ztfi"}

DETECTION = Magnitudes(
    time="jd",
    bands=BANDS,
    exposure=("pid",),
    programid="programid",
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
    detection=("candidate", DETECTION),
    history=(
        ("prv_candidates", _BOOM),
        ("fp_hists", Fluxes(time="jd", band="band", bands=_BOOM_BANDS, factor=1e-9, candid=None, origin="forced")),
    ),
)
