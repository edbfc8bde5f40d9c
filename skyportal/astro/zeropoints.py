"""From other magnitude systems to AB, bandpass by bandpass.

Only pairs whose zero-point was published are here; for any other pair there is no number to convert by.

References
----------
Blanton & Roweis 2007, AJ 133, 734 (table 1: Bessell, SDSS, 2MASS); Riello et al. 2021, A&A 649, A3 (Gaia EDR3);
Breeveld et al. 2011, AIP Conf. Proc. 1358, 373 (Swift UVOT). ZTF's g, r and i are taken as SDSS's, which holds to a
few hundredths of a magnitude.
"""

from .bandpasses import MAGNITUDE_SYSTEMS


class NoZeropoint(ValueError):
    """No zero-point is known for this bandpass in this system."""


_AB_MINUS_VEGA = {
    "bessellux": 0.79, "bessellb": -0.09, "bessellv": 0.02, "bessellr": 0.21, "besselli": 0.45,
    "standard::u": 0.79, "standard::b": -0.09, "standard::v": 0.02, "standard::r": 0.21, "standard::i": 0.45,
    "sdssu": 0.91, "sdssg": -0.08, "sdssr": 0.16, "sdssi": 0.37, "sdssz": 0.54,
    "ztfg": -0.08, "ztfr": 0.16, "ztfi": 0.37,
    "2massj": 0.91, "2massh": 1.39, "2massks": 1.85,
    "gaia::g": 0.114, "gaia::gbp": 0.016, "gaia::grp": 0.356,
    "uvot::v": -0.01, "uvot::b": -0.13, "uvot::u": 1.02,
    "uvot::uvw1": 1.51, "uvot::uvm2": 1.69, "uvot::uvw2": 1.73, "uvot::white": 0.80,
}  # fmt: skip


def ab_offset(bandpass: str, magsys: str) -> float:
    """What to add to a magnitude of this system to make it AB.

    Raises
    ------
    NoZeropoint
        Where the system is unknown, or has no published zero-point for the bandpass.

    Examples
    --------
    >>> ab_offset("2massks", "vega")
    1.85
    >>> ab_offset("ztfg", "ab")
    0.0
    """
    if magsys == "ab":
        return 0.0
    if magsys not in MAGNITUDE_SYSTEMS:
        raise NoZeropoint(f"Invalid value for magsys: {magsys!r}. Must be one of: {', '.join(MAGNITUDE_SYSTEMS)}.")
    if magsys != "vega" or bandpass not in _AB_MINUS_VEGA:
        raise NoZeropoint(f"No zero-point is known for {bandpass} in the {magsys} system; use magsys ab.")
    return _AB_MINUS_VEGA[bandpass]
