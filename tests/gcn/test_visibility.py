"""From where and when a sky map can be observed."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from apps.gcn.queries import visibility
from apps.sources.models import Telescope
from skyportal.access.viewer import Viewer
from skyportal.astro import observing
from skyportal.astro.time import mjd_of
from tests.gcn.events_data import WHEN, a_map, an_event

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system("a test")


@pytest.fixture
def where():
    """Two degrees about RA 150, Dec 2, which culminates at about 03:10 local time at the turn of the year."""
    for name, lat, lon in (("Palomar", 33.36, -116.86), ("Dome C", -75.1, 123.3), ("Alert", 82.5, -62.3)):
        Telescope.objects.create(name=name, nickname=name, lat=lat, lon=lon, elevation=1700, diameter=5)
    Telescope.objects.create(name="In space", nickname="space", fixed_location=False)
    return a_map(an_event())


def test_altitudes_of_many_are_those_of_each(where):
    mjd = mjd_of(WHEN) + visibility.STEPS
    site = observing.Site(33.36, -116.86, 1700)
    many = observing.altitudes(np.array([150.0, 10.0]), np.array([2.0, -40.0]), mjd, site)
    for row, (ra, dec) in enumerate(((150.0, 2.0), (10.0, -40.0))):
        assert np.abs(many[row] - observing.altitude(observing.target(ra, dec, mjd), mjd, site)).max() < 0.001


def test_the_airmass_of_half_the_probability(where, member, api_of):
    api = api_of(member)
    palomar = Telescope.objects.get(name="Palomar")
    points = api.get(f"localization/{where.pk}/airmass/{palomar.pk}")[1]["data"]
    assert points[0][0] == "2026-01-02T03:04:05"
    times = [datetime.fromisoformat(when) for when, _ in points]
    assert (times[-1] - times[0]).total_seconds() == pytest.approx(86400, abs=2)
    best = min((air, when) for when, air in points if air)
    assert best[0] == pytest.approx(float(observing.airmass(90 - (33.36 - 2))), abs=0.01)
    assert best[1].startswith("2026-01-02T11:0") or best[1].startswith("2026-01-02T10:5"), best
    assert any(air is None for _, air in points), "below the horizon for half a day"
    space = Telescope.objects.get(name="In space")
    assert api.get(f"localization/{where.pk}/airmass/{space.pk}")[0] == 404
    assert api.get(f"localization/{where.pk}/airmass")[0] == 400


def test_the_telescopes_from_which_it_can_be_observed(where):
    seen = visibility.observability(SYSTEM, where, observing.altitude_at(2.5), -18.0)
    assert [one.telescope.name for one in seen] == ["Palomar"], "no night at Dome C, too low at Alert"
    assert seen[0].probability.max() == pytest.approx(1, abs=0.01)
    assert (seen[0].probability[seen[0].sun > -18] == 0).all()


def test_the_world_from_which_it_can_be_observed(where):
    found = visibility.world(SYSTEM, where, observing.altitude_at(2.5), -18.0)
    night = np.isfinite(found.probability)
    assert 0.2 < night.mean() < 0.5
    row = int(np.argmin(np.abs(found.lat - 2.5)))
    best = found.lon[np.nan_to_num(found.probability[row]) > 0.99].mean()
    assert found.probability[row].max(initial=0, where=night[row]) == pytest.approx(1, abs=0.02)
    assert -20 < best < 20, "it culminates at 10 h sidereal time: 3 h UTC at the turn of the year, near longitude 0"


def test_the_panel_names_both_pictures(where, member):
    client = Client()
    client.force_login(member)
    page = client.get(f"/event/{where.event.address}/visibility").content.decode()
    for kind in ("observability", "worldmap"):
        assert f'src="/api/localization/{where.pk}/{kind}"' in page
        assert client.get(f"/api/localization/{where.pk}/{kind}").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("kind", ["observability", "worldmap"])
def test_both_come_as_pictures(kind, where, member, outsider, api_of):
    status, raw = api_of(member).get(f"localization/{where.pk}/{kind}", maxAirmass=2, twilight="nautical")
    assert status == 200
    picture = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))
    assert min(picture.shape[:2]) > 100
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10
    for wrong in ({"twilight": "never"}, {"maxAirmass": 0.5}):
        assert api_of(member).get(f"localization/{where.pk}/{kind}", **wrong)[0] == 400
    assert api_of(outsider).get(f"localization/999999/{kind}")[0] == 404
