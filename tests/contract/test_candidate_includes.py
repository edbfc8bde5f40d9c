"""What is included with candidates, and pages that stay still while candidates arrive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.sources.actions.objs import make_known
from apps.sources.slots import obj_includes
from tests.factories import FilterFactory, InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(group, stream):
    one = FilterFactory(group=group, stream=stream)

    def make(name, hours=0):
        obj = ObjFactory(name=name)
        make_known([obj.pk], group_ids=[group.pk])
        add([Passing(obj.pk, one.pk, timezone.now() - timedelta(hours=hours), 77)], uploader_id=None)
        return obj

    make.filter = one
    return make


def test_points_and_alerts_are_included(passed, member, group, api_of):
    api = api_of(member)
    passed("ZTF26one"), passed("ZTF26two")
    camera = InstrumentFactory(filters=["ztfg"])
    body = {"obj_id": "ZTF26one", "instrument_id": camera.pk, "mjd": 1.0, "filter": "ztfg", "magsys": "ab", "mag": 18.0}
    assert api.post("photometry", body | {"magerr": 0.1, "limiting_mag": 20.0})[0] == 200
    rows = api.get("candidates", includePhotometry="true", includeAlerts="1")[1]["data"]["candidates"]
    by_name = {row["id"]: row for row in rows}
    assert [p["mag"] for p in by_name["ZTF26one"]["photometry"]] == [pytest.approx(18.0)]
    assert by_name["ZTF26two"]["photometry"] == []
    assert [(a["filter_id"], a["passing_alert_id"]) for a in by_name["ZTF26two"]["alerts"]] == [(passed.filter.pk, 77)]
    assert "photometry" not in api.get("candidates")[1]["data"]["candidates"][0]
    assert api.get("candidates/ZTF26one", includePhotometry="true")[1]["data"]["photometry"]


def test_what_other_rooms_hang_is_included_by_its_parameter(passed, member, api_of, monkeypatch):
    obj = passed("ZTF26one")
    monkeypatch.setitem(obj_includes._plugs, "spectra", lambda viewer, ids: {obj.pk: [{"id": 5}]})
    row = api_of(member).get("candidates", includeSpectra="true", includeFollowupRequests="true")[1]["data"][
        "candidates"
    ][0]
    assert (row["spectra"], row["followup_requests"]) == ([{"id": 5}], [])


def test_pages_stay_still_for_who_names_the_question(passed, member, outsider, api_of):
    api = api_of(member)
    for hours, name in enumerate(("new", "middle", "old")):
        passed(name, hours)
    first = api.get("candidates", numPerPage=1)[1]["data"]
    late = passed("later")
    second = api.get("candidates", numPerPage=1, pageNumber=2, queryID=first["queryID"])[1]["data"]
    assert [first["candidates"][0]["id"], second["candidates"][0]["id"]] == ["new", "middle"]
    assert (second["totalMatches"], second["queryID"]) == (3, first["queryID"])
    assert api.get("candidates", numPerPage=1)[1]["data"]["candidates"][0]["id"] == "later"
    late.delete()
    assert api.get("candidates", queryID=first["queryID"])[0] == 200
    assert api.get("candidates", numPerPage=1, pageNumber=9, queryID=first["queryID"])[0] == 400
    assert api_of(outsider).get("candidates", queryID=first["queryID"])[1]["data"]["candidates"] == []


@pytest.mark.parametrize("name", ["autosaveGroupIds", "photometryAnnotationsFilterMinCount", "localizationDateobs"])
def test_what_nothing_answers_is_refused(member, api_of, name):
    status, answer = api_of(member).get("candidates", **{name: "1"})
    assert status == 400
    assert name in answer["message"]
