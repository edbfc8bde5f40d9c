"""What does not make sense is refused in the documented words and leaves nothing behind."""

import pytest

from apps.sources.models import Photometry, Upload
from skyportal.access.models import Audience

pytestmark = pytest.mark.django_db

GOOD = {"mag": 20.0, "magerr": 0.1}


@pytest.fixture
def refused(upload, member, api_of):
    def attempt(body=None, method="POST", **more):
        whole = upload(**GOOD) | more if body is None else body
        status, answer = api_of(member)(method, "photometry", whole)
        assert status == 400, answer
        assert not Photometry.objects.exists()
        assert not Upload.objects.exists()
        return answer["message"]

    return attempt


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"obj_id": "nobody"}, "Invalid object ID: nobody"),
        ({"obj_id": "x'; drop table sources_obj; --"}, "Invalid object ID"),
        ({"obj_id": "a\x00b"}, "Invalid value for obj_id"),
        ({"obj_id": {"a": 1}}, "Invalid value for obj_id"),
        ({"obj_id": None}, "missing required field"),
        ({"instrument_id": 999999}, "Invalid instrument ID: 999999"),
        ({"instrument_id": 1e300}, "Invalid value for instrument_id"),
        ({"instrument_id": "camera"}, "Invalid value for instrument_id"),
        ({"instrument_id": None}, "missing required field"),
        ({"mjd": None}, "missing required field"),
        ({"mjd": "yesterday"}, "Invalid value for mjd"),
        ({"mjd": float("inf")}, "Invalid value for mjd"),
        ({"mjd": [[1]]}, "Invalid value for mjd"),
        ({"filter": "nofilter"}, "Invalid value for filter"),
        ({"filter": "atlasc"}, "has no atlasc; it has "),
        ({"filter": None}, "missing required field"),
        ({"magsys": "xy"}, "Invalid value for magsys"),
        ({"magsys": None}, "missing required field"),
        ({"mag": float("inf")}, "must be finite"),
        ({"mag": 1e5}, "Invalid value"),
        ({"mag": None}, "mag and magerr must both be null"),
        ({"magerr": None}, "mag and magerr must both be null"),
        ({"magerr": -1}, "Invalid value for magerr"),
        ({"mag": None, "magerr": None}, "missing required field 'limiting_mag'"),
        ({"mag": None, "magerr": None, "limiting_mag": 20, "limiting_mag_nsigma": 0}, "limiting_mag_nsigma"),
        ({"ra": 361}, "Invalid value for ra"),
        ({"dec": -91}, "Invalid value for dec"),
        ({"altdata": "text"}, "Invalid value for altdata"),
        ({"origin": "a\x00"}, "Invalid value for origin"),
        ({"group_ids": [999999]}, "Cannot find group_ids [999999]"),
        ({"group_ids": "some"}, "Invalid value for group_ids"),
        ({"group_ids": [10**30]}, "group_ids"),
        ({"group_ids": [10**12]}, "Cannot find group_ids"),
        ({"stream_ids": [999999]}, "Cannot find stream_ids [999999]"),
        ({"mjd": [1, 2], "mag": [1, 2, 3]}, "lists must have the same length"),
        ({"mjd": []}, "there are no rows"),
        ({"mjd": list(range(10_001))}, "10001 > 10000"),
        ({"assignment_id": 4}, "assignment_id"),
        ({"extinction_corrected": True}, "extinction_corrected"),
    ],
)
def test_a_magnitude_that_makes_no_sense_is_refused(refused, change, words):
    assert words in refused(**change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fluxerr": 0}, "must be positive"),
        ({"fluxerr": None}, "missing required field"),
        ({"zp": None}, "missing required field"),
        ({"flux": float("-inf")}, "must be finite"),
        ({"flux": "bright"}, "Invalid value for flux"),
        ({"zp": 1e9}, "Invalid value for zp"),
    ],
)
def test_a_flux_that_makes_no_sense_is_refused(refused, upload, change, words):
    message = refused(upload(flux=1.0, fluxerr=0.1, zp=23.9) | change)
    assert words in message
    assert message.startswith("Invalid input format: Tried to parse data in mag space, got: ")
    assert "Tried to parse data in flux space, got: " in message


@pytest.mark.parametrize("body", ["{", "[1]", '"text"', "\xff", "null", "{'a': 1}"])
def test_a_body_that_is_no_object_is_refused(refused, body):
    assert refused(body)


def test_an_empty_body_is_refused(refused):
    assert "missing required field" in refused({})


def test_nul_in_altdata_is_refused(refused):
    assert refused(altdata={"k": "a\x00b"})


def test_a_refused_upload_leaves_no_audience_behind_that_matters(refused, group):
    refused(obj_id="nobody", group_ids=[group.pk])
    assert all(not Photometry.objects.filter(audience=a).exists() for a in Audience.objects.all())


def test_without_the_permission_nothing_is_uploaded(upload, member, api_of):
    api = api_of(member, acls=["Comment"])
    for verb in ("POST", "PUT", "PATCH", "DELETE"):
        status, answer = api(verb, "photometry/1" if verb in ("PATCH", "DELETE") else "photometry", upload(**GOOD))
        assert (status, "Unauthorized" in answer["message"]) == (401, True)


@pytest.mark.parametrize("pk", ["x", "-1", "1.5", "99999999999999999999", "%00"])
def test_an_id_that_is_none_is_refused(member, api_of, pk):
    status, answer = api_of(member).get(f"photometry/{pk}")
    assert (status, "photometry_id" in answer["message"]) == (400, True)


def test_origins_are_retired(member, api_of):
    assert api_of(member).get("photometry/origins")[0] == 400
