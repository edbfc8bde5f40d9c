"""What would become of an upload, row by row; and nothing is written by asking."""

import json

import pytest

from apps.sources.models import Origin, Photometry, Upload
from skyportal.access.models import Audience

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(upload, member, api_of):
    api = api_of(member)

    def said(**body):
        before = [model.objects.count() for model in (Photometry, Upload, Origin, Audience)]
        status, answer = api.post("photometry", json.dumps(upload(**body)), dry_run=True)
        assert status == 200, answer
        assert before == [model.objects.count() for model in (Photometry, Upload, Origin, Audience)]
        data = answer["data"]
        assert data["errors"] + data["warnings"] == len(data["findings"])
        return [(f["row"], f["level"], f["kind"]) for f in data["findings"]]

    said.api = api
    return said


FINE = {"mjd": [58000.0, 58001.0, 58002.0, 58003.0], "mag": [18.0, 18.1, 18.1, 18.2], "magerr": 0.05}
ROWS = {
    "nothing": ({}, []),
    "unknown band": ({"filter": ["ztfg", "ztfq", "ztfg", "ztfg"]}, [(1, "error", "unknown band")]),
    "band the camera has not": ({"filter": ["ztfg", "ztfg", "ztfi", "ztfg"]}, [(2, "error", "unknown band")]),
    "future": ({"mjd": [58000.0, 58001.0, 58002.0, 99999.0]}, [(3, "warning", "future")]),
    "a JD": ({"mjd": [58000.0, 58001.0, 58002.0, 2458003.5]}, [(3, "error", "out of range")]),
    "repeated": ({"mjd": [58000.0, 58001.0, 58001.0, 58003.0]}, [(2, "error", "repeated")]),
    "no magnitude and no limit": ({"mag": [18.0, None, 18.1, 18.2]}, [(1, "error", "invalid")]),
    "text": ({"mag": [18.0, 18.1, "bright", 18.2]}, [(2, "error", "not a number")]),
    "jump": ({"mag": [18.0, 18.1, 12.1, 18.2]}, [(2, "warning", "jump")]),
    "system": ({"magsys": ["ab", "ab", "csp", "ab"]}, [(2, "error", "magnitude system")]),
    "unknown source": ({"obj_id": ["ZTF26abc", "ZTF26abc", "nobody", "ZTF26abc"]}, [(2, "error", "unknown source")]),
    "unknown instrument": ({"instrument_id": 999999}, [(n, "error", "unknown instrument") for n in range(4)]),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_row_is_judged(name, ask):
    said, findings = ROWS[name]
    if name == "repeated":
        said = said | {"mag": [18.0, 18.1, 18.1, 18.2]}
    assert ask(**FINE | said) == findings


def test_what_is_there_already_is_an_error_in_its_row_only(ask, upload):
    status, answer = ask.api.post("photometry", upload(mjd=58001.0, mag=18.1, magerr=0.05))
    assert status == 200, answer
    assert ask(**FINE) == [(1, "error", "duplicate")]
    # and the upload itself is refused for the same row
    status, answer = ask.api.post("photometry", upload(**FINE))
    assert status == 400
    assert "row 1" in answer["message"]


def test_vega_magnitudes_sent_as_ab_are_suspected(ask, upload):
    times = [58000.0 + n for n in range(5)]
    known = upload(filter="2massks", mjd=times, mag=[16.85] * 5, magerr=0.02)
    assert ask.api.post("photometry", known)[0] == 200
    shifted = {"filter": "2massks", "mjd": [t + 0.01 for t in times], "magerr": 0.02}
    assert ask(**shifted, mag=[15.0] * 5) == [(n, "warning", "magnitude system") for n in range(5)]
    assert ask(**shifted, mag=[16.85] * 5) == []
    assert ask(**shifted, mag=[15.0] * 5, magsys="vega") == []


def test_a_table_that_is_all_wrong_is_not_read_to_its_end(ask):
    found = ask(mjd=[58000.0 + n for n in range(3000)], filter="nonsense", mag=18.0, magerr=0.1)
    assert len(found) == 500
