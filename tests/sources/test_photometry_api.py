"""Photometry comes back as it was sent."""

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.models import Photometry
from tests.factories import InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    obj = ObjFactory(name="ZTF26abc")
    make_known([obj.pk], group_ids=[group.pk])
    return obj


@pytest.fixture
def camera():
    return InstrumentFactory()


def body(obj, camera, **more):
    return {"obj_id": obj.name, "instrument_id": camera.pk, "mjd": 58000.0, "filter": "ztfg", "magsys": "ab"} | more


def test_a_magnitude_comes_back(obj, camera, member, api_of):
    api = api_of(member)
    status, answer = api.post("photometry", body(obj, camera, mag=12.24, magerr=0.031, limiting_mag=14.1))
    assert status == 200, answer
    (point_id,) = answer["data"]["ids"]
    assert answer["data"]["upload_id"]
    status, answer = api.get(f"photometry/{point_id}", format="mag")
    assert status == 200, answer
    point = answer["data"]
    assert (point["mag"], point["magerr"], point["limiting_mag"]) == pytest.approx((12.24, 0.031, 14.1))
    assert (point["filter"], point["magsys"], point["origin"]) == ("ztfg", "ab", "None")
    status, answer = api.get(f"photometry/{point_id}", format="flux")
    assert answer["data"]["flux"] == pytest.approx(10 ** (-0.4 * (12.24 - 23.9)))
    assert answer["data"]["zp"] == 23.9


def test_a_light_curve_in_every_format(obj, camera, member, api_of):
    api = api_of(member)
    upload = body(obj, camera, mjd=[3.0, 1.0, 2.0], flux=[10.0, None, float("nan")], fluxerr=1.0, zp=23.9)
    status, answer = api.post("photometry", upload)
    assert status == 200, answer
    for form in ("mag", "flux", "both", "plot"):
        status, answer = api.get(f"sources/{obj.name}/photometry", format=form)
        assert [p["mjd"] for p in answer["data"]] == [1.0, 2.0, 3.0]
    assert api.get(f"sources/{obj.name}/photometry", format="x")[0] == 400
    assert Photometry.objects.count() == 3
