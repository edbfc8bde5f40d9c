"""From other magnitude systems to AB, bandpass by bandpass.

Only pairs whose zero-point was published are here; for any other pair there is no number to convert by. `jla1` has
none: it gives BD+17 4708 a magnitude in bandpasses in which nobody published the star's AB magnitude.

Checked in November 2026 against the CALSPEC spectra of Vega (alpha_lyr_stis_010) and BD+17 4708 (stisnic_007) through
the bandpasses of `synthetic` and those the CSP publishes: they agree to 0.03 mag, but for sdssu (vega 0.04, bd17 0.08:
the zero-point of SDSS u is that far from AB) and ztfi as SDSS's i (0.06).

References
----------
vega: Blanton & Roweis 2007, AJ 133, 734 (table 1: Bessell, SDSS, 2MASS); Riello et al. 2021, A&A 649, A3 (Gaia EDR3);
Breeveld et al. 2011, AIP Conf. Proc. 1358, 373 (Swift UVOT). ZTF's g, r and i are taken as SDSS's, which holds to a
few hundredths of a magnitude.
bd17 (BD+17 4708 has magnitude 0): its AB magnitudes, Fukugita et al. 1996, AJ 111, 1748.
ab-b12: Betoule et al. 2013, A&A 552, A124, as the JLA release states them (SDSS minus AB, so with the other sign here).
csp: the AB offsets of the natural system, Krisciunas et al. 2017, AJ 154, 211. The system is tied to BD+17 4708 in ugri
(10.518, 9.644, 9.352, 9.250) and to Vega in B (0.030), V (0.0096) and YJH (0).
"""

from .bandpasses import MAGNITUDE_SYSTEMS


class NoZeropoint(ValueError):
    """No zero-point is known for this bandpass in this system."""


_VEGA = {
    "bessellux": 0.79, "bessellb": -0.09, "bessellv": 0.02, "bessellr": 0.21, "besselli": 0.45,
    "standard::u": 0.79, "standard::b": -0.09, "standard::v": 0.02, "standard::r": 0.21, "standard::i": 0.45,
    "sdssu": 0.91, "sdssg": -0.08, "sdssr": 0.16, "sdssi": 0.37, "sdssz": 0.54,
    "ztfg": -0.08, "ztfr": 0.16, "ztfi": 0.37,
    "2massj": 0.91, "2massh": 1.39, "2massks": 1.85,
    "gaia::g": 0.114, "gaia::gbp": 0.016, "gaia::grp": 0.356,
    "uvot::v": -0.01, "uvot::b": -0.13, "uvot::u": 1.02,
    "uvot::uvw1": 1.51, "uvot::uvm2": 1.69, "uvot::uvw2": 1.73, "uvot::white": 0.80,
}  # fmt: skip
_BD17 = {"sdssu": 10.56, "sdssg": 9.64, "sdssr": 9.35, "sdssi": 9.25, "sdssz": 9.23}
_AB_B12 = {
    "sdssu": -0.06791, "sdssg": 0.02028, "sdssr": 0.00493, "sdssi": 0.01780, "sdssz": 0.01015,
    **dict.fromkeys((f"megacampsf::{band}" for band in "ugrizy"), 0.0),
}  # fmt: skip
_CSP = {
    "cspu": -0.06, "cspg": -0.02, "cspr": -0.01, "cspi": 0.0, "cspb": -0.13,
    "cspv3014": -0.02, "cspv3009": -0.02, "cspv9844": -0.02,
    "cspys": 0.63, "cspjs": 0.91, "csphs": 1.34, "cspyd": 0.64, "cspjd": 0.90, "csphd": 1.34,
}  # fmt: skip

AB_MINUS: dict[str, dict[str, float]] = {"vega": _VEGA, "bd17": _BD17, "ab-b12": _AB_B12, "csp": _CSP, "jla1": {}}
"""By magnitude system and bandpass, what to add to a magnitude to make it AB."""


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
    try:
        return AB_MINUS[magsys][bandpass]
    except KeyError:
        raise NoZeropoint(
            f"No zero-point was published for {bandpass} in the {magsys} system; use magsys ab."
        ) from None
