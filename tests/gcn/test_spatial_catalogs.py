"""Catalogues of circles and ellipses, and the sources within them."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from apps.gcn.models import SpatialCatalog, SpatialEntry
from apps.sources.models import Source
from skyportal.astro.skymaps import shapes
from skyportal.astro.skymaps.tiles import CELL, DEG2
from tests.gcn.events_data import an_obj
from tests.gcn.notice_data import DATA as GCN_DATA
from tests.gcn.notice_data import needs_data

pytestmark = pytest.mark.django_db
CIRCLES = {"name": ["a", "b"], "ra": [150.0, 10.0], "dec": [2.0, -85.0], "radius": [1.0, 0.2]}
ELLIPSES = {"name": ["e"], "ra": [150.0], "dec": [2.0], "amaj": [2.0], "amin": [0.5], "phi": [90.0]}


@pytest.fixture
def sources(group):
    for name, ra, dec in (("inA", 150.9, 2.0), ("east", 151.8, 2.0), ("north", 150.0, 3.8), ("pole", 11.0, -85.1)):
        Source.objects.create(obj=an_obj(group, name, ra, dec), group=group)


def found(api, **asked):
    status, answer = api.get("sources", **asked)
    assert status == 200, answer
    return {row["id"] for row in answer["data"]["sources"]}


def test_sources_within_circles_and_ellipses(sources, member, outsider, api_of):
    api = api_of(member)
    status, answer = api.post("spatial_catalog", {"catalog_name": "circles", "catalog_data": CIRCLES})
    assert status == 200, answer
    pk = answer["data"]["id"]
    assert api.post("spatial_catalog", {"catalog_name": "ellipses", "catalog_data": ELLIPSES})[0] == 200
    assert found(api, spatialCatalogName="circles") == {"inA", "pole"}
    assert found(api, spatialCatalogName="circles", spatialCatalogEntryName="b") == {"pole"}
    assert found(api, spatialCatalogName="ellipses", spatialCatalogEntryName="e") == {"inA", "east"}
    for wrong in ({"spatialCatalogEntryName": "b"}, {"spatialCatalogName": "none"}):
        assert api.get("sources", **wrong)[0] == 400
    assert api.get("sources", spatialCatalogName="circles", spatialCatalogEntryName="c")[0] == 400
    row = api.get(f"spatial_catalog/{pk}")[1]["data"]
    assert next((e["entry_name"], e["data"]) for e in row["entries"]) == ("a", {"ra": 150.0, "dec": 2.0, "radius": 1.0})
    assert [c["catalog_name"] for c in api.get("spatial_catalog", catalog_name="circles")[1]["data"]] == ["circles"]

    other = api_of(outsider)
    moved = {**CIRCLES, "ra": [0.0, 0.0]}
    assert other.post("spatial_catalog", {"catalog_name": "circles", "catalog_data": moved})[0] == 403
    assert other.delete(f"spatial_catalog/{pk}")[0] == 403
    assert api.post("spatial_catalog", {"catalog_name": "circles", "catalog_data": moved})[1]["data"]["id"] == pk
    assert found(api, spatialCatalogName="circles") == set(), "the same entries, elsewhere"
    assert api.delete(f"spatial_catalog/{pk}")[0] == 200
    assert api.get(f"spatial_catalog/{pk}")[0] == 404
    assert not SpatialEntry.objects.filter(catalog=pk).exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ["a"], "ra": [1], "dec": [1]}, "either radius or"),
        ({"name": ["a"], "ra": [1], "dec": [1], "radius": [0]}, "row 1"),
        ({"name": ["a"], "ra": [1], "dec": [1], "radius": [120]}, "smaller than 90"),
        ({"name": ["a"], "ra": ["x"], "dec": [1], "radius": [1]}, "Invalid ra in row 1"),
        ({"name": ["a"], "ra": [400], "dec": [1], "radius": [1]}, "from 0 to 360"),
        ({"name": ["a", "a"], "ra": [1, 1], "dec": [1, 1], "radius": [1, 1]}, "occurs twice"),
        ({"name": ["a"], "ra": [1, 2], "dec": [1], "radius": [1]}, "one length"),
        ({"name": "a", "ra": [1], "dec": [1], "radius": [1]}, "must be a list"),
    ],
)
def test_what_is_no_place_is_refused_in_words(data, words, member, api_of):
    status, answer = api_of(member).post("spatial_catalog", {"catalog_name": "t", "catalog_data": data})
    assert (status, words in answer["message"]) == (400, True), answer
    assert not SpatialCatalog.objects.exists()


@needs_data
def test_the_sources_of_fermi_are_uploaded_on_the_page(sources, member):
    raw = (GCN_DATA.parent / "catalogs" / "gll_psc_v27_4FGL.csv").read_bytes()
    client = Client()
    client.force_login(member)
    there = client.post("/spatial-catalogs", {"catalog": "4FGL", "file": SimpleUploadedFile("4fgl.csv", raw)}).url
    assert SpatialEntry.objects.count() == raw.count(b"\n") - 1 == 3637
    entry = SpatialEntry.objects.get(name="4FGL J0001.2+4741")
    assert entry.data == {"ra": 0.3126, "dec": 47.6859, "amaj": 0.0598, "amin": 0.0538, "phi": -45.9}
    page = client.get(f"{there}?name=J0001.2").content.decode()
    assert "spatialCatalogEntryName=4FGL%20J0001.2%2B4741" in page
    assert client.get(f"{there}?name=nothing").status_code == 200
    assert "4FGL" in client.get("/spatial-catalogs").content.decode()
    assert client.post("/spatial-catalogs", {"catalog": "x"}).status_code == 400
    assert client.get("/sources?spatialCatalogName=4FGL").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from gcn_spatialentry where isempty(cells)")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("shape", [(1.0, 1.0, 0.0), (2.0, 0.5, 30.0), (0.06, 0.05, -45.9), (20.0, 5.0, 80.0)])
def test_the_cells_of_an_ellipse_have_its_area(shape):
    major, minor, angle = shape
    cells = sum(hi - lo for lo, hi in shapes.within_ellipse(150.0, 40.0, major, minor, angle))
    assert cells * CELL * DEG2 == pytest.approx(np.pi * major * minor, rel=0.08)
