"""Telescopes and instruments are everybody's to read and few people's to change."""

import pytest

from apps.sources.models import Instrument, Telescope
from tests.factories import InstrumentFactory, TelescopeFactory

pytestmark = pytest.mark.django_db

P48 = {
    "name": "Palomar 1.2m",
    "nickname": "P48",
    "lat": 33.3633,
    "lon": -116.8361,
    "elevation": 1870.0,
    "diameter": 1.2,
}


def test_a_telescope_is_made_read_changed_and_deleted(member, system_admin, api_of):
    api = api_of(system_admin)
    pk = api_of(member).post("telescope", P48)[1]["data"]["id"]
    seen = api.get(f"telescope/{pk}")[1]["data"]
    assert {k: seen[k] for k in P48} == P48
    assert (seen["robotic"], seen["fixed_location"], seen["instruments"]) == (False, True, [])
    assert api.put(f"telescope/{pk}", {"robotic": True, "diameter": 1.3})[0] == 200
    assert api.get(f"telescope/{pk}")[1]["data"]["diameter"] == 1.3
    assert api_of(member).put(f"telescope/{pk}", {"robotic": True})[0] == 401
    assert api_of(member).delete(f"telescope/{pk}")[0] == 401
    assert api.delete(f"telescope/{pk}")[0] == 200
    assert api.get(f"telescope/{pk}")[0] == 400


@pytest.mark.parametrize(
    "change",
    [
        {"name": None}, {"diameter": "wide"}, {"lat": 100}, {"lat": None}, {"elevation": float("nan")},
        {"name": "a\x00"}, {"skycam_link": "javascript:alert(1)"},
    ],
)  # fmt: skip
def test_a_telescope_that_makes_no_sense_is_refused(member, api_of, change):
    status, answer = api_of(member).post("telescope", P48 | change)
    assert status == 400, answer
    assert not Telescope.objects.exists()


def test_telescopes_are_listed_by_name_and_place(member, api_of):
    TelescopeFactory(name="North", lat=40)
    TelescopeFactory(name="South", lat=-30)
    api = api_of(member)
    assert [t["name"] for t in api.get("telescope")[1]["data"]] == ["North", "South"]
    assert [t["name"] for t in api.get("telescope", latitudeMin=0)[1]["data"]] == ["North"]
    assert [t["name"] for t in api.get("telescope", name="sou")[1]["data"]] == ["South"]


def test_a_name_is_given_once(member, api_of):
    api_of(member).post("telescope", P48)
    status, answer = api_of(member).post("telescope", P48)
    assert (status, "exists already" in answer["message"]) == (400, True)


def test_an_instrument_is_made_read_changed_and_deleted(member, system_admin, api_of):
    telescope, api = TelescopeFactory(), api_of(system_admin)
    body = {"name": "ZTF", "type": "imager", "band": "Optical", "telescope_id": telescope.pk, "filters": ["ztfg"]}
    assert api_of(member).post("instrument", body)[0] == 401
    pk = api.post("instrument", body)[1]["data"]["id"]
    seen = api_of(member).get(f"instrument/{pk}")[1]["data"]
    assert {k: seen[k] for k in body} == body
    assert seen["telescope"]["name"] == telescope.name
    assert api.put(f"instrument/{pk}", {"filters": ["ztfg", "ztfr"]})[0] == 200
    assert api.get("instrument", name="zt")[1]["data"][0]["filters"] == ["ztfg", "ztfr"]
    assert api.delete(f"telescope/{telescope.pk}")[0] == 400
    assert api.delete(f"instrument/{pk}")[0] == 200
    assert not Instrument.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"type": "camera"},
        {"filters": ["none"]},
        {"filters": "ztfg"},
        {"telescope_id": 9999},
        {"field_data": {"ID": [1]}},
    ],
)
def test_an_instrument_that_makes_no_sense_is_refused(system_admin, api_of, change):
    body = {"name": "ZTF", "type": "imager", "telescope_id": TelescopeFactory().pk} | change
    assert api_of(system_admin).post("instrument", body)[0] == 400
    assert not Instrument.objects.exists()


def test_an_instrument_that_took_data_stays(obj, upload, camera, member, system_admin, api_of):
    api_of(member).post("photometry", upload(mag=20.0, magerr=0.1))
    status, answer = api_of(system_admin).delete(f"instrument/{camera.pk}")
    assert (status, "data taken with it" in answer["message"]) == (400, True)


@pytest.mark.parametrize("path", ["telescope/x", "instrument/x", "telescope/99999999999", "instrument/-1"])
def test_an_id_that_is_none_is_refused(member, api_of, path):
    status, answer = api_of(member).get(path)
    assert (status, answer["message"].startswith("Invalid ")) == (400, True)


def test_lists_take_a_fixed_number_of_queries(member, api_of, django_assert_max_num_queries):
    InstrumentFactory.create_batch(5)
    api = api_of(member)
    with django_assert_max_num_queries(4):
        assert len(api.get("instrument")[1]["data"]) == 5
