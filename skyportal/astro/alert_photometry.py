"""Arithmetic between what alert packets hold and what we store: µJy on the AB system, MJD in UTC."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from .photometry import AB_ZEROPOINT

VEGA_TO_AB = {"2massj": 0.91, "2massh": 1.39, "2massks": 1.85}
"""Magnitudes to add to 2MASS Vega magnitudes (Blanton & Roweis 2007, doi:10.1086/510127)."""

JD_OF_MJD = 2400000.5

# First MJD (UTC) on which TAI − UTC had this many seconds (IERS Bulletin C).
_LEAPS = [(44239, 19), (44786, 20), (45151, 21), (45516, 22), (46247, 23), (47161, 24), (47892, 25), (48257, 26),
          (48804, 27), (49169, 28), (49534, 29), (50083, 30), (50630, 31), (51179, 32), (53736, 33), (54832, 34),
          (56109, 35), (57204, 36), (57754, 37)]  # fmt: skip


def flux_from_magnitude(mag):
    """Flux of an AB magnitude.

    Parameters
    ----------
    mag : array_like, AB magnitudes

    Returns
    -------
    ndarray, µJy, same shape

    Examples
    --------
    >>> float(flux_from_magnitude(23.9))
    1.0
    """
    return 10 ** (0.4 * (AB_ZEROPOINT - np.asarray(mag, float)))


def magnitude_from_flux(flux):
    """AB magnitude of a flux; NaN where the flux is not positive.

    Parameters
    ----------
    flux : array_like, µJy

    Returns
    -------
    ndarray, AB magnitudes, same shape

    Examples
    --------
    >>> magnitude_from_flux([1.0, 100.0, -1.0])
    array([23.9, 18.9,  nan])
    """
    flux = np.asarray(flux, float)
    return AB_ZEROPOINT - 2.5 * np.log10(np.where(flux > 0, flux, np.nan))


def fluxerr_from_magerr(flux, magerr):
    """Flux error that a magnitude error stands for, to first order.

    Parameters
    ----------
    flux : array_like, µJy (its sign is ignored)
    magerr : array_like, magnitudes

    Returns
    -------
    ndarray, µJy

    Examples
    --------
    >>> round(float(fluxerr_from_magerr(100.0, 0.1)), 3)
    9.21
    """
    return np.abs(flux) * np.asarray(magerr, float) * np.log(10) / 2.5


def fluxerr_from_limit(limiting_mag, sigmas=5.0):
    """One-sigma flux error of an image whose limiting magnitude is known.

    Parameters
    ----------
    limiting_mag : array_like, AB magnitudes
    sigmas : how many sigma the limit stands for

    Returns
    -------
    ndarray, µJy

    Examples
    --------
    >>> float(fluxerr_from_limit(23.9))
    0.2
    """
    return flux_from_magnitude(limiting_mag) / sigmas


def rescaled_to_microjansky(counts, zeropoint):
    """Flux in µJy of counts measured with an AB zero-point.

    Parameters
    ----------
    counts : array_like, any linear unit
    zeropoint : array_like, AB magnitude of one such unit

    Returns
    -------
    ndarray, µJy

    Examples
    --------
    >>> round(float(rescaled_to_microjansky(10.0, 26.4)), 6)
    1.0
    """
    return np.asarray(counts, float) * 10 ** (0.4 * (AB_ZEROPOINT - np.asarray(zeropoint, float)))


def utc_from_tai(mjd_tai: float) -> float:
    """MJD in UTC of an MJD in TAI, with the leap second of its day (37 s since 2017).

    Parameters
    ----------
    mjd_tai : float, days; before 1980 the offset of 1980 is used

    Examples
    --------
    >>> round((60924.0 - utc_from_tai(60924.0)) * 86400, 3)
    37.0
    >>> round((57454.0 - utc_from_tai(57454.0)) * 86400, 3)
    36.0
    """
    which = bisect_right(_LEAPS, mjd_tai, key=lambda leap: leap[0] + leap[1] / 86400) - 1
    return mjd_tai - _LEAPS[max(which, 0)][1] / 86400
