"""Finding charts: what comes when the services answer, and when they do not."""

import io
import re

import pytest
from django.core.cache import cache
from PIL import Image

from tests.emulators.server import serve
from tests.emulators.skies import Skies

pytestmark = pytest.mark.django_db

STARS = [
    (101, 150.01, 2.0, 14.0, 0.0, 0.0),
    (102, 150.0, 2.015, 15.0, 0.0, 3600.0),
    (103, 149.99, 1.99, 16.0, 0.0, 0.0),
    (104, 150.02, 2.02, 21.0, 0.0, 0.0),
]


@pytest.fixture
def skies(settings, own_cache):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    there = Skies(STARS)
    with serve(there.gaia) as gaia, serve(there.hips) as hips:
        settings.GAIA_TAP, settings.HIPS_CUTOUTS = f"{gaia.address}/tap/sync", f"{hips.address}/hips2fits"
        yield gaia, hips


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def test_the_chart_comes_as_pdf_and_as_png(api, obj, skies):
    status, pdf = api.get(f"sources/{obj.name}/finder")
    assert (status, pdf[:8], pdf[-6:]) == (200, b"%PDF-1.4", b"%%EOF\n")
    status, png = api.get(f"sources/{obj.name}/finder", type="png", image_source="dss", imsize=6)
    assert Image.open(io.BytesIO(png)).size == (1584, 1224)
    asked = skies[1].asked[-1][1]
    assert (asked["hips"], asked["fov"], asked["projection"]) == ("CDS/P/DSS2/red", "0.100000", "TAN")


def test_stars_and_images_are_asked_for_once(api, obj, skies):
    for kind in ("pdf", "png"):
        api.get(f"sources/{obj.name}/finder", type=kind)
    api.get(f"sources/{obj.name}/offsets")
    assert [len(service.asked) for service in skies] == [1, 1]
    api.get(f"sources/{obj.name}/finder", use_cache="false")
    assert [len(service.asked) for service in skies] == [2, 2]


def test_offsets_are_those_of_the_night(api, obj, skies):
    _, body = api.get(f"sources/{obj.name}/offsets", obstime="2026-01-01T00:00:00", num_offset_stars=3)
    data = body["data"]
    assert (data["facility"], data["noffsets"], data["used_ztfref"], data["problems"]) == ("Keck", 3, False, [])
    assert (data["ra"], data["dec"]) == (150.0, 2.0)
    target, *stars = data["starlist_info"]
    assert target["str"].startswith("ZTF26abc        10 00 00.000 +02 00 00.00 2000.0")
    by_star = {re.search(r"DR3 (\d+)", row["str"])[1]: row for row in stars}
    assert by_star["101"]["dras"] == '35.98" W'
    assert by_star["102"]["ddecs"] == '90.00" S'
    assert data["starlist_str"].splitlines() == [row["str"] for row in data["starlist_info"]]


def test_each_facility_has_its_list_and_its_limits(api, obj, skies):
    facilities = api.get("finder_chart/facilities")[1]["data"]
    assert set(facilities) == {"Keck", "P200", "P200-NGPS", "Shane"}
    for facility in facilities:
        _, body = api.get(f"sources/{obj.name}/offsets", facility=facility)
        assert body["data"]["facility"] == facility
    assert api.get(f"sources/{obj.name}/offsets", facility="Shane")[1]["data"]["starlist_str"].startswith("!Data {name")


@pytest.mark.parametrize("mood", ["error", "garbage", "cut"])
def test_a_chart_is_drawn_from_what_there_is(client, member, api, obj, skies, mood):
    client.force_login(member)
    gaia, hips = skies
    gaia.mood = mood
    page = client.get(f"/source/{obj.name}/finder/chart").content.decode()
    assert "No offset stars: " in page
    assert "<image" in page
    assert "127.0.0.1:" not in page
    cache.clear()
    gaia.mood, hips.mood = "well", mood
    page = client.get(f"/source/{obj.name}/finder/chart").content.decode()
    assert "No image: " in page
    assert "<image" not in page
    assert page.count("<circle") >= 4
    cache.clear()
    gaia.mood = mood
    assert api.get(f"sources/{obj.name}/finder")[0] == 200
    status, body = api.get(f"sources/{obj.name}/offsets")
    assert (status, body["data"]["noffsets"]) == (200, 0)
    assert "No offset stars" in body["data"]["problems"][0]
    before = len(gaia.asked)
    api.get(f"sources/{obj.name}/offsets")
    assert len(gaia.asked) == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"image_source": "hubble"}, "Invalid image source"),
        ({"imsize": 1}, "The value for `imsize` is outside the allowed range"),
        ({"imsize": 16}, "outside the allowed range"),
        ({"imsize": "wide"}, "Invalid imsize"),
        ({"facility": "Backyard"}, "Invalid facility"),
        ({"type": "gif"}, "Invalid type"),
        ({"mag_min": 19}, "mag_min"),
        ({"num_offset_stars": 11}, "num_offset_stars"),
        ({"obstime": "yesterday"}, "Invalid obstime"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(api, obj, skies, query, words):
    status, body = api.get(f"sources/{obj.name}/finder", **query)
    assert status == 400
    assert words in body["message"]
    assert not skies[0].asked


def test_a_hidden_source_has_no_chart(outsider, api_of, client, obj, skies):
    for door in ("finder", "offsets", "observability"):
        assert api_of(outsider).get(f"sources/{obj.name}/{door}")[0] == 404
    client.force_login(outsider)
    assert client.get(f"/source/{obj.name}/finder").status_code == 404
    assert client.get(f"/source/{obj.name}/finder/chart").status_code == 404
    assert not skies[0].asked


def test_a_position_or_a_star_has_a_chart_too(api, skies):
    status, pdf = api.get("unsourced_finder", location_type="pos", ra=150.0, dec=2.0)
    assert (status, pdf[:4]) == (200, b"%PDF")
    status, _ = api.get("unsourced_finder", location_type="gaia_dr3", catalog_id="102", obstime="2026-01-01T00:00")
    assert status == 200
    assert float(skies[1].asked[-1][1]["dec"]) == pytest.approx(2.025, abs=1e-6)
    for query, words in (
        ({"location_type": "gaia_dr3", "catalog_id": "999"}, "no source 999"),
        ({"location_type": "gaia_dr3", "catalog_id": "1; drop"}, "Invalid catalog_id"),
        ({"location_type": "pos", "ra": 400, "dec": 2}, "Invalid ra or dec"),
        ({}, "Invalid location_type"),
    ):
        status, body = api.get("unsourced_finder", **query)
        assert status == 400
        assert words in body["message"]


def test_as_json_tells_where_the_chart_is_for_a_day(api, obj, skies, client, outsider):
    _, body = api.get(f"sources/{obj.name}/finder", as_json="true", type="png", imsize=6)
    address = body["data"]["public_url"].removeprefix("http://testserver")
    assert re.fullmatch(r"/public/finding_charts/[\w-]{32}", address)
    assert not skies[0].asked
    assert client.get(address).status_code == 401
    client.force_login(outsider)  # who has the key
    found = client.get(address)
    assert (found.status_code, found["Content-Type"]) == (200, "image/png")
    assert found.content == api.get(f"sources/{obj.name}/finder", type="png", imsize=6)[1]
    for other in (address[:-1], "/public/finding_charts/"):
        assert client.get(other).status_code == 404
    cache.clear()
    assert client.get(address).status_code == 404
