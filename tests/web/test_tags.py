"""Numbers, coordinates, times and addresses as pages show them."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astropy.coordinates import Angle
from astropy.time import Time
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from skyportal.web.templatetags import addresses, controls, sky


def positions(count=300):
    random = np.random.default_rng(20211)
    edges = [
        (0, 0),
        (359.9999999, 89.9999999),
        (360, -90),
        (15 - 1e-9, -1e-9),
        (0.0041666, -0.0000139),
        (179.99999, 59.99999999),
    ]
    return edges + list(zip(random.uniform(0, 360, count), random.uniform(-90, 90, count), strict=True))


@pytest.mark.parametrize(("ra", "dec"), positions(60))
def test_sexagesimal_agrees_with_astropy(ra, dec):
    hours, degrees = sky.sexagesimal(ra, dec, 3).split()
    apart = (Angle(hours, "hourangle").degree - ra + 180) % 360 - 180
    assert abs(apart) * 3600 <= 0.0075 + 1e-6
    assert abs(Angle(degrees, "deg").degree - dec) * 3600 <= 0.005 + 1e-6


def test_sexagesimal_is_written_as_astropy_writes_it():
    for ra, dec in positions():
        if round(ra * 240, 2) >= 86400:
            continue
        expected = Angle(ra, "deg").to_string("hourangle", sep=":", precision=2, pad=True)
        assert sky.hms(ra) == ("00:00:00.00" if expected.startswith("24") else expected)
        signed = Angle(dec, "deg").to_string("deg", sep=":", precision=1, pad=True, alwayssign=True)
        assert sky.dms(dec) == signed


def test_seconds_never_reach_sixty():
    assert sky.sexagesimal(14.999999999, -0.999999999) == "01:00:00.00 -01:00:00.0"


@pytest.mark.parametrize("absent", [None, "", float("nan"), float("inf"), "x"])
def test_absent_values_are_a_dash(absent):
    assert sky.sexagesimal(absent, 1) == "–"
    assert sky.degrees(absent) == "–"
    assert sky.decimals(absent) == "–"
    assert sky.mjd(absent) == "–"
    assert "–" in sky.ago(absent)
    assert "–" in sky.value_pm(absent, 1)


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.0647, 0.0001, "0.0647 ± 0.0001"),
        (18.234, 0.05, "18.23 ± 0.05"),
        (291.4, 5.2, "291 ± 5"),
        (-3.21, 0.4, "−3.2 ± 0.4"),
        (1234.0, 120.0, "1234 ± 120"),
        (0.0647, None, "0.0647"),
        (5.0, 0.0, "5.0000 ± 0.0000"),
    ],
)
def test_value_and_error_share_their_decimals(value, error, shown):
    html = sky.value_pm(value, error)
    assert html.replace('<span class="num">', "").replace('<span class="pm">', "").replace("</span>", "") == shown


def test_what_a_person_typed_keeps_its_decimals_beside_a_coarse_error():
    assert "0.0246 " in sky.value_pm(0.0246, 0.001, least=4)
    assert "± 0.0010" in sky.value_pm(0.0246, 0.001, least=4)


def test_value_keeps_its_unit_beside_it():
    assert '<span class="unit">Mpc</span>' in sky.value_pm(12, 1, unit="Mpc")


@pytest.mark.parametrize(
    "when",
    [
        datetime(2021, 7, 13, 20, 57, 24, 123456, UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1972, 3, 1, 6, tzinfo=UTC),
    ],
)
def test_mjd_agrees_with_astropy(when):
    assert float(sky.mjd(when, 8)) == pytest.approx(Time(when).mjd, abs=2e-8)
    assert abs(sky.from_mjd(Time(when).mjd) - when) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "just now"),
        (50, "50 s ago"),
        (150, "2 min ago"),
        (7300, "2 h ago"),
        (86400 * 3.5, "3 d ago"),
        (86400 * 100, "3 mo ago"),
        (86400 * 800, "2 y ago"),
        (-7300, "in 2 h"),
        (-86400 * 7.5, "in 7 d"),
    ],
)
def test_relative_times(seconds, words):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert sky.relative(now - timedelta(seconds=seconds), now) == words


def test_ago_carries_utc_and_mjd():
    html = sky.ago(59408.5)
    assert 'title="2021-07-13 12:00:00 UTC · MJD 59408.50000"' in html
    assert 'datetime="2021-07-13T12:00:00+00:00"' in html


def render(text, path="/sources", **context):
    request = RequestFactory().get(path)
    return Template("{% load sky %}" + text).render(Context({"request": request, **context}))


def test_with_query_replaces_and_restarts_paging():
    assert render("{% with_query z=1 %}", "/sources?z=0&page=4&g=1&g=2") == "/sources?g=1&amp;g=2&amp;z=1"
    assert render("{% with_query page=5 %}", "/sources?z=0&page=4") == "/sources?z=0&amp;page=5"
    assert render("{% with_query z=None %}", "/sources?z=0") == "/sources"


def test_without_removes_one_value_of_many():
    assert render('{% without "g" 2 %}', "/sources?g=1&g=2&page=3") == "/sources?g=1"
    assert render('{% without "g" %}', "/sources?g=1&g=2&z=1") == "/sources?z=1"


def test_sort_header_turns_round():
    assert 'href="/sources?sort=z"' in render('{% sort_header "z" "Redshift" %}')
    turned = render('{% sort_header "z" "Redshift" %}', "/sources?sort=z&page=2")
    assert 'href="/sources?sort=-z"' in turned
    assert 'aria-sort="ascending"' in turned
    assert 'href="/sources?sort=-seen"' in render('{% sort_header "seen" "Seen" first="desc" %}')


@pytest.mark.parametrize(
    ("number", "pages", "window"),
    [
        (1, 1, [1]),
        (4, 50, [1, 2, 3, 4, 5, 6, None, 50]),
        (25, 50, [1, None, 23, 24, 25, 26, 27, None, 50]),
        (50, 50, [1, None, 48, 49, 50]),
    ],
)
def test_page_window(number, pages, window):
    assert addresses.page_window(Paginator(range(pages), 1).page(number)) == window


def test_what_people_typed_is_escaped():
    assert "<script" not in sky.bandpass_badge("<script>")
    assert "<script" not in sky.value_pm(1, 1, unit="<script>")


def test_icon_names_cannot_leave_their_folder():
    assert controls.drawing("../../package") == ""


def test_initials():
    assert controls.initials("Ada Lovelace") == "AL"
    assert controls.initials("admin") == "AD"
    assert controls.initials("") == ""


@pytest.mark.parametrize(
    ("area", "shown"),
    [(10182.6, "10,183 deg²"), (102.7, "103 deg²"), (0.0062, "22.3 arcmin²"), (6.15e-6, "79.7 arcsec²"), (None, "–")],
)
def test_areas_are_told_in_the_unit_that_reads_best(area, shown):
    assert re.sub(r"<[^>]+>", "", sky.solid_angle(area)) == shown
