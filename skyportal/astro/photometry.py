"""Fluxes and magnitudes.

References
----------
Oke & Gunn 1983, ApJ 266, 713 (AB system).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

AB_ZEROPOINT = 23.9
"""AB magnitude of 1 µJy."""

POGSON = 2.5 / np.log(10)

DETECTION_SNR = 3.0
"""Signal-to-noise from which a point counts as a detection."""

LIMIT_NSIGMA = 5.0
"""Significance of the limiting magnitude quoted where the uploader gave none."""


def magnitude(flux: ArrayLike, fluxerr: ArrayLike) -> tuple[NDArray, NDArray]:
    """AB magnitudes and their errors; NaN where the flux is not positive.

    Parameters
    ----------
    flux, fluxerr : array_like, broadcastable, µJy

    Returns
    -------
    mag, magerr : ndarray, AB magnitudes

    Examples
    --------
    >>> magnitude([1.0, 10.0, -1.0], 0.1)[0]
    array([23.9, 21.4,  nan])
    """
    flux, fluxerr = np.broadcast_arrays(np.asarray(flux, float), np.asarray(fluxerr, float))
    detected = np.where(flux > 0, flux, np.nan)
    return AB_ZEROPOINT - 2.5 * np.log10(detected), POGSON * fluxerr / detected


def flux_density(mag: ArrayLike, magerr: ArrayLike = 0.0) -> tuple[NDArray, NDArray]:
    """Flux densities and their errors from AB magnitudes.

    Parameters
    ----------
    mag, magerr : array_like, broadcastable, AB magnitudes

    Returns
    -------
    flux, fluxerr : ndarray, µJy

    Examples
    --------
    >>> flux_density(21.4, 0.0)[0].round(6)
    np.float64(10.0)
    """
    flux = 10 ** (0.4 * (AB_ZEROPOINT - np.asarray(mag, float)))
    fluxerr = flux * np.asarray(magerr, float) / POGSON
    return (flux if flux.shape == fluxerr.shape else np.broadcast_to(flux, fluxerr.shape)), fluxerr


def to_microjansky(flux: ArrayLike, zeropoint: ArrayLike) -> NDArray:
    """Rescale fluxes measured with another AB zero-point to µJy.

    Parameters
    ----------
    flux : array_like, in units where magnitude is ``zeropoint - 2.5 log10(flux)``
    zeropoint : array_like, broadcastable, AB magnitudes

    Examples
    --------
    >>> to_microjansky(100.0, 28.9).round(6)
    np.float64(1.0)
    """
    return np.asarray(flux, float) * 10 ** (0.4 * (AB_ZEROPOINT - np.asarray(zeropoint, float)))


def limiting_fluxerr(limiting_mag: ArrayLike, nsigma: ArrayLike = LIMIT_NSIGMA) -> NDArray:
    """Flux error, in µJy, of an upper limit quoted at ``nsigma``.

    Examples
    --------
    >>> limiting_fluxerr(23.9, 5.0)
    np.float64(0.2)
    """
    return flux_density(limiting_mag)[0] / np.asarray(nsigma, float)


def limiting_magnitude(fluxerr: ArrayLike, nsigma: ArrayLike = LIMIT_NSIGMA) -> NDArray:
    """AB magnitude of a source ``nsigma`` times as bright as ``fluxerr`` (µJy); NaN where it is not positive.

    Examples
    --------
    >>> limiting_magnitude(0.2, 5.0)
    np.float64(23.9)
    """
    fluxerr = np.asarray(fluxerr, float)
    threshold = np.where(fluxerr > 0, fluxerr, np.nan) * np.asarray(nsigma, float)
    return AB_ZEROPOINT - 2.5 * np.log10(threshold)


def signal_to_noise(flux: ArrayLike, fluxerr: ArrayLike) -> NDArray:
    """Flux over its error; NaN where either is unknown or the error is not positive."""
    flux, fluxerr = np.broadcast_arrays(np.asarray(flux, float), np.asarray(fluxerr, float))
    return flux / np.where(fluxerr > 0, fluxerr, np.nan)
