"""Reddening from the map, against astropy's reading of the same file; extinction, against the published law."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from skyportal.astro import dust, extinction
from skyportal.astro.bandpasses import BANDPASSES

MAP = Path(os.environ.get("SKYPORTAL_TEST_DATA", Path(__file__).parents[3] / "shared/data")) / "dust"
real = pytest.mark.skipif(not (MAP / dust.FILES[1]).exists(), reason=f"no dust map in {MAP}")


@pytest.fixture(autouse=True)
def folder(tmp_path):
    before = dust._folder
    dust.use(tmp_path)
    yield tmp_path
    dust.use(before)


def written(path, north, value=0.5, size=8, scale=4):
    """A whole hemisphere in small, of one value."""
    from astropy.io import fits

    image = fits.PrimaryHDU(np.full((size, size), value, ">f4"))
    image.header.update(
        {"OBJECT": "E(B-V)", "LAM_NSGP": north, "LAM_SCAL": scale, "CRPIX1": (size + 1) / 2, "CRPIX2": (size + 1) / 2}
    )
    image.writeto(path / dust.FILES[north])


def test_without_a_map_it_is_unknown_and_known_once_there_is_one(folder):
    assert dust.ebv(192.86, 27.13) is None
    written(folder, 1, 0.25)
    assert dust.ebv(192.86, 27.13) == 0.25
    assert dust.ebv(12.86, -27.13) is None
    written(folder, -1, 0.75)
    assert dust.ebv(12.86, -27.13) == 0.75


@real
def test_the_real_map_is_read_as_astropy_reads_it(folder):
    from astropy.io import fits
    from astropy.wcs import WCS
    from scipy.ndimage import map_coordinates

    shutil.copy(MAP / dust.FILES[1], folder)
    image = fits.open(MAP / dust.FILES[1])[0]
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 99, (2, 200))
    lon, lat = WCS(image.header).all_pix2world(x, y, 0)
    expected = map_coordinates(image.data.astype(float), [y, x], order=1)
    hemisphere = dust.read(MAP / dust.FILES[1])
    assert [hemisphere.ebv(*place) for place in zip(lon, lat, strict=True)] == pytest.approx(expected, abs=1e-6)
    assert dust.ebv(204.2538, -29.8658) == pytest.approx(0.066, abs=0.001)  # M83: A_V 0.181 in NED
    assert dust.ebv(10, 10) is None  # not in this cutting


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"<html>Not found</html>"),
        lambda path: path.write_bytes(path.read_bytes()[:2900]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"E(B-V)", b"IRAS  ")),
        lambda path: path.write_bytes(b""),
    ],
)
def test_what_is_no_map_is_not_read(folder, spoil):
    written(folder, 1)
    spoil(folder / dust.FILES[1])
    with pytest.raises(dust.NotADustMap):
        dust.read(folder / dust.FILES[1])


@pytest.mark.parametrize("bandpass", sorted(extinction._published()))
def test_published_coefficients_lie_by_the_law(bandpass):
    assert extinction.law([BANDPASSES[bandpass].wavelength])[0] == pytest.approx(
        extinction.coefficient(bandpass), rel=0.08
    )


def test_the_law_falls_with_wavelength_and_has_its_bump():
    nm = np.array([3000, 2200, 1600, 1000, 800, 600, 450, 350, 280])
    assert (np.diff(extinction.law(nm)) > 0).all()
    assert extinction.law([217.5])[0] > extinction.law([190])[0]
    for bandpass in ("radio-10GHz", "swiftxrt", "f2550w", "nonsense"):
        assert extinction.coefficient(bandpass) is None
    assert extinction.extinction("ztfg", None) is None
    assert extinction.extinction("sdssr", 0.1) == pytest.approx(0.2285)
