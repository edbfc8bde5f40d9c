"""Bands of one survey are told apart by their colours, whatever cones one has."""

import itertools

import numpy as np
import pytest

from skyportal.astro.bandpasses import COLOURS
from skyportal.astro.epochs import best_of_epochs

# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1, on linear sRGB
VISION = {
    "all cones": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = TO_XYZ.sum(axis=1)
APART = 16.0


def linear(colour):
    part = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("cones", VISION)
@pytest.mark.parametrize("survey", ["ugrizy", "co", "bvri", "jhk"])
def test_bands_of_a_survey_stay_apart(survey, cones):
    seen = {band: lab(np.array(VISION[cones]) @ linear(COLOURS[band])) for band in survey}
    for a, b in itertools.combinations(survey, 2):
        assert np.linalg.norm(seen[a] - seen[b]) >= APART, (a, b)


SECOND = 1 / 86400
#        series, seconds, rank, origin
EPOCHS = {
    "an alert and its forced measurement": ([(1, 0, 0, 1), (1, 10, 1, 2)], [1, 1]),
    "two exposures of one origin": ([(1, 0, 0, 1), (1, 20, 0, 1)], [0, 1]),
    "reprocessed: same origin, same time": ([(1, 0, 1, 1), (1, 0, 2, 1)], [1, 1]),
    "another band": ([(1, 0, 0, 1), (2, 0, 1, 2)], [0, 1]),
    "later than an epoch lasts": ([(1, 0, 0, 1), (1, 31, 1, 2)], [0, 1]),
    "a chain of short gaps is no one epoch": ([(1, 0, 0, 1), (1, 20, 1, 2), (1, 40, 0, 1)], [1, 1, 2]),
    "out of order": ([(1, 10, 1, 2), (1, 0, 0, 1)], [0, 0]),
}


@pytest.mark.parametrize("name", EPOCHS)
def test_the_best_of_an_epoch_stands_for_it(name):
    points, stands = EPOCHS[name]
    series, seconds, rank, origin = np.array(points, float).T
    found = best_of_epochs(series, 60000 + seconds * SECOND, rank[:, None], origin)
    assert found.tolist() == stands
