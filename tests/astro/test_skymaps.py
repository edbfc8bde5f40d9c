"""Sky maps against their published figures, and against what geometry says."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyportal.astro.sky import HPX_CELLS, hpx, separation
from skyportal.astro.skymaps import coarsening, credible, distances, flat, overlap, reading, rings, shapes, writing
from skyportal.astro.skymaps.contours import contours
from skyportal.astro.skymaps.tiles import DEG2, NotASkyMap, SkyMap, cells_of, merged
from tests.gcn.notice_data import DATA, needs_data

MAPS = DATA / "skymaps"


def expected() -> list[dict[str, str]]:
    table = MAPS / "skymaps_expected.csv"
    if not table.exists():
        return []
    with table.open() as file:
        return [row for row in csv.DictReader(file) if row["area90_deg2"]]


@cache
def read(name: str) -> SkyMap:
    return reading.read((MAPS / name).read_bytes())


@needs_data
@pytest.mark.parametrize("row", expected(), ids=lambda row: row["file"])
def test_a_map_has_its_published_areas_place_and_distance(row):
    sky = read(row["file"])
    assert len(sky) <= coarsening.MOST_TILES
    assert sky.probability.sum() == pytest.approx(1)
    # the table gives areas to 0.01 square degrees
    assert credible.area(sky, 0.5) == pytest.approx(float(row["area50_deg2"]), rel=1e-3, abs=0.006)
    assert credible.area(sky, 0.9) == pytest.approx(float(row["area90_deg2"]), rel=1e-3, abs=0.006)
    ra, dec = credible.centre(sky)
    assert separation(ra, dec, float(row["ra_maxprob"]), float(row["dec_maxprob"])) < 5
    if row["dist_mean_mpc"]:
        mean, spread = distances.moments(sky)
        assert mean == pytest.approx(float(row["dist_mean_mpc"]), rel=0.01)
        assert spread == pytest.approx(float(row["dist_std_mpc"]), rel=0.05)


@needs_data
@pytest.mark.parametrize(
    ("name", "says"),
    [("MS181101ab_90pct.moc.fits", "coverage map"), ("gbm_gnd_loc_map_723412808.fits", "an image")],
)
def test_what_is_no_map_says_what_it_is(name, says):
    with pytest.raises(NotASkyMap, match=says):
        read(name)


@needs_data
@pytest.mark.parametrize(("dump", "file"), [
    ("localization_GW190425", "S190425z_bayestar.fits.gz"), ("localizationtiles_GW190425", "S190425z_bayestar.fits.gz"),
    ("localization_GW190814", "S190814bv_5_LALInference.v1.fits.gz"),
    ("localizationtiles_GW190814", "S190814bv_5_LALInference.v1.fits.gz"),
])  # fmt: skip
def test_another_site_made_the_same_tiles_of_the_same_map(dump, file):
    """By UNIQ numbers and by ranges of cells: the areas are those of the table, so ours."""
    theirs = dumped(dump)
    (row,) = [row for row in expected() if row["file"] == file]
    assert credible.area(theirs, 0.5) == pytest.approx(float(row["area50_deg2"]), rel=1e-3)
    assert credible.area(theirs, 0.9) == pytest.approx(float(row["area90_deg2"]), rel=1e-3)
    assert separation(*credible.centre(theirs), float(row["ra_maxprob"]), float(row["dec_maxprob"])) < 5


@needs_data
def test_another_site_made_the_same_cone_of_a_position_and_its_error():
    theirs, ours = dumped("localization_GRB180116A"), shapes.cone(214.74, 28.14, 11.19)
    for level in (0.5, 0.9):
        assert credible.area(ours, level) == pytest.approx(credible.area(theirs, level), rel=0.01)


def dumped(name: str) -> SkyMap:
    """A row of another site's table, as Parquet holds it: arrays as PostgreSQL writes them."""
    rows = parquet.read_table(MAPS / f"{name}.parquet").to_pylist()
    if "uniq" in rows[0]:
        uniq, density = (np.array(rows[0][column].strip("{}").split(",")) for column in ("uniq", "probdensity"))
        return SkyMap.of(*cells_of(uniq.astype(np.int64)), density.astype(float))
    lo, hi = np.array([row["healpix"].strip("[)").split(",") for row in rows]).astype(np.int64).T
    return SkyMap.of(lo, hi, np.array([row["probdensity"] for row in rows], float))


@pytest.mark.parametrize("content", [b"", b"SIMPLE  = ", b"\x1f\x8b\x08broken", b"<html>", b"\x00" * 5000])
def test_garbage_is_no_map(content):
    with pytest.raises(NotASkyMap, match=r"cannot be read as FITS|broken"):
        reading.read(content)


