"""Fields of instruments: told, and which of them see a sky map."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.sources.models import InstrumentField
from tests.factories import InstrumentFactory, TelescopeFactory
from tests.gcn.events_data import a_map, an_event

pytestmark = pytest.mark.django_db
GRID = {"ID": [7, 8, 9, 10], "RA": [150.0, 152.0, 154.0, 330.0], "Dec": [2.0, 2.0, 2.0, -2.0]}
SQUARE = {"field_data": GRID, "field_fov_type": "rectangle", "field_fov_attributes": [2, 2]}


@pytest.fixture
def tiled(system_admin, api_of):
    body = {
        "name": "Wide",
        "type": "imager",
        "filters": ["ztfg"],
        "telescope_id": TelescopeFactory(lat=33.0, lon=0.0).pk,
    }
    status, answer = api_of(system_admin).post("instrument", body | SQUARE)
    assert status == 200, answer
    return answer["data"]["id"]


def test_fields_come_with_an_instrument_and_go(tiled, member, system_admin, api_of):
    api, mine = api_of(member), api_of(system_admin)
    InstrumentFactory(name="Bare")
    rows = {
        row["name"]: (row["has_fields"], row["number_of_fields"], row["has_region"])
        for row in api.get("instrument")[1]["data"]
    }
    assert (rows["Wide"], rows["Bare"]) == ((True, 4, True), (False, 0, False))
    assert "fields" not in api.get(f"instrument/{tiled}")[1]["data"]
    found = api.get(f"instrument/{tiled}", includeGeoJSON=True, includeGeoJSONSummary=True)[1]["data"]["fields"]
    assert [row["field_id"] for row in found] == [7, 8, 9, 10]
    (feature,) = found[0]["contour"]["features"]
    ((line,),) = feature["geometry"]["coordinates"]
    assert (feature["properties"]["field_id"], len(line)) == (7, 5)
    assert sorted({round(dec, 2) for _, dec in line}) == [1.0, 3.0]
    assert found[0]["contour_summary"]["features"][0]["geometry"]["type"] == "MultiPolygon"
    moved = {"field_data": {"ID": [7, 11], "RA": [10.0, 20.0], "Dec": [0.0, 0.0]},
             "references": {"field": [7, 7], "filter": ["ztfg", "ztfr"]}}  # fmt: skip
    assert mine.put(f"instrument/{tiled}", moved)[0] == 200
    assert InstrumentField.objects.count() == 5
    assert InstrumentField.objects.get(field_id=7).reference_filters == ["ztfg", "ztfr"]
    assert api.delete(f"instrument/{tiled}/fields")[0] == 401
    assert mine.delete(f"instrument/{tiled}/fields")[0] == 200
    assert not InstrumentField.objects.exists()


@pytest.mark.parametrize(("said", "says"), [
    ({"field_data": GRID}, "field_region"), ({"field_data": {"ID": [1]}}, "RA must be a list"),
    (SQUARE | {"field_data": GRID | {"ID": [7, 7, 8, 9]}}, "twice"),
    (SQUARE | {"field_data": GRID | {"Dec": [0]}}, "one length"),
    (SQUARE | {"field_data": GRID | {"Dec": [0, 0, 0, 91]}}, "-90 to 90"),
    ({"field_region": "text(1,2)"}, "only polygon"), ({"field_fov_type": "star"}, "rectangle or circle"),
    (SQUARE | {"field_fov_attributes": [1]}, "field_fov_attributes"), ({"region": "icrs"}, "needs one"),
    (SQUARE | {"references": {"field": [7], "filter": ["none"]}}, "allowed bandpass"),
])  # fmt: skip
def test_fields_that_make_no_sense_are_refused_whole(system_admin, api_of, said, says):
    body = {"name": "Wide", "type": "imager", "telescope_id": TelescopeFactory().pk} | said
    status, answer = api_of(system_admin).post("instrument", body)
    assert (status, says in answer["message"]) == (400, True), answer
    assert not InstrumentField.objects.exists()


def test_which_fields_see_how_much_of_a_map(tiled, member, outsider, group, api_of):
    event = an_event(groups=[group.pk])
    where, api = a_map(event, sigma=1.0), api_of(member)
    there = f"gcn_event/{event.address}/instrument/{tiled}"
    found = api.get(there)[1]["data"]
    assert found["field_ids"] == [7, 8]
    assert found["probabilities"][0] == pytest.approx(0.683**2, abs=0.02), "a square of one sigma each way"
    assert api.get(there, integrated_probability=1)[1]["data"]["field_ids"] == [7, 8, 9]
    assert api.get(there, integrated_probability=0.3)[1]["data"]["field_ids"] == [7]
    assert api.get(there, localization_name=where.name)[0] == 200
    assert api.get(there, localization_name="none")[0] == 404
    assert api.get(there, integrated_probability=2)[0] == 400
    assert "no fields" in api.get(f"gcn_event/{event.address}/instrument/{InstrumentFactory().pk}")[1]["message"]
    assert api_of(outsider).get(there)[0] == 404
    asked = {"localizationDateobs": event.address, "localizationCumprob": 0.3, "airmassTime": "2026-01-02T03:00:00"}
    (row,) = api.get(f"instrument/{tiled}", **asked)[1]["data"]["fields"]
    assert (row["field_id"], 1 <= row["airmass"] < 5, "contour" in row) == (7, True, False)


def test_the_sphere_draws_the_fields_of_a_chosen_instrument(tiled, member):
    event = an_event()
    where = a_map(event, sigma=1.0)
    client = Client()
    client.force_login(member)
    there = f"/event/{event.address}/sky"
    page = client.get(there).content.decode()
    assert "Fields of Wide" in page
    assert 'value="Fields of Wide"' not in page
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{there}?instrument={tiled}").content.decode()
    assert 'value="Fields of Wide"' in page
    assert len(queries) <= 24
    drawn = json.loads(client.get(f"/map/{where.pk}/plot?instrument={tiled}").content)
    assert "lines:Fields of Wide" in json.dumps(drawn)
    assert "Field 7" in json.dumps(drawn)
    assert client.get(f"/map/{where.pk}/sky.png?instrument={tiled}")["Content-Type"] == "image/png"
    assert client.get(f"/map/{where.pk}/plot?instrument=999").status_code == 400
