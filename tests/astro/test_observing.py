"""Nights over observatories, held to astropy and to published times."""

import numpy as np
import pytest

from skyportal.astro import observing
from skyportal.astro.observing import TWILIGHTS, Site

PALOMAR = Site(33.3563, -116.8650, 1712)
SITES = [PALOMAR, Site(-30.2446, -70.7494, 2663), Site(19.8263, -155.4747, 4145), Site(78.22, 15.65, 100)]


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("mjd", [58849.3, 61366.2])
def test_altitudes_are_those_of_astropy(site, mjd):
    from astropy import units as u
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
    from astropy.time import Time
    from astropy.utils import iers

    found = observing.night(202.50505, 13.41119, mjd, site)
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        where = EarthLocation.from_geodetic(site.lon, site.lat, site.elevation)
        times = Time(found.mjd[::24], format="mjd")
        frame = AltAz(obstime=times, location=where)
        for altitude, body in (
            (found.target, SkyCoord(202.50505 * u.deg, 13.41119 * u.deg)),
            (found.sun, get_body("sun", times, where)),
            (found.moon, get_body("moon", times, where)),
        ):
            assert np.abs(altitude[::24] - body.transform_to(frame).alt.deg).max() < 0.03


@pytest.mark.parametrize("level", [observing.HORIZON, TWILIGHTS["astronomical"]])
def test_twilights_are_those_of_astroplan(level):
    from astroplan import Observer
    from astropy import units as u
    from astropy.time import Time
    from astropy.utils import iers

    found = observing.night(0.0, 0.0, 59203.9, PALOMAR)
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        observer = Observer(longitude=PALOMAR.lon * u.deg, latitude=PALOMAR.lat * u.deg, elevation=1712 * u.m)
        midnight = Time(found.mjd[144], format="mjd")
        end = observer.sun_set_time(midnight, which="previous", horizon=level * u.deg)
        begin = observer.sun_rise_time(midnight, which="next", horizon=level * u.deg)
    assert found.crossings(level) == pytest.approx((end.mjd, begin.mjd), abs=1 / 1440)


def test_tonight_is_the_night_that_is_and_else_the_next():
    midnight = 61366 + 116.865 / 360
    assert observing.midnight_of(midnight - 0.4, PALOMAR) == pytest.approx(midnight)
    assert observing.midnight_of(midnight + 0.2, PALOMAR) == pytest.approx(midnight)
    assert observing.midnight_of(midnight + 0.4, PALOMAR) == pytest.approx(midnight + 1)


def test_where_the_sun_never_sets_there_is_no_twilight():
    svalbard = SITES[3]
    summer = observing.night(0.0, 89.0, 61210.0, svalbard)
    assert summer.crossings(observing.HORIZON) is None
    assert not summer.observable(2.0, TWILIGHTS["civil"]).any()
    winter = observing.night(0.0, 89.0, 61395.0, svalbard)
    assert winter.crossings(observing.HORIZON) is None
    assert winter.observable(2.0, TWILIGHTS["civil"]).all()


def test_a_year_agrees_with_its_nights():
    start = 61366.0
    days, hours = observing.year(202.5, 13.4, start, SITES[:2], most_airmass=2.0, twilight=-18.0)
    assert hours.shape == (2, len(days))
    for day in (0, 100, 180, 250):
        for row, site in enumerate(SITES[:2]):
            one = observing.night(202.5, 13.4, days[day] + 0.5 - site.lon / 360, site)
            assert hours[row, day] == pytest.approx(one.observable(2.0, -18.0).sum() / 12, abs=0.2)


def test_the_moon_is_full_when_it_is():
    assert observing.moon_illumination(61368.62) > 0.995  # 2026-11-24 14:53 UTC
    assert observing.moon_illumination(61353.29) < 0.005  # 2026-11-09 07:02 UTC
