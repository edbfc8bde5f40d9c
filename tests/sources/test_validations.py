"""Verdicts on single points, and who may pronounce them."""

import csv
import io
import json

import pytest

from apps.sources.models import PointValidation
from skyportal.journal.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(member, group, api_of, obj, upload):
    status, answer = api_of(member).post(
        "photometry", upload(mag=18.0, magerr=0.1, limiting_mag=20.0, group_ids=[group.pk])
    )
    assert status == 200, answer
    return answer["data"]["ids"][0]


@pytest.fixture
def judge(group_admin, api_of):
    return api_of(group_admin)


def test_a_verdict_is_given_changed_and_withdrawn(sent, judge, obj, group_admin):
    path = f"photometry/{sent}/validation"
    status, answer = judge.post(path, {"validated": False, "explanation": "ghost"})
    assert status == 200
    assert answer["data"]["id"] == PointValidation.objects.get(photometry=sent).pk
    assert judge.post(path, {"validated": True})[0] == 400
    assert judge.patch(path, {"validated": None, "notes": "or not"})[0] == 200
    shown = judge.get(f"sources/{obj.name}/photometry", includeValidationInfo="true")[1]["data"][0]["validations"]
    assert [(v["validated"], v["explanation"], v["notes"], v["validator_id"]) for v in shown] == [
        (None, "ghost", "or not", group_admin.pk)
    ]
    assert judge.delete(path)[0] == 200
    assert judge.delete(path)[0] == 400
    deeds = [e.payload["deed"] for e in JournalEntry.objects.filter(kind="PointValidated").order_by("pk")]
    assert deeds == ["validated", "changed", "withdrawn"]


@pytest.mark.parametrize("body", [{}, {"validated": "yes"}, {"validated": 1}, {"validated": True, "magsys": "x"}])
def test_what_is_no_verdict_is_refused(sent, judge, body):
    assert judge.post(f"photometry/{sent}/validation", body)[0] == 400
    assert not PointValidation.objects.exists()


def test_only_who_may_and_can_see_it(sent, member, api_of, outsider):
    assert api_of(member, ["Upload data"]).post(f"photometry/{sent}/validation", {"validated": True})[0] == 401
    stranger = api_of(outsider)
    unseen = stranger.post(f"photometry/{sent}/validation", {"validated": True})
    assert unseen[0] in (400, 401)
    assert not PointValidation.objects.exists()


def test_chosen_points_are_marked_on_the_page_and_the_mark_is_undone(sent, judge, client, group_admin, obj):
    judge.post(f"photometry/{sent}/validation", {"validated": True, "notes": "twice seen"})
    client.force_login(group_admin)
    address = f"/source/{obj.name}/photometry"
    answer = client.post(
        f"{address}/judge", {"point": sent, "judge_as": "bad", "note": "satellite"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo_url"]
    assert [c["note"] for c in csv.DictReader(io.StringIO(client.get(f"{address}.csv").content.decode()))] == [
        "satellite"
    ]
    for narrowed, count in {"bad": 1, "not bad": 0, "good": 0}.items():
        assert len(client.get(f"{address}/table", {"verdict": narrowed}).context["table"]) == count
    assert "bad \\u00b7 satellite" in client.get(f"/source/{obj.name}/light-curve.json").content.decode().replace(
        "·", "\\u00b7"
    )
    assert client.post(undo).status_code == 302
    assert PointValidation.objects.values_list("validated", "notes").get() == (True, "twice seen")
    assert client.post(f"{address}/judge", {"point": sent, "judge_as": ""}).status_code == 302
    assert not PointValidation.objects.exists()
    assert client.post(f"{address}/judge", {"point": sent, "judge_as": "nice"}).status_code == 400


def test_a_bad_point_stands_for_no_other(sent, judge, member, group, api_of, upload, client, obj):
    newer = api_of(member).post("photometry", upload(mag=18.1, magerr=0.1, origin="fp", group_ids=[group.pk]))[1][
        "data"
    ]["ids"][0]
    client.force_login(member)

    def best() -> list[int]:
        answer = client.get(f"/source/{obj.name}/photometry.csv", {"columns": "id"})
        return [int(row["id"]) for row in csv.DictReader(io.StringIO(answer.content.decode()))]

    assert best() == [newer]
    judge.post(f"photometry/{newer}/validation", {"validated": False})
    assert best() == [sent]


def test_who_may_not_judge_marks_nothing(sent, member, client, obj):
    client.force_login(member)
    assert client.post(f"/source/{obj.name}/photometry/judge", {"point": sent, "judge_as": "bad"}).status_code == 403
    assert not PointValidation.objects.exists()


def test_points_are_annotated_as_sources_are(sent, member, api_of, outsider, obj):
    api = api_of(member)
    path = f"photometry/{sent}/annotations"
    status, answer = api.post(path, {"origin": "fit", "data": {"residual": 0.1}})
    assert status == 200, answer
    annotation = answer["data"]["annotation_id"]
    assert api.post(path, {"origin": "fit", "data": {}})[0] == 400
    assert api.put(f"{path}/{annotation}", {"data": {"residual": 0.2}})[0] == 200
    (seen,) = api.get(path)[1]["data"]
    assert (seen["photometry_id"], seen["obj_id"], seen["data"]) == (sent, obj.name, {"residual": 0.2})
    assert api.get(f"photometry/{sent}")[1]["data"]["annotations"] == [seen]
    (point,) = api.get(f"sources/{obj.name}/photometry", includeAnnotationInfo="true")[1]["data"]
    assert [one["origin"] for one in point["annotations"]] == ["fit"]
    assert api_of(outsider).get(path)[0] == 400
    assert api.delete(f"{path}/{annotation}")[0] == 200
    assert api.get(path)[1]["data"] == []
