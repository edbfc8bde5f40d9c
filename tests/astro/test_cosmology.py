"""Distances agree with astropy's own Planck 2018 universe."""

import numpy as np
import pytest
from astropy.cosmology import Planck18

from skyportal.astro import cosmology


def test_luminosity_distances_are_those_of_astropy_from_next_door_to_the_last_scattering():
    redshifts = np.array([1e-4, 0.0035, 0.0246, 0.1, 0.5, 1, 3, 6, 12, 1100])
    expected = Planck18.luminosity_distance(redshifts).value
    assert cosmology.luminosity_distances(redshifts) == pytest.approx(expected, rel=1e-9)
    assert cosmology.distance_modulus(0.0246) == pytest.approx(Planck18.distmod(0.0246).value, abs=1e-9)


def test_a_redshift_that_says_nothing_of_distance_has_none():
    assert np.isnan(cosmology.luminosity_distances(np.array([0.0, -0.001, np.nan]))).all()
