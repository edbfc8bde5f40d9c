"""Photometry comes back as it was sent, in every form and system."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.sources.actions.links import link_objs
from apps.sources.actions.objs import make_known
from tests.factories import ObjFactory

pytestmark = pytest.mark.django_db


def sent(api, body, method="POST"):
    status, answer = api(method, "photometry", json.dumps(body))
    assert status == 200, answer
    return answer["data"]["ids"]


def point(api, point_id, **query):
    status, answer = api.get(f"photometry/{point_id}", **query)
    assert status == 200, answer
    return answer["data"]


def test_a_magnitude_comes_back(upload, member, api_of):
    api = api_of(member)
    (pk,) = sent(api, upload(mag=12.24, magerr=0.031, limiting_mag=14.1, ra=10.5, origin="here", altdata={"k": 1}))
    seen = point(api, pk)
    assert (seen["mag"], seen["magerr"], seen["limiting_mag"]) == pytest.approx((12.24, 0.031, 14.1))
    assert (seen["filter"], seen["magsys"], seen["origin"], seen["ra"]) == ("ztfg", "ab", "here", 10.5)
    assert seen["altdata"] == {"k": 1}
    assert seen["snr"] == pytest.approx(1.0857362 / 0.031)
    assert [g["name"] for g in seen["groups"]] == ["member"]
    flux = point(api, pk, format="flux")
    assert flux["flux"] == pytest.approx(10 ** (-0.4 * (12.24 - 23.9)))
    assert flux["zp"] == 23.9
    assert "mag" not in flux
    assert {"mag", "flux"} <= point(api, pk, format="both").keys()


def test_fluxes_of_any_zeropoint_become_microjanskys(upload, member, api_of):
    api = api_of(member)
    ids = sent(api, upload(mjd=[1, 2], flux=[100.0, -3.0], fluxerr=10.0, zp=[28.9, 23.9]))
    assert point(api, ids[0], format="flux")["flux"] == pytest.approx(1.0)
    below = point(api, ids[1], format="both")
    assert below["flux"] == pytest.approx(-3.0)
    assert below["mag"] is None
    assert below["limiting_mag"] == pytest.approx(23.9 - 2.5 * 1.69897, abs=1e-4)


def test_an_upper_limit_has_no_flux_but_an_error(upload, member, api_of):
    api = api_of(member)
    three, five = sent(api, upload(mjd=[1, 2], mag=None, magerr=None, limiting_mag=22.0, limiting_mag_nsigma=[None, 5]))
    seen = point(api, three, format="both")
    assert (seen["mag"], seen["flux"], seen["limiting_mag"]) == (None, None, pytest.approx(22.0))
    assert seen["fluxerr"] == pytest.approx(10 ** (0.4 * 1.9) / 3)
    assert point(api, five, format="flux")["fluxerr"] == pytest.approx(10 ** (0.4 * 1.9) / 5)


def test_a_missing_flux_may_be_null_or_nan(upload, member, api_of):
    api = api_of(member)
    body = json.dumps(upload(mjd=[1, 2], flux=[None, float("nan")], fluxerr=1.0, zp=23.9))
    status, answer = api.post("photometry", body)
    assert status == 200, answer
    assert all(point(api, pk, format="flux")["flux"] is None for pk in answer["data"]["ids"])


def test_vega_magnitudes_become_ab_and_back(upload, member, api_of):
    api = api_of(member)
    (pk,) = sent(api, upload(filter="2massks", magsys="vega", mag=15.0, magerr=0.1, limiting_mag=18.0))
    assert point(api, pk)["mag"] == pytest.approx(16.85)
    vega = point(api, pk, magsys="vega")
    assert (vega["mag"], vega["limiting_mag"], vega["magsys"]) == (pytest.approx(15.0), pytest.approx(18.0), "vega")
    flux = point(api, pk, magsys="vega", format="flux")
    assert flux["zp"] == pytest.approx(23.9 - 1.85)


def test_a_system_without_a_zeropoint_is_refused_by_name(upload, member, api_of):
    api = api_of(member)
    status, answer = api.post("photometry", upload(filter="f444w", magsys="vega", mag=15.0, magerr=0.1))
    assert status == 400
    assert "No zero-point was published for f444w in the vega system" in answer["message"]
    (pk,) = sent(api, upload(mag=15.0, magerr=0.1))
    assert api.get(f"photometry/{pk}", magsys="csp")[0] == 400
    assert "Invalid value for magsys" in api.get(f"photometry/{pk}", magsys="xyz")[1]["message"]


def test_a_reference_gives_totals(upload, member, api_of):
    api = api_of(member)
    (pk,) = sent(api, upload(mag=20.0, magerr=0.1, magref=19.0, e_magref=0.02))
    seen = point(api, pk, format="both")
    assert (seen["magref"], seen["e_magref"]) == pytest.approx((19.0, 0.02))
    assert seen["tot_flux"] == pytest.approx(seen["flux"] + seen["ref_flux"])
    assert seen["magtot"] < 19.0


def test_a_light_curve_in_order_of_time_in_every_format(obj, upload, member, api_of):
    api = api_of(member)
    sent(api, upload(mjd=[3.0, 1.0, 2.0], flux=[10.0, None, 1.0], fluxerr=1.0, zp=23.9))
    for form in ("mag", "flux", "both", "plot"):
        points = api.get(f"sources/{obj.name}/photometry", format=form)[1]["data"]
        assert [p["mjd"] for p in points] == [1.0, 2.0, 3.0]
    assert set(points[0]) == {"id", "obj_id", "filter", "mjd", "origin", "mag", "magerr", "limiting_mag"}
    assert api.get(f"sources/{obj.name}/photometry", format="x")[0] == 400
    assert api.get(f"sources/{obj.name}/photometry", individualOrSeries="series")[1]["data"] == []


def test_owner_and_streams_are_told_when_asked(obj, upload, member, stream, api_of):
    api = api_of(member)
    sent(api, upload(mag=20.0, magerr=0.1, stream_ids=[stream.pk]))
    asked = {"includeOwnerInfo": "true", "includeStreamInfo": "true", "includeValidationInfo": "true"}
    (seen,) = api.get(f"sources/{obj.name}/photometry", **asked)[1]["data"]
    assert seen["owner"]["username"] == "member"
    assert [s["name"] for s in seen["streams"]] == ["ZTF Public"]
    assert seen["validations"] == []


def test_the_same_measurement_of_two_uploads_is_shown_once_when_asked(obj, upload, member, group, outsider, api_of):
    body = upload(mag=20.0, magerr=0.1)
    sent(api_of(member), body)
    make_known([obj.pk], group_ids=[viewer_group(outsider)])
    sent(api_of(outsider), body | {"group_ids": [group.pk]})
    path = f"sources/{obj.name}/photometry"
    assert len(api_of(member).get(path)[1]["data"]) == 2
    assert len(api_of(member).get(path, deduplicatePhotometry="true")[1]["data"]) == 1


def viewer_group(user):
    return user.groups.get(single_user_group=True).pk


def test_folding_needs_a_period(obj, upload, member, api_of):
    api = api_of(member)
    sent(api, upload(mjd=58000.25, mag=20.0, magerr=0.1))
    status, answer = api.get(f"sources/{obj.name}/photometry", phaseFoldData="true")
    assert (status, "period" in answer["message"]) == (400, True)


def test_points_of_a_range_are_asked_for_in_the_body_or_the_query(upload, camera, member, api_of):
    api = api_of(member)
    sent(api, upload(mjd=[58000.0, 58010.0, 58020.0], mag=20.0, magerr=0.1))
    body = {"instrument_ids": [camera.pk], "min_date": "2017-09-10T00:00:00", "max_date": "2017-09-20T00:00:00"}
    assert [p["mjd"] for p in api("GET", "photometry/range", body)[1]["data"]] == [58010.0]
    query = {"instrument_ids": str(camera.pk), "min_date": body["min_date"]}
    assert [p["mjd"] for p in api.get("photometry/range", **query)[1]["data"]] == [58010.0, 58020.0]
    assert api.get("photometry/range", instrument_ids="99999")[1]["data"] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mag=st.floats(5, 28, allow_nan=False),
    magerr=st.floats(1e-3, 2, allow_nan=False),
    magsys=st.sampled_from(["ab", "vega"]),
    bandpass=st.sampled_from(["sdssg", "2massks", "ztfr"]),
)
def test_any_magnitude_survives_the_round_trip(upload, member, api_of, mag, magerr, magsys, bandpass):
    api = api_of(member)
    (pk,) = sent(api, upload(filter=bandpass, magsys=magsys, mag=mag, magerr=magerr), method="PUT")
    seen = point(api, pk, magsys=magsys, format="both")
    assert seen["mag"] == pytest.approx(mag, abs=1e-9)
    assert seen["magerr"] == pytest.approx(magerr, rel=1e-9)
    assert -2.5 * math.log10(seen["flux"]) + seen["zp"] == pytest.approx(mag, abs=1e-9)


def test_points_of_linked_objs_come_when_asked_for_as_far_as_one_may_read(
    upload, obj, member, outsider, group, api_of, viewer_of
):
    api, twin = api_of(member), ObjFactory(name="LSST26twin", ra=obj.ra, dec=obj.dec)
    make_known([twin.pk], group_ids=[group.pk])
    link_objs(viewer_of(member), [obj.name, twin.name])
    sent(api, upload(mag=17.0, magerr=0.1, limiting_mag=20.0, group_ids=[group.pk]))
    sent(api, upload(obj_id=twin.name, mjd=58001.0, mag=16.0, magerr=0.1, limiting_mag=20.0, group_ids=[group.pk]))
    path = f"sources/{obj.name}/photometry"
    assert [row["obj_id"] for row in api.get(path)[1]["data"]] == [obj.name]
    both = api.get(path, includeSuperObjsPhotometry="true")[1]["data"]
    assert [row["obj_id"] for row in both] == [obj.name, twin.name]
    make_known([obj.pk], group_ids=outsider.groups.values_list("pk", flat=True))
    assert api_of(outsider).get(path, includeSuperObjsPhotometry="true")[1]["data"] == []
