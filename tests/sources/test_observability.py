"""When a source can be observed: page, panel, picture, and the telescopes a person works with."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
import time_machine
from PIL import Image

from apps.sources.models import Obj, Telescope
from tests.factories import InstrumentFactory, TelescopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december():
    """In other seasons the Sun stands before this source, or never sets at a pole."""
    with time_machine.travel(datetime(2026, 12, 1, 8, tzinfo=UTC)):
        yield


@pytest.fixture
def telescopes(db):
    return [
        TelescopeFactory(name="Samuel Oschin", nickname="P48", timezone="America/Los_Angeles"),
        TelescopeFactory(name="Cerro Pachón 8.4 m", nickname="Rubin", lat=-30.2446, lon=-70.7494, diameter=8.4),
        TelescopeFactory(nickname="Arctic", lat=89.0, lon=0.0, diameter=9.0),
        TelescopeFactory(nickname="Swift", lat=None, lon=None, fixed_location=False),
    ]


def shown(page):
    return re.findall(r'data-place="(\w+)"', page)


def test_the_page_shows_telescopes_that_see_the_source_and_then_those_one_chooses(client, member, obj, telescopes):
    InstrumentFactory(band="Radio", telescope=TelescopeFactory(nickname="Dish", diameter=100.0))
    InstrumentFactory(band="Radio", telescope=telescopes[0])
    InstrumentFactory(telescope=telescopes[0])
    client.force_login(member)
    address = f"/source/{obj.name}/observability"
    assert shown(client.get(address).content.decode()) == ["P48", "Rubin"]
    arctic = telescopes[2].pk
    panel = client.post(address, {"telescope": [arctic]}, headers={"HX-Request": "true"})
    assert shown(panel.content.decode()) == ["Arctic"]
    assert "Never above airmass 2" in panel.content.decode()
    assert shown(client.get(address).content.decode()) == ["Arctic"]
    assert shown(client.get(address, {"telescope": telescopes[1].pk}).content.decode()) == ["Rubin"]
    year = client.get(f"{address}/year").content.decode()
    assert "never for an hour" in year
    member.refresh_from_db()
    assert member.preferences["observability"] == {"telescopes": [arctic]}


def test_what_is_under_the_pointer_is_the_night(client, member, obj, telescopes):
    client.force_login(member)
    page = client.get(f"/source/{obj.name}/observability", {"telescope": telescopes[0].pk}).content.decode()
    figures = json.loads(re.search(r'data-night="([^"]+)"', page)[1].replace("&quot;", '"'))
    assert len(figures["target"]) == len(figures["moon"]) == len(figures["sun"])
    assert figures["sun"][0] > -0.833 > min(figures["sun"])
    assert max(figures["target"]) <= 90 - (33.3563 - 2.0) + 0.3


def test_of_two_telescopes_side_by_side_both_lines_of_the_year_are_seen(client, member, obj, telescopes):
    beside = TelescopeFactory(nickname="P60", lat=telescopes[0].lat, lon=telescopes[0].lon)
    client.force_login(member)
    client.post(f"/source/{obj.name}/observability", {"telescope": [telescopes[0].pk, beside.pk]})
    year = client.get(f"/source/{obj.name}/observability/year").content.decode()
    colours = re.findall(r"--swatch: (#\w+)", year)
    widths = [float(re.search(rf'stroke-width="([\d.]+)" stroke="{colour}"', year)[1]) for colour in colours]
    assert widths[0] > widths[1] + 2, "the earlier line shows on both sides of the later"


@pytest.mark.parametrize("bad", [["x"], ["-1"], [str(n) for n in range(11)]])
def test_a_choice_that_makes_no_sense_is_refused(client, member, obj, bad):
    client.force_login(member)
    assert client.post(f"/source/{obj.name}/observability", {"telescope": bad}).status_code == 400
    member.refresh_from_db()
    assert "observability" not in member.preferences


def test_a_source_without_a_position_says_so(client, member, obj, telescopes, api_of):
    Obj.objects.filter(pk=obj.pk).update(ra=None, dec=None)
    client.force_login(member)
    assert "No position" in client.get(f"/source/{obj.name}/observability").content.decode()
    status, body = api_of(member).get(f"sources/{obj.name}/observability")
    assert (status, body["message"]) == (400, f"{obj.name} has no position.")


def test_the_picture_of_the_api(api_of, member, outsider, obj, telescopes):
    api = api_of(member)
    status, png = api.get(f"sources/{obj.name}/observability", twilight="nautical", maxAirmass=2)
    two = Image.open(io.BytesIO(png))
    assert (status, two.format) == (200, "PNG")
    _, png = api.get(f"sources/{obj.name}/observability", telescope_ids=telescopes[0].pk)
    assert Image.open(io.BytesIO(png)).height < two.height
    assert api.get(f"sources/{obj.name}/observability", twilight="dusk")[0] == 400
    assert api.get(f"sources/{obj.name}/observability", maxAirmass=0.5)[0] == 400
    assert api_of(outsider).get(f"sources/{obj.name}/observability")[0] == 404


def test_queries_do_not_grow_with_telescopes(client, member, obj, telescopes, django_assert_max_num_queries):
    for _ in range(8):
        TelescopeFactory()
    client.force_login(member)
    ids = list(Telescope.objects.values_list("pk", flat=True))[:10]
    client.get(f"/source/{obj.name}/observability")
    with django_assert_max_num_queries(6):
        client.get(f"/source/{obj.name}/observability", {"telescope": ids})
