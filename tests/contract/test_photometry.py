"""POST photometry and back, as clients of the public API write and read it."""

import pytest

from apps.sources.actions.objs import make_known
from tests.factories import InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db

MAG = {
    "obj_id", "ra", "dec", "filter", "mjd", "snr", "instrument_id", "instrument_name", "ra_unc", "dec_unc", "origin",
    "id", "altdata", "created_at", "groups", "annotations", "mag", "magerr", "magsys", "limiting_mag",
}  # fmt: skip


@pytest.fixture
def sent(member, group, api_of):
    obj, camera = ObjFactory(name="ZTF26contract"), InstrumentFactory(name="ZTF camera")
    make_known([obj.pk], group_ids=[group.pk])
    body = {
        "obj_id": obj.name, "mjd": [58000.0, 58001.0, 58002.0], "instrument_id": camera.pk,
        "mag": [20.0, None, 19.5], "magerr": [0.1, None, 0.05], "limiting_mag": 21.0, "magsys": "ab",
        "filter": ["ztfg", "ztfr", "ztfg"], "group_ids": [group.pk], "altdata": {"exposure": 30},
    }  # fmt: skip
    api = api_of(member)
    return api, api.post("photometry", body)


def test_the_answer_of_an_upload(sent):
    _, (status, answer) = sent
    assert status == 200
    assert set(answer) == {"status", "data", "version"}
    assert answer["status"] == "success"
    assert set(answer["data"]) == {"ids", "upload_id"}
    assert len(answer["data"]["ids"]) == 3
    assert len(answer["data"]["upload_id"]) == 36


def test_a_point_in_magnitudes(sent):
    api, (_, answer) = sent
    point = api.get(f"photometry/{answer['data']['ids'][0]}")[1]["data"]
    assert set(point) == MAG
    assert set(point["groups"][0]) == {"id", "name", "nickname", "single_user_group"}
    assert point["instrument_name"] == "ZTF camera"
    assert "+" not in point["created_at"]


def test_a_point_in_fluxes(sent):
    api, (_, answer) = sent
    point = api.get(f"photometry/{answer['data']['ids'][0]}", format="flux")[1]["data"]
    assert set(point) == MAG - {"mag", "magerr", "limiting_mag"} | {"flux", "fluxerr", "zp"}
    assert point["flux"] == pytest.approx(10 ** (-0.4 * (20.0 - 23.9)))


def test_a_light_curve_is_a_list(sent):
    api, _ = sent
    answer = api.get("sources/ZTF26contract/photometry", format="mag")[1]
    assert [p["mag"] for p in answer["data"]] == [pytest.approx(20.0), None, pytest.approx(19.5)]
    assert answer["data"][1]["snr"] is None


def test_the_words_of_refusals(sent, api_of, member):
    api, _ = sent
    status, answer = api.get("photometry/99999999")
    assert (status, set(answer)) == (400, {"status", "message", "data", "version"})
    assert answer["message"].startswith("Cannot find photometry point with ID")
    assert "photometry_id" in api.get("photometry/abc")[1]["message"]
    status, answer = api.post(
        "photometry", {"obj_id": "ZTF26contract", "mjd": 1, "instrument_id": 1, "filter": "ztfg", "mag": 1}
    )
    assert status == 400
    assert answer["message"].startswith("Invalid input format: Tried to parse data in mag space, got: ")
    assert "missing required field" in answer["message"]


def test_wavelengths_come_in_the_order_asked_for(api_of, member):
    api = api_of(member)
    waves = api.get("internal/wavelengths", filters="ztfr,ztfg,2massks")[1]["data"]["wavelengths"]
    assert waves == pytest.approx([6400, 4800, 21600], rel=0.02)
    assert api.get("internal/wavelengths", filters="ztfr,nosuchband")[0] == 400
    assert "filters" in api.get("internal/wavelengths")[1]["message"]
