"""What is done to a spectrum before it is looked at: smoothing, normalising, a range for its axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .tables import Spectrum

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
NEGLIGIBLE = 1e-100
"""Weight of pixels so many widths away (20 and more) that its square is no number to reckon with."""
REACH = 4.0
"""Width of the smoothing kernel to either side, in standard deviations."""

NORMALIZATIONS = ("median",)


def pixel_widths(wavelengths: NDArray) -> NDArray:
    """The stretch of wavelength that each pixel of an irregular grid stands for: half-way to its neighbours."""
    if len(wavelengths) < 2:
        return np.ones(len(wavelengths))
    edges = np.concatenate([wavelengths[:1], (wavelengths[1:] + wavelengths[:-1]) / 2, wavelengths[-1:]])
    widths = np.diff(edges)
    widths[0], widths[-1] = 2 * widths[0], 2 * widths[-1]  # the end pixels reach as far outwards
    return widths


def smoothed(spectrum: Spectrum, fwhm: float) -> Spectrum:
    """Convolved with a Gaussian, on any grid; pixels without a flux have no weight.

    Parameters
    ----------
    spectrum : Spectrum
    fwhm : float
        Full width at half maximum of the Gaussian, angstroms. Not positive: nothing is done.

    Returns
    -------
    Spectrum
        On the same wavelengths. Errors are those of the weighted mean, taking pixels as independent; neighbours in
        the result no longer are.
    """
    if not fwhm > 0 or len(spectrum.wavelengths) < 2:
        return spectrum
    wave, flux, errors = spectrum.wavelengths, spectrum.fluxes, spectrum.errors
    sigma = fwhm / FWHM_PER_SIGMA
    usable = np.isfinite(flux)
    width = np.where(usable, np.maximum(pixel_widths(wave), 1e-9), 0.0)
    values = np.where(usable, flux, 0.0)
    variance = None if errors is None else np.where(usable, errors, 0.0) ** 2
    total, weight, spread = np.zeros_like(wave), np.zeros_like(wave), np.zeros_like(wave)
    for shift in range(_reach(wave, REACH * sigma) + 1):
        here, there = slice(0, len(wave) - shift), slice(shift, len(wave))
        kernel = np.exp(-0.5 * ((wave[there] - wave[here]) / sigma) ** 2)
        for at, of in ((here, there), (there, here)) if shift else ((here, there),):
            share = kernel * width[of]
            total[at] += share * values[of]
            weight[at] += share
            if variance is not None:
                spread[at] += share**2 * variance[of]
    with np.errstate(divide="ignore", invalid="ignore"):
        near = weight > NEGLIGIBLE
        flux = np.where(near, total / weight, np.nan)
        errors = None if variance is None else np.where(near, np.sqrt(spread) / weight, np.nan)
    return Spectrum(wave, flux, errors)


def _reach(wave: NDArray, distance: float) -> int:
    """Most pixels that lie within a distance of any pixel, to one side."""
    return int((np.searchsorted(wave, wave + distance, side="right") - np.arange(len(wave)) - 1).max())


def scale_of(fluxes: NDArray) -> float:
    """The median flux; where that is not positive, the median of its absolute values; at last 1."""
    finite = fluxes[np.isfinite(fluxes)]
    for median in (np.median(finite), np.median(np.abs(finite))) if len(finite) else ():
        if median > 0:
            return float(median)
    return 1.0


def normalized(spectrum: Spectrum, how: str) -> Spectrum:
    """Divided by its median flux (``how`` = "median")."""
    if how not in NORMALIZATIONS:
        raise ValueError(f"Invalid normalization {how[:40]!r}. Must be one of: {', '.join(NORMALIZATIONS)}")
    scale = scale_of(spectrum.fluxes)
    errors = None if spectrum.errors is None else spectrum.errors / scale
    return Spectrum(spectrum.wavelengths, spectrum.fluxes / scale, errors)


SPIKE = 2
"""Pixels: what is no wider is a cosmic ray or a dead pixel, not a line."""
WINDOW = 7
_EXCHANGES = ((0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4))
"""Compared and exchanged in turn, the middle one of seven values is their median (Devillard 1998)."""
BEYOND = 1.5
"""How far lines may stretch the range past the 1st and 99th percentile, in units of their distance."""


def robust_range(fluxes: NDArray) -> tuple[float, float]:
    """Low and high end for an axis: all of the spectrum but spikes, and no more than some of a wild end.

    Examples
    --------
    >>> flat = np.full(500, 2.0) + np.linspace(0, 1, 500)
    >>> spiked = flat.copy()
    >>> spiked[100] = 1e6
    >>> robust_range(spiked) == robust_range(flat)
    True
    """
    finite = fluxes[np.isfinite(fluxes)]
    if not len(finite):
        return 0.0, 1.0
    finite = _without_spikes(finite)
    low, high = np.percentile(finite, [1, 99])
    stretch = BEYOND * (high - low)
    low, high = max(finite.min(), low - stretch), min(finite.max(), high + stretch)
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return float(low - pad), float(high + pad)


def thinned(spectrum: Spectrum, most: int) -> Spectrum:
    """At most about this many points for a drawing: of each stretch its lowest and its highest, so that lines stay."""
    n = len(spectrum.wavelengths)
    if n <= most:
        return spectrum
    size = -(-2 * n // most)
    flat = np.pad(np.where(np.isfinite(spectrum.fluxes), spectrum.fluxes, 0.0), (0, -n % size), mode="edge")
    parts = flat.reshape(-1, size)
    starts = np.arange(0, n, size)
    kept = np.unique(np.minimum(np.concatenate([starts + parts.argmin(axis=1), starts + parts.argmax(axis=1)]), n - 1))
    errors = None if spectrum.errors is None else spectrum.errors[kept]
    return Spectrum(spectrum.wavelengths[kept], spectrum.fluxes[kept], errors)


def _without_spikes(fluxes: NDArray, most: float = 8.0) -> NDArray:
    """Pixels that stand out alone or in pairs, by so many sigmas, replaced by the median around them."""
    if len(fluxes) < WINDOW:
        return fluxes
    around = _median_of_seven(fluxes)
    apart = np.abs(fluxes - around)
    low, high = np.percentile(fluxes, [5, 95])
    least = 0.05 * (high - low)  # a template without noise has no sigma to count by
    out = np.flatnonzero(apart > max(most * 1.4826 * np.median(apart), least))
    if not len(out):
        return fluxes
    runs = np.split(out, np.flatnonzero(np.diff(out) > 1) + 1)
    narrow = np.concatenate([run for run in runs if len(run) <= SPIKE] or [np.array([], int)]).astype(int)
    return np.where(np.isin(np.arange(len(fluxes)), narrow), around, fluxes)


def _median_of_seven(values: NDArray) -> NDArray:
    """The median of each pixel and three to either side, mirrored at the ends: whole columns are compared at once."""
    padded = np.pad(values, WINDOW // 2, mode="reflect")
    columns = [padded[shift : shift + len(values)] for shift in range(WINDOW)]
    for a, b in _EXCHANGES:
        columns[a], columns[b] = np.minimum(columns[a], columns[b]), np.maximum(columns[a], columns[b])
    return columns[WINDOW // 2]


GAP = 10.0
"""Steps of wavelength, in units of the median step, that are a gap and not a pixel."""


def with_gaps(spectrum: Spectrum) -> Spectrum:
    """A point without a flux in each gap between the arms of a spectrograph, so that no line is drawn across."""
    steps = np.diff(spectrum.wavelengths)
    after = np.flatnonzero(steps > GAP * np.median(steps)) + 1 if len(steps) else np.array([], int)
    if not len(after):
        return spectrum
    middle = (spectrum.wavelengths[after] + spectrum.wavelengths[after - 1]) / 2
    errors = None if spectrum.errors is None else np.insert(spectrum.errors, after, np.nan)
    return Spectrum(np.insert(spectrum.wavelengths, after, middle), np.insert(spectrum.fluxes, after, np.nan), errors)