@needs_data
def test_a_map_goes_out_and_comes_in_again():
    sky = read("S240513ei_bayestar.multiorder.fits")
    again = reading.read(writing.multi_order(sky, name="S240513ei"))
    assert np.array_equal(again.lo, sky.lo)
    assert np.allclose(again.density, sky.density, rtol=1e-12)
    assert np.allclose(again.distance.mu, sky.distance.mu, equal_nan=True)
    assert flat.flattened(again, 64).sum() == pytest.approx(1)


@needs_data
def test_coarse_tiles_keep_the_areas():
    """A fine map in a tenth of its tiles: 50 and 90 per cent move by less than a thousandth."""
    sky = read("S190425z_bayestar.fits.gz")
    fine = SkyMap.of(*_split(sky.lo, sky.hi), np.repeat(sky.density, 16))
    coarse = coarsening.coarsened(fine, 20_000)
    assert len(fine) == 16 * len(sky)
    assert len(coarse) <= 20_000
    for level in (0.5, 0.9):
        assert credible.area(coarse, level) == pytest.approx(credible.area(fine, level), rel=1e-3)


def _split(lo, hi):
    step = (hi - lo) // 16
    starts = (lo[:, None] + np.arange(16) * step[:, None]).ravel()
    return starts, starts + np.repeat(step, 16)


@settings(max_examples=25, deadline=None)
@given(
    ra=st.floats(0, 360),
    dec=st.floats(-90, 90),
    sigma=st.floats(1e-4, 15),
    level=st.sampled_from([0.5, 0.9, 0.99]),
)
def test_a_cone_is_a_gaussian(ra, dec, sigma, level):
    sky = shapes.cone(ra, dec, sigma)
    radius = sigma * np.sqrt(-2 * np.log1p(-level))
    cap = 2 * np.pi * (1 - np.cos(np.radians(radius))) * DEG2
    assert credible.area(sky, level) == pytest.approx(cap, rel=0.03)
    assert separation(*credible.centre(sky), ra, dec) < sigma * 3600 / 4
    density, reached = credible.at(sky, [ra], [dec])
    assert density[0] > 0
    assert reached[0] <= 0.5


def test_ellipses_rings_and_polygons_have_the_areas_that_geometry_gives():
    assert credible.area(shapes.ellipse(0, 85, 5, 1, 30, 0.9), 0.9) == pytest.approx(np.pi * 5, rel=0.01)
    assert shapes.ellipse(359, 5, 5, 1, 30, None).area.sum() * DEG2 == pytest.approx(np.pi * 5, rel=0.01)
    ring = rings.crossing([rings.Ring(100, 10, 40, 0.1, 0.9)])
    assert credible.area(ring, 0.9) == pytest.approx(2 * np.pi * np.sin(np.radians(40)) * DEG2**0.5 * 0.2, rel=0.01)
    square = shapes.polygon([(350, -5), (10, -5), (10, 5), (350, 5)])
    assert square.area.sum() * DEG2 == pytest.approx(201.9, rel=0.01)  # by Girard's theorem
    assert credible.at(square, [0.0, 12.0], [0.0, 0.0])[1].tolist() == [pytest.approx(0, abs=0.01), 1.0]


def test_what_is_even_within_is_called_by_its_middle():
    """Of many tiles that are alike, the first lies at an edge."""
    assert separation(*credible.centre(shapes.ellipse(150, 2, 3, 1, 30, None)), 150, 2) < 60
    assert separation(*credible.centre(shapes.polygon([(359, 1), (1, 1), (1, 3), (359, 3)])), 0, 2) < 60


def test_a_thin_ring_keeps_its_area_where_its_tiles_are_wider_than_it():
    """A width of a hundredth of a degree, 230 degrees long: a hundred thousand tiles are wider than its sigma."""
    sky = rings.crossing([rings.Ring(200, -30, 60, 0.005)])
    true = 2 * np.pi * np.sin(np.radians(60)) * np.degrees(1) * 2 * 1.645 * 0.005 / 3
    assert len(sky) <= coarsening.MOST_TILES
    assert true < credible.area(sky, 0.9) < 3 * true
    ra, dec = sky.centres()
    off = np.abs(separation(200, -30, ra, dec) / 3600 - 60)
    assert np.average(off, weights=sky.probability) < 0.01


@settings(max_examples=5, deadline=None)
@given(
    ra=st.floats(0, 360), dec=st.floats(-90, 90), error=st.floats(0.01, 1.0),
    centres=st.lists(st.tuples(st.floats(0, 360), st.floats(-90, 90)), min_size=3, max_size=4),
)  # fmt: skip
def test_rings_around_a_burst_cross_where_it_was(ra, dec, error, centres):
    radii = [float(separation(ra, dec, *centre)) / 3600 for centre in centres]
    sky = rings.crossing([rings.Ring(*centre, radius, error) for centre, radius in zip(centres, radii, strict=True)])
    assert credible.at(sky, [ra], [dec])[1][0] < 0.6
    assert sky.probability.sum() == pytest.approx(1)


