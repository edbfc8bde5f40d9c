"""Smoothing, ranges, and photometry through real bandpasses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyportal.astro import synthetic
from skyportal.astro.bandpasses import BANDPASSES
from skyportal.astro.spectra import arithmetic, lines
from skyportal.astro.spectra.tables import Spectrum


def irregular(seed: int, count: int = 800) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).uniform(4000, 8000, count))


def fwhm_of(spectrum: Spectrum) -> float:
    above = spectrum.wavelengths[spectrum.fluxes > spectrum.fluxes.max() / 2]
    return float(above[-1] - above[0])


@pytest.mark.parametrize("fwhm", [8.0, 30.0, 120.0])
def test_a_narrow_line_becomes_as_wide_as_asked_and_keeps_its_flux(fwhm):
    wave = np.concatenate([np.arange(4000, 5000, 0.5), np.arange(5000, 6000, 2.0)])
    narrow = np.where(np.abs(wave - 4990) < 0.3, 100.0, 0.0)
    line = arithmetic.smoothed(Spectrum(wave, narrow), fwhm)
    assert fwhm_of(line) == pytest.approx(fwhm, abs=2.0)
    assert np.trapezoid(line.fluxes, wave) == pytest.approx(np.trapezoid(narrow, wave), rel=0.05)


@given(seed=st.integers(0, 50), fwhm=st.floats(1, 200))
@settings(max_examples=25, deadline=None)
def test_a_flat_spectrum_stays_flat_on_any_grid(seed, fwhm):
    wave = irregular(seed)
    flux = np.full(len(wave), 3.0)
    flux[::7] = np.nan
    smooth = arithmetic.smoothed(Spectrum(wave, flux, np.full(len(wave), 0.1)), fwhm)
    finite = np.isfinite(smooth.fluxes)
    np.testing.assert_allclose(smooth.fluxes[finite], 3.0)
    assert (smooth.errors[finite] <= 0.1 + 1e-12).all()


def test_errors_are_those_that_noise_shows():
    wave, rng = np.arange(4000.0, 5000.0), np.random.default_rng(1)
    error = np.full(1000, 0.5)
    draws = [arithmetic.smoothed(Spectrum(wave, rng.normal(0, error), error), 12.0) for _ in range(400)]
    scatter = np.std([draw.fluxes for draw in draws], axis=0)
    assert np.median(scatter / draws[0].errors) == pytest.approx(1.0, abs=0.03)


def test_no_width_changes_nothing():
    spectrum = Spectrum(irregular(1), np.arange(800.0))
    assert arithmetic.smoothed(spectrum, 0) is spectrum


@given(seed=st.integers(0, 200), at=st.integers(3, 490), size=st.floats(1e3, 1e30), sign=st.sampled_from([-1, 1]))
@settings(max_examples=50, deadline=None)
def test_a_noise_spike_changes_nothing_of_the_range(seed, at, size, sign):
    flux = np.random.default_rng(seed).normal(10, 1, 500)
    low, high = arithmetic.robust_range(flux)
    spiked = flux.copy()
    spiked[at : at + 2] = sign * size
    assert arithmetic.robust_range(spiked) == pytest.approx((low, high), abs=0.1 * (high - low))


@given(seed=st.integers(0, 200), count=st.integers(arithmetic.WINDOW, 60))
@settings(max_examples=30, deadline=None)
def test_the_median_of_seven_is_the_median(seed, count):
    values = np.random.default_rng(seed).integers(0, 9, count).astype(float)  # with many ties
    padded = np.pad(values, 3, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 7)
    assert np.array_equal(arithmetic._median_of_seven(values), np.median(windows, axis=1))


def test_the_range_holds_a_real_line():
    wave = np.arange(6000.0, 7000.0, 2.0)
    flux = 1 + 1.5 * np.exp(-0.5 * ((wave - 6563) / 40) ** 2)
    low, high = arithmetic.robust_range(flux)
    assert low < 1
    assert high > 2.5


@pytest.mark.parametrize("flux", [np.array([2.0, 4.0, 6.0]), np.array([-4.0, -2.0, np.nan, 1.0])])
def test_normalised_by_the_median(flux):
    scaled = arithmetic.normalized(Spectrum(np.arange(1.0, len(flux) + 1), flux, np.ones(len(flux))), "median")
    finite = scaled.fluxes[np.isfinite(scaled.fluxes)]
    assert max(np.median(finite), np.median(np.abs(finite))) == pytest.approx(1.0)
    assert scaled.errors[0] == pytest.approx(scaled.fluxes[0] / flux[0])


def test_no_line_is_drawn_across_a_gap():
    wave = np.concatenate([np.arange(4000.0, 4900.0), np.arange(5200.0, 6000.0)])
    found = arithmetic.with_gaps(Spectrum(wave, np.ones(len(wave))))
    assert np.isnan(found.fluxes[900])
    assert np.isfinite(np.delete(found.fluxes, 900)).all()


def test_thinning_keeps_the_lines():
    wave = np.arange(4000.0, 9000.0, 0.5)
    flux = np.ones(len(wave))
    flux[5000] = 50.0
    few = arithmetic.thinned(Spectrum(wave, flux), 1000)
    assert len(few.wavelengths) <= 1000
    assert few.fluxes.max() == 50.0
    assert (np.diff(few.wavelengths) > 0).all()


# --- photometry ------------------------------------------------------------------------------------------------------

WAVE = np.arange(900.0, 30_000.0, 2.0)


@pytest.mark.parametrize("bandpass", sorted(synthetic.curves()))
def test_a_flat_source_has_its_ab_magnitude_in_every_band(bandpass):
    assert bandpass in BANDPASSES
    jansky = 3.631e-20 * synthetic.LIGHT_ANGSTROM_S / WAVE**2
    flux, _ = synthetic.flux_density(Spectrum(WAVE, jansky), bandpass)
    assert 23.9 - 2.5 * np.log10(flux) == pytest.approx(0.0, abs=3e-4)


@pytest.mark.parametrize("bandpass", ["sdssg", "sdssr", "sdssi", "ztfg", "ztfr", "lssti", "atlasc", "ps1::z"])
def test_a_narrow_source_is_brightest_in_its_own_band(bandpass):
    """An emission line at the nominal wavelength of a bandpass is seen in it."""
    line = BANDPASSES[bandpass].wavelength * 10
    spectrum = Spectrum(WAVE, 1e-15 * np.exp(-0.5 * ((WAVE - line) / 20) ** 2))
    at, response = synthetic.curve(bandpass)
    assert np.interp(line, at, response) > 0.5
    assert synthetic.flux_density(spectrum, bandpass)[0] > 0


def test_the_error_is_that_which_noise_shows():
    wave, rng = np.arange(3500.0, 9500.0, 7.0), np.random.default_rng(2)
    error = np.full(len(wave), 2e-17)
    found = [synthetic.flux_density(Spectrum(wave, rng.normal(1e-16, error), error), "sdssr") for _ in range(600)]
    assert np.std([flux for flux, _ in found]) == pytest.approx(found[0][1], rel=0.1)


def test_what_cannot_be_measured_is_refused():
    short = Spectrum(np.arange(4000.0, 6000.0), np.ones(2000))
    with pytest.raises(synthetic.OutsideSpectrum, match="outside spectral range 4000-5999"):
        synthetic.flux_density(short, "sdssr")
    with pytest.raises(synthetic.NoCurve, match="No response curve is known for the bandpass 'f444w'"):
        synthetic.flux_density(short, "f444w")


# --- lines -----------------------------------------------------------------------------------------------------------


def test_the_table_of_lines_is_whole():
    keys = [one.key for one in lines.SPECIES]
    assert len(set(keys)) == len(keys)
    for one in lines.SPECIES:
        assert one.wavelengths
        assert all(2500 < wave < 11_000 for wave in one.wavelengths), one.key
        assert not one.names or len(one.names) == len(one.wavelengths)
        assert one.moves == (one.group != "Sky")


def test_the_balmer_lines_follow_rydberg():
    """In air: the vacuum series over the index of refraction."""
    balmer = [1 / (1.0967758e-3 * (1 / 4 - 1 / n**2)) / 1.00028 for n in range(3, 9)]
    assert lines.SPECIES[0].wavelengths == pytest.approx(balmer, abs=0.3)
