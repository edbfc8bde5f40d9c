"""What instruments see at once, and how much of a sky map that is."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from skyportal.astro import footprints
from skyportal.astro.sky import separation
from skyportal.astro.skymaps import reading, shapes
from skyportal.astro.skymaps.fields import in_fields

SURVEYS = Path(os.environ.get("SKYPORTAL_TEST_DATA", settings.ROOT / "../shared/data")) / "surveys"
needs_surveys = pytest.mark.skipif(not SURVEYS.is_dir(), reason=f"the development data are not at {SURVEYS}")


def test_a_footprint_keeps_its_size_and_north_wherever_it_points():
    box = footprints.read("# DS9\nicrs\nbox(356.6, -3.4, 4.0, 2.0, 0.0)")
    for ra, dec in ((0.0, 0.0), (359.9, 60.0), (10.0, 90.0), (200.0, -89.5)):
        ((corners),) = box.at(ra, dec)
        far = separation(ra, dec, *corners.T) / 3600
        assert np.allclose(far, box.reach, atol=1e-9), "the middle of a lone box is that of the field"
    corners = box.at(100.0, 0.0)[0]
    assert corners[:, 1].max() == pytest.approx(1.0)
    assert corners[:, 0].max() == pytest.approx(102.0)


def test_what_lies_in_a_footprint_is_in_it_and_nothing_else():
    shape = footprints.read("polygon(1,-1, 1,1, -1,1); circle(3, 0, 30')")
    places = footprints.vectors(np.array([50.9, 49.2, 53.2, 50.0, 230.0]), np.array([20.5, 19.0, 20.0, 20.1, -20.0]))
    assert shape.holds(50.0, 20.0, places).tolist() == [True, False, True, True, False]
    turned = footprints.read("box(0,0,4,1,90)")
    assert turned.holds(0, 0, footprints.vectors(np.array([0.0, 1.5]), np.array([1.5, 0.0]))).tolist() == [True, False]
    assert len(turned.hull()) == 4


@pytest.mark.parametrize(("text", "says"), [
    ("", "needs one polygon"), ("vector(1,2,3)", "only polygon"), ("box(1,2,a,3)", "degrees"),
    ("polygon(1,2,3,4)", "three corners"), ("circle(0,0,0)", "above 0"), ("box(0,0,1)", "two sides"),
    ("polygon(0,0,170,0,0,50)", "more than 60"), ("circle(0,0,1)\n" * 300, "at most"),
    ("polygon(0,99,1,0,2,0)", "Declin"),
])  # fmt: skip
def test_what_is_no_footprint_says_why(text, says):
    with pytest.raises(footprints.NotAFootprint, match=says):
        footprints.read(text)


def test_a_field_holds_of_a_gaussian_what_theory_says():
    sky = shapes.cone(40, 30, 0.5)
    fields = np.array([40.0, 41.0, 220.0]), np.array([30.0, 30.0, -30.0])
    found = in_fields(sky, footprints.read(footprints.circle(0.75)), *fields)
    assert found == pytest.approx([1 - np.exp(-(1.5**2) / 2), 0.29, 0.0], abs=0.01)
    inner = in_fields(sky, footprints.read(footprints.circle(5)), *fields, level=0.5)
    assert inner[0] == pytest.approx(0.5, abs=0.01)


@needs_surveys
def test_the_fields_of_ztf_see_what_they_saw_after_gw190425():
    """One field of 47 square degrees around the place of greatest density, and no field counts what is not its own."""
    with (SURVEYS / "ZTF_Fields.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if float(row["ID"]) < 1000]
    ra, dec = (np.array([float(row[name]) for row in rows]) for name in ("RA", "Dec"))
    sky = reading.read((SURVEYS.parent / "gcn/skymaps/S190425z_bayestar.fits.gz").read_bytes()).without_distance()
    square = footprints.read((SURVEYS / "ZTF_Square_Region.reg").read_text())
    chips = footprints.read((SURVEYS / "ZTF_Region.reg").read_text())
    assert len(chips.parts) == 64
    whole, gaps = in_fields(sky, square, ra, dec), in_fields(sky, chips, ra, dec)
    assert 0.01 < whole.max() < 0.1
    assert gaps.sum() / whole.sum() == pytest.approx(64 * 0.855**2 / 6.8**2, abs=0.05), "the gaps between chips"
    assert whole.sum() < 1.3, "fields of the primary grid overlap a little"
