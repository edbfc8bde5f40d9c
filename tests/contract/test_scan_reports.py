"""`/api/candidates/scan_reports`: requests and answers as the public API has them."""

import pytest

from apps.candidates.models import ScanReport
from apps.sources.actions.sources import save_source
from tests.candidates.scanning_data import passed
from tests.factories import FilterFactory, GroupFactory, join

EVER = {
    "passed_filters_range": {"start_date": "2020-01-01", "end_date": "2100-01-01"},
    "saved_candidates_range": {"start_save_date": "2020-01-01T00:00:00", "end_save_date": "2100-01-01"},
}


@pytest.fixture
def saved(group, stream, member, viewer_of):
    """Two objs that passed a filter, one of them saved."""
    objs = passed(FilterFactory(name="bright", group=group, stream=stream), 2)
    save_source(viewer_of(member), objs[0], [group.pk])
    return objs[0]


def test_a_report_is_built_listed_read_and_commented_on(api_of, member, group, saved):
    api = api_of(member)
    status, answer = api.post("candidates/scan_reports", {"group_ids": [group.pk], **EVER})
    assert (status, answer["status"]) == (200, "success")
    status, answer = api.get("candidates/scan_reports")
    assert status == 200
    data = answer["data"]
    assert (data["totalMatches"], data["pageNumber"], data["numPerPage"]) == (1, 1, 10)
    [report] = data["reports"]
    assert report["author"]["username"] == "member"
    assert [g["id"] for g in report["groups"]] == [group.pk]
    path = f"candidates/scan_reports/{report['id']}/items"
    [item] = api.get(path)[1]["data"]
    assert (item["obj_id"], item["scan_report_id"]) == (saved.name, report["id"])
    facts = item["data"]
    assert facts["saved_info"][0]["group"] == group.name
    assert facts["saved_info"][0]["saved_by"] == "member"
    for key in ("comment", "already_classified", "host_redshift", "current_mag", "current_age"):
        assert key in facts
    assert api.patch(f"{path}/{item['id']}", {"comment": "rising"})[0] == 200
    assert api.get(f"{path}/{item['id']}")[1]["data"]["data"]["comment"] == "rising"


def test_windows_may_begin_with_an_event(api_of, member, group, saved):
    api = api_of(member)
    body = {"group_ids": [group.pk], "gcn_event_dateobs": "2020-01-01T00:00:00"}
    status, answer = api.post("candidates/scan_reports", body)
    assert status == 400
    assert "passed_filters_window_hours" in answer["message"]
    hours = {"passed_filters_window_hours": 90_000, "saved_candidates_window_hours": 90_000}
    assert api.post("candidates/scan_reports", body | hours)[0] == 200
    assert ScanReport.objects.get().items.count() == 1
    hours["saved_candidates_window_hours"] = 1
    assert api.post("candidates/scan_reports", body | hours)[0] == 200
    assert ScanReport.objects.order_by("-pk")[0].items.count() == 0


def test_the_page_is_called_page(api_of, member, group):
    api = api_of(member)
    for _ in range(3):
        api.post("candidates/scan_reports", {"group_ids": [group.pk], **EVER})
    data = api.get("candidates/scan_reports", page=2, numPerPage=2)[1]["data"]
    assert (len(data["reports"]), data["totalMatches"], data["pageNumber"]) == (1, 3, 2)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"group_ids": []},
        {"group_ids": [1]},
        {"group_ids": [2**30], **EVER},
        {"passed_filters_range": {"start_date": "never"}},
        {"passed_filters_range": {"start_date": "2026-01-02", "end_date": "2026-01-01"}},
    ],
)
def test_what_makes_no_sense_is_refused(api_of, member, group, body):
    given = body if "group_ids" in body or not body else {"group_ids": [group.pk], **body}
    assert api_of(member).post("candidates/scan_reports", given)[0] == 400
    assert not ScanReport.objects.exists()


def test_others_know_nothing_of_it(api_of, member, outsider, stream_member, group, saved):
    api = api_of(member)
    api.post("candidates/scan_reports", {"group_ids": [group.pk], **EVER})
    report = ScanReport.objects.get()
    item = report.items.get()
    for person in (outsider, stream_member):
        other = api_of(person)
        assert other.get("candidates/scan_reports")[1]["data"]["totalMatches"] == 0
        path = f"candidates/scan_reports/{report.pk}/items"
        assert other.get(path)[0] == 400
        assert other.patch(f"{path}/{item.pk}", {"comment": "mine"})[0] == 400
        assert other.post("candidates/scan_reports", {"group_ids": [group.pk], **EVER})[0] == 400
    item.refresh_from_db()
    assert item.comment is None


def test_a_reader_is_told_of_their_own_groups_alone(api_of, viewer_of, member, outsider, group, stream, saved):
    """One in another group of the report sees the obj only if they may, and no save of a group they are not in."""
    other = GroupFactory(name="Others", streams=[stream])
    join(member, other)
    join(outsider, other)
    api_of(member).post("candidates/scan_reports", {"group_ids": [group.pk, other.pk], **EVER})
    report = ScanReport.objects.get()
    api = api_of(outsider)
    [shown] = api.get("candidates/scan_reports")[1]["data"]["reports"]
    assert [g["id"] for g in shown["groups"]] == shown["options"]["group_ids"] == [other.pk]
    path = f"candidates/scan_reports/{report.pk}/items"
    assert api.get(path)[1]["data"] == []
    save_source(viewer_of(member), saved, [other.pk])
    [item] = api.get(path)[1]["data"]
    assert item["data"]["saved_info"] == []
