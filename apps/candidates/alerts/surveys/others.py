"""Surveys of one telescope each: ATLAS, two DECam programmes, ASKAP, Roman."""

import re
from typing import Any

from .base import Survey
from .measures import Fluxes, Magnitudes

_ATLAS_BANDS = {"o": "atlaso", "c": "atlasc"}
# The sign is the flux's own: in the packets seen, isdiffpos says the opposite of the flux and of the difference image.
_ATLAS_FLUX = Fluxes(
    time="mjd", clock="mjd", band="filter", bands=_ATLAS_BANDS, ra="RA", dec="Dec",
    flux="flux", fluxerr="Dflux", exposure=("pid",),
)  # fmt: skip
_COMMON: dict[str, Any] = {
    "object_id": ("objectId",),
    "candid": ("candid",),
    "ra": ("candidate.RA",),
    "dec": ("candidate.Dec",),
    "time": ("candidate.mjd",),
    "clock": "mjd",
}
ATLAS = Survey(
    key="atlas",
    label="ATLAS",
    instrument="ATLAS",
    marks=("candidate.RA", "candidate.mjd", "candidate.flux", "candidate.filter"),
    detection=("candidate", _ATLAS_FLUX),
    **_COMMON,
)


class _SignedMagnitudes(Magnitudes):
    """The first ATLAS packets give a fading source a negative magnitude."""

    def measured(self, record, bandpass):
        mag = record.get(self.mag)
        if not isinstance(mag, (int, float)):
            return super().measured(record, bandpass)
        flux, fluxerr = super().measured({**record, self.mag: abs(mag)}, bandpass)
        return (-flux if mag < 0 else flux), fluxerr


def _letter_of_exposure(record) -> str | None:
    """ATLAS names exposures 01a59485o0083o: telescope, night, number; the last letter is the filter."""
    found = re.match(r"\d\d[a-z]\d{5}[a-z]\d{4}([a-z])", str(record.get("candid")))
    return found[1] if found else None


ATLAS_FIRST = Survey(
    key="atlas",
    label="ATLAS (first packets)",
    instrument="ATLAS",
    marks=("candidate.RA", "candidate.mjd", "candidate.Mag", "candidate.WPflx"),
    names=("atlas.",),
    detection=(
        "candidate",
        _SignedMagnitudes(
            time="mjd", clock="mjd", band=_letter_of_exposure, bands=_ATLAS_BANDS, ra="RA", dec="Dec",
            mag="Mag", magerr="Dmag", sign=None,
        ),
    ),
    **_COMMON,
)  # fmt: skip

_DES = {b: f"des{b}" for b in "ugrizy"} | {"Y": "desy", "VR": "desr"}
_DECAT = Fluxes(
    time="mjd", clock="mjd", band=lambda record: str(record.get("filter")).split(" ")[0], bands=_DES,
    candid="sourceid", flux="flux", fluxerr="fluxerr", zeropoint="magzp", limit="limmag",
)  # fmt: skip
DECAT = Survey(
    key="decat",
    label="DECam alliance for transients",
    instrument="DECam",
    marks=("triggersource.sourceid", "triggersource.magzp", "sources.sourceid"),
    names=("decat.",),
    object_id=("objectid",),
    candid=("triggersource.sourceid",),
    ra=("triggersource.ra", "ra"),
    dec=("triggersource.dec", "dec"),
    time=("triggersource.mjd",),
    clock="mjd",
    detection=("triggersource", _DECAT),
    history=(("sources", _DECAT),),
    new=("triggersource.scicutout",),
    ref=("triggersource.refcutout",),
    sub=("triggersource.diffcutout",),
)

# The triggering epoch is repeated in fp_hists; both have the same key, so it is stored once.
_DESIRT = Fluxes(
    time="mjd", clock="mjd", band="band", bands=_DES, candid=None, origin="previous",
    flux="forcediffimflux", fluxerr="forcediffimfluxunc", limit="diffmaglim",
)  # fmt: skip
DESIRT = Survey(
    key="desirt",
    label="DESIRT (DECam)",
    instrument="DECam",
    marks=("candidate.mjd", "candidate.band", "candidate.forcediffimflux", "fp_hists.band"),
    names=("desirt.",),
    object_id=("objectId",),
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.mjd",),
    clock="mjd",
    detection=("candidate", _DESIRT),
    history=(("fp_hists", _DESIRT),),
)


def _askap_band(record) -> str | None:
    frequency = record.get("frequency")
    return f"askap::{frequency:.0f}mhz" if isinstance(frequency, (int, float)) else None


class _AnyName(dict):
    def get(self, name, default=None):
        return name


# Peak flux density in mJy per beam.
_ASKAP = Fluxes(time="jd", band=_askap_band, bands=_AnyName(), flux="flux_peak", fluxerr="flux_peak_err", factor=1000.0)
ASKAP = Survey(
    key="askap",
    label="ASKAP (VAST)",
    instrument="ASKAP",
    marks=("candidate.jd", "candidate.frequency", "candidate.flux_peak"),
    names=("askap.",),
    object_id=("objectId",),
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.jd",),
    detection=("candidate", _ASKAP),
    history=(("prv_candidates", _ASKAP), ("fp_hists", _ASKAP)),
)

_ROMAN_BANDS = {
    f"{letter}{n}": f"f{n}" for n in ("062", "087", "106", "129", "146", "158", "184", "213") for letter in "FW"
}


class _Unsigned(Fluxes):
    """RAPID writes the size of the flux and beside it whether it is negative."""

    def measured(self, record, bandpass):
        flux, fluxerr = super().measured(record, bandpass)
        return (-abs(flux) if record.get("isNegative") else flux), fluxerr


_ROMAN_SOURCE = _Unsigned(
    time="midpointMjd", clock="mjd", band="band", bands=_ROMAN_BANDS, candid="diaSourceId", factor=1e-3
)
ROMAN = Survey(
    key="roman",
    label="Roman (RAPID)",
    instrument="Roman-WFI",
    marks=("diaSource.midpointMjd", "diaSource.psfFlux", "cutoutReference"),
    names=("rapid.",),
    object_id=("diaSource.diaObjectId", "diaObject.diaObjectId", "diaSourceId"),
    candid=("diaSource.diaSourceId",),
    ra=("diaSource.ra",),
    dec=("diaSource.dec",),
    time=("diaSource.midpointMjd",),
    clock="mjd",
    detection=("diaSource", _ROMAN_SOURCE),
    history=(
        ("prvDiaSources", _ROMAN_SOURCE),
        (
            "prvDiaForcedSources",
            Fluxes(
                time="midpointMjd",
                clock="mjd",
                band="band",
                bands=_ROMAN_BANDS,
                candid=None,
                origin="forced",
                factor=1e-3,
            ),
        ),
    ),
    ref=("cutoutReference",),
)

# A survey nobody has described yet: the words most surveys use. Its bandpasses are unknown, so it has no photometry.
GENERIC = Survey(
    key="generic",
    label="Any survey with ZTF-like fields",
    marks=("objectId", "candid", "candidate.ra", "candidate.dec"),
    object_id=("objectId", "objectid", "diaObject.diaObjectId"),
    candid=("candid", "alertId", "diaSourceId"),
    ra=("candidate.ra", "ra"),
    dec=("candidate.dec", "dec"),
    time=("candidate.jd", "jd"),
)