def test_two_rings_cross_in_two_places_and_a_third_says_in_which():
    """Two great circles at a right angle: at each crossing a Gaussian of both sigmas."""
    first, second = rings.Ring(0, 90, 90, 0.6), rings.Ring(0, 0, 90, 0.3)
    sky = rings.crossing([first, second])
    assert credible.area(sky, 0.9) == pytest.approx(2 * np.pi * -2 * np.log(0.1) * 0.2 * 0.1, rel=0.03)
    assert credible.at(sky, [90, 270], [0, 0])[1].max() < 0.1
    one = rings.crossing([first, second, rings.Ring(90, 0, 0, 15)])
    assert credible.at(one, [90, 270], [0, 0])[1].tolist() == [pytest.approx(0.02, abs=0.1), 1.0]
    with pytest.raises(NotASkyMap, match="no place in common"):
        rings.crossing([rings.Ring(0, 90, 10, 1), rings.Ring(0, 90, 50, 1)])
    for bad in (rings.Ring(0, 0, 5, 0), rings.Ring(0, 95, 4, 1), rings.Ring(0, 0, 4, 1, 1.5)):
        with pytest.raises(NotASkyMap):
            rings.crossing([bad])


@pytest.mark.parametrize("bad", [(10, 95, 1), (10, 0, 0), (10, 0, np.nan), (np.inf, 0, 1), (10, 0, 400)])
def test_a_shape_that_makes_no_sense_is_refused(bad):
    with pytest.raises(NotASkyMap):
        shapes.cone(*bad)


def test_two_gaussians_overlap_as_theory_says():
    a, b = shapes.cone(10, 20, 1.0), shapes.cone(10.5, 20.5, 2.0)
    both, statistic = overlap.product(a, b)
    apart = float(separation(10, 20, 10.5, 20.5)) / 3600
    theory = 4 * np.pi * DEG2 / (2 * np.pi * 5) * np.exp(-(apart**2) / 10)
    assert statistic == pytest.approx(theory, rel=0.01)
    assert credible.area(both, 0.9) == pytest.approx(credible.area(a, 0.9) * 4 / 5, rel=0.02)
    assert overlap.product(b, a)[1] == pytest.approx(statistic)
    with pytest.raises(NotASkyMap, match="no place in common"):
        overlap.product(a, shapes.cone(190, -20, 1.0))


def test_uniq_numbers_are_cells_to_the_last_bit():
    uniq = np.array([4, 15, 4 * 4**29, 16 * 4**29 - 1, 4 * 4**20 + 7], np.int64)
    lo, hi = cells_of(uniq)
    assert hi[3] == HPX_CELLS
    assert hi[2] - lo[2] == 1
    assert (lo[4], hi[4]) == (7 * 4**9, 8 * 4**9)
    for bad in (3, 16 * 4**29):
        with pytest.raises(NotASkyMap):
            cells_of(np.array([bad], np.int64))


def test_levels_are_of_the_smallest_region_and_equals_come_together():
    sky = SkyMap.of(np.arange(4) * 4, np.arange(4) * 4 + 4, np.array([1.0, 4.0, 1.0, 2.0]))
    assert credible.levels(sky) == pytest.approx([7 / 8, 0.5, 7 / 8, 6 / 8])
    assert credible.region(sky, 0.9) == [(0, 16)]
    assert credible.region(sky, 0.8) == [(4, 8), (12, 16)]
    assert merged(np.array([8, 0]), np.array([12, 8])) == [(0, 12)]


@needs_data
def test_three_dimensions_rank_a_galaxy_by_its_distance():
    sky = read("GW170817_skymap.fits.gz")
    tile = sky.find(hpx(197.450, -23.381))  # NGC 4993 at 40 Mpc
    near, far = distances.volume_levels(sky, np.array([40.0, 200.0]), np.repeat(tile, 2))
    assert near < 0.6 < 0.999 < far


@needs_data
@pytest.mark.parametrize(
    ("name", "off"),
    [("S190425z_bayestar.fits.gz", 0.08), ("GRB220617A_IPN_map_hpx.fits.gz", 0.2)],  # of a hundred large tiles
)
def test_lines_of_a_level_run_where_the_map_has_it(name, off):
    sky = read(name)
    drawn = contours(sky)
    assert [f["properties"] for f in drawn["features"]] == [
        {"credible_level": 0}, {"credible_level": 50}, {"credible_level": 90},
    ]  # fmt: skip
    for feature in drawn["features"][1:]:
        points = np.vstack([np.array(line) for line in feature["geometry"]["coordinates"]])
        assert len(points) < 6000
        inside = credible.at(sky, points[:, 0], points[:, 1])[1]
        wanted = feature["properties"]["credible_level"] / 100
        assert np.median(np.abs(inside - wanted)) < off
