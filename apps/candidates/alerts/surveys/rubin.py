"""Vera C. Rubin Observatory (LSST), schemas 7.1 to 11, and the ELAsTiCC simulation that preceded them."""

from .base import Survey
from .measures import Fluxes

NANOJANSKY = 1e-3
BANDS = {b: f"lsst{b}" for b in "ugrizy"} | {"Y": "lssty"}

# midpointMjdTai is TAI; the public clock is UTC, 37 s behind.
SOURCE = Fluxes(time="midpointMjdTai", clock="tai", band="band", bands=BANDS, candid="diaSourceId", factor=NANOJANSKY)
FORCED = Fluxes(
    time="midpointMjdTai",
    clock="tai",
    band="band",
    bands=BANDS,
    origin="forced",
    candid=None,
    exposure=("visit", "detector"),
    factor=NANOJANSKY,
)

LSST = Survey(
    key="lsst",
    label="Rubin LSST",
    instrument="LSSTCam",
    marks=("diaSource.diaSourceId", "diaSource.midpointMjdTai", "diaSource.psfFlux"),
    names=("lsst.",),
    # a solar-system source has no diaObject
    object_id=("diaSource.diaObjectId", "diaObject.diaObjectId", "diaSource.ssObjectId", "diaSource.diaSourceId"),
    candid=("diaSource.diaSourceId", "diaSourceId", "alertId"),
    ra=("diaSource.ra",),
    dec=("diaSource.dec",),
    time=("diaSource.midpointMjdTai",),
    clock="tai",
    detection=("diaSource", SOURCE),
    history=(("prvDiaSources", SOURCE), ("prvDiaForcedSources", FORCED)),
)

# ELAsTiCC fluxes have SNANA's zero-point of 27.5.
_SIMULATED = Fluxes(
    time="midPointTai",
    clock="tai",
    band="filterName",
    bands=BANDS,
    candid="diaSourceId",
    dec="decl",
    flux="psFlux",
    fluxerr="psFluxErr",
    zeropoint=27.5,
)
_SIMULATED_FORCED = Fluxes(
    time="midPointTai",
    clock="tai",
    band="filterName",
    bands=BANDS,
    origin="forced",
    candid="diaForcedSourceId",
    flux="psFlux",
    fluxerr="psFluxErr",
    zeropoint=27.5,
)
ELASTICC = Survey(
    key="elasticc",
    label="ELAsTiCC (simulated LSST)",
    instrument="LSSTCam",
    marks=("diaSource.midPointTai", "diaSource.filterName", "diaSource.psFlux"),
    names=("elasticc.",),
    object_id=("diaObject.diaObjectId", "diaSource.diaObjectId"),
    candid=("diaSource.diaSourceId", "alertId"),
    ra=("diaSource.ra",),
    dec=("diaSource.decl",),
    time=("diaSource.midPointTai",),
    clock="tai",
    detection=("diaSource", _SIMULATED),
    history=(("prvDiaSources", _SIMULATED), ("prvDiaForcedSources", _SIMULATED_FORCED)),
)

# AMPEL sends reports on LSST objects: a light curve without a triggering source.
AMPEL = Survey(
    key="lsst",
    label="LSST through AMPEL",
    instrument="LSSTCam",
    marks=("object.id", "object.ra", "photometry.flux", "photometry.zp"),
    object_id=("object.id",),
    candid=("object.id",),
    ra=("object.ra",),
    dec=("object.dec",),
    time=("photometry.time",),
    history=(
        (
            "photometry",
            Fluxes(
                time="time",
                band="band",
                bands={name: name for name in BANDS.values()},
                candid="id",
                flux="flux",
                fluxerr="fluxerr",
                zeropoint="zp",
            ),
        ),
    ),
)
