"""Target lists column by column, and the stars that go into them."""

import re

import pytest

from skyportal.astro import offsets, starlists
from skyportal.astro.offsets import Star, Wanted
from skyportal.astro.starlists import Entry

TARGET = Entry("ZTF21abiuvdk-with-a-long-name", 0.814285, -0.145687)
STAR = Entry("abiuvdk_o1", 0.82, -0.14, 15.234, -20.57, -20.47, "Gaia DR3 4711 #1!")

LINES = {
    "Keck": [
        r"ZTF21abiuvdk-wi 00 03 15\.428 -00 08 44\.47 2000\.0",
        r"abiuvdk_o1      00 03 16\.800 -00 08 24\.00 2000\.0 raoffset=-20\.57 decoffset=-20\.47 rmag=15\.2 "
        r'# Gaia DR3 4711 #1!; 20\.57" W, 20\.47" S to target',
    ],
    "P200": [
        r"ZTF21abiuvdk-with-  00 03 15\.428  -00 08 44\.47  2000\.0",
        r"abiuvdk_o1  00 03 16\.800  -00 08 24\.00  2000\.0  ! r=15\.2; Gaia DR3 4711 #1!; .*",
    ],
    "Shane": [re.escape(starlists.SHANE_HEADER), r"ZTF21abiuvdk-wi 00 03 .*", r"abiuvdk_o1      00 03 .*"],
    "CSV": [r"name,ra,dec,.*", r"ZTF21abiuvdk-with-a-long-name,00:03:15\.428,.*", r".*,15\.23,-20\.57,-20\.47,.*"],
}


@pytest.mark.parametrize("facility", LINES)
def test_each_facility_gets_its_own_columns(facility):
    lines = starlists.lines(facility, [TARGET, STAR])
    assert len(lines) == len(LINES[facility])
    for line, pattern in zip(lines, LINES[facility], strict=True):
        assert re.fullmatch(pattern, line), line


@pytest.mark.parametrize("facility", starlists.FORMATS)
def test_a_name_cannot_break_a_line(facility):
    evil = Entry("a\nb !c # d=e\u2028f", 10.0, 20.0)
    assert len(starlists.lines(facility, [evil])) == len(starlists.lines(facility, [TARGET]))


def test_proper_motion_is_applied_as_astropy_does():
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from astropy.time import Time

    star = Star("x", 150.0, 60.0, 12.0, pmra=-800.0, pmdec=5000.0)
    there = SkyCoord(
        150.0 * u.deg, 60.0 * u.deg, pm_ra_cosdec=-800 * u.mas / u.yr, pm_dec=5000 * u.mas / u.yr,
        obstime=Time(2016.0, format="jyear"), distance=10 * u.pc, radial_velocity=0 * u.km / u.s,
    ).apply_space_motion(Time(2027.0, format="jyear"))  # fmt: skip
    moved = star.at(2027.0)
    assert (moved.ra, moved.dec) == pytest.approx((there.ra.deg, there.dec.deg), abs=0.01 / 3600)


def test_stars_are_chosen_that_are_near_bright_and_alone():
    at = lambda name, east, north, mag: Star(name, 150 + east / 3600, north / 3600, mag)  # noqa: E731
    stars = [
        at("itself", 0.5, 0, 15.0),
        at("good", 30, 0, 14.0),
        at("pair", 0, 20, 13.0),
        at("its partner", 0, 22, 14.0),
        at("faint", 10, 0, 19.0),
        at("bright", -40, 0, 9.0),
        at("far", 0, 200, 14.0),
        at("second", 0, -60, 15.0),
    ]
    wanted = Wanted(radius=120, mag_min=10, mag_limit=18, apart=5)
    assert [s.name for s in offsets.choose(stars, 150.0, 0.0, wanted, 3)] == ["good", "second", "pair"]
