"""`/api/candidates`, `/api/candidates_filter`: requests and answers as the public API has them."""

import pytest

from apps.candidates.models import Candidate, LatestCandidate
from apps.sources.models import Obj, Source
from tests.factories import FilterFactory, GroupFactory, ObjFactory, join

NAME = "ZTF26contract"


@pytest.fixture
def found(group, stream):
    return FilterFactory(name="contract", group=group, stream=stream)


@pytest.fixture
def body(found):
    return {
        "id": NAME,
        "ra": 234.22,
        "dec": -22.33,
        "redshift": 3,
        "transient": False,
        "ra_dis": 2.3,
        "filter_ids": [found.pk],
        "passing_alert_id": 123456789,
        "passed_at": "2026-01-02T03:04:05.678",
    }


def test_a_candidate_is_posted_found_and_read(api_of, member, body):
    api = api_of(member)
    assert api("HEAD", f"candidates/{NAME}")[0] == 404
    status, answer = api.post("candidates", body)
    assert status == 200
    assert answer["data"]["ids"] == [Candidate.objects.get().pk]
    assert api("HEAD", f"candidates/{NAME}")[0] == 200
    status, answer = api.get(f"candidates/{NAME}")
    assert status == 200
    item = answer["data"]
    assert (item["id"], item["ra"], item["dec"], item["redshift"]) == (NAME, 234.22, -22.33, 3)
    for key in (
        "thumbnails", "photstats", "annotations", "is_source", "saved_groups", "classifications",
        "passing_group_ids", "associated_objs", "tags", "internal_key", "last_detected_at", "gal_lon", "gal_lat",
        "luminosity_distance", "dm", "angular_diameter_distance",
    ):  # fmt: skip
        assert key in item
    assert item["is_source"] is False
    assert item["luminosity_distance"] == pytest.approx(25900, rel=0.02)


def test_a_repeat_returns_the_existing_id_and_changes_nothing(api_of, member, body):
    api = api_of(member)
    first = api.post("candidates", body)[1]["data"]["ids"]
    modified = Obj.objects.get().modified
    assert api.post("candidates", body | {"redshift": 9})[1]["data"]["ids"] == first
    assert Candidate.objects.count() == LatestCandidate.objects.count() == 1
    assert (Obj.objects.get().modified, Obj.objects.get().redshift) == (modified, 3)


def test_one_row_for_each_filter_in_the_order_given(api_of, member, body, group, stream, found):
    other = FilterFactory(group=group, stream=stream)
    ids = api_of(member).post("candidates", body | {"filter_ids": [other.pk, found.pk]})[1]["data"]["ids"]
    assert [Candidate.objects.get(pk=pk).filter_id for pk in ids] == [other.pk, found.pk]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ra": None}, "RA must not be null for a new Obj"),
        ({"dec": None}, "Dec must not be null for a new Obj"),
        ({"passed_at": None}, "Missing required parameter: `passed_at`."),
        ({"filter_ids": None}, "Missing required filter_ids parameter."),
        ({"filter_ids": []}, "At least one valid filter ID must be provided."),
        ({"filter_ids": [999999]}, "At least one valid filter ID must be provided."),
        ({"passed_at": "whenever"}, "passed_at"),
        ({"ra": float("nan")}, "ra"),
        ({"dec": 91}, "dec"),
        ({"id": "no spaces; drop table"}, "Invalid object ID"),
        ({"passing_alert_id": 2**70}, "passing_alert_id"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(api_of, member, body, change, words):
    status, answer = api_of(member).post("candidates", body | change)
    assert status == 400
    assert words in answer["message"]
    assert not Obj.objects.exists()
    assert not Candidate.objects.exists()


def test_nobody_posts_to_a_filter_of_others(api_of, outsider, stream_member, body):
    for user in (outsider, stream_member):
        status, answer = api_of(user).post("candidates", body)
        assert status == 400
        assert "At least one valid filter ID" in answer["message"]
    assert not Candidate.objects.exists()


def test_upload_data_is_needed(api_of, member, body):
    assert api_of(member, []).post("candidates", body)[0] == 401


def test_nobody_reads_candidates_of_others(api_of, member, outsider, stream_member, body):
    api_of(member).post("candidates", body)
    for user in (outsider, stream_member):
        api = api_of(user)
        hidden, absent = api.get(f"candidates/{NAME}"), api.get("candidates/nosuch")
        assert hidden[0] == absent[0] == 400
        assert hidden[1]["message"].replace(NAME, "nosuch") == absent[1]["message"]
        assert api("HEAD", f"candidates/{NAME}")[0] == 404
        assert api.get("candidates")[1]["data"]["totalMatches"] == 0


def test_the_list_pages_and_says_its_total(api_of, member, found):
    api = api_of(member)
    for number in range(5):
        api.post("candidates", {
            "id": f"C{number}", "ra": number, "dec": 0, "filter_ids": [found.pk], "passed_at": f"2026-01-0{number + 1}",
        })  # fmt: skip
    first = api.get("candidates", numPerPage=2)[1]["data"]
    assert [item["id"] for item in first["candidates"]] == ["C4", "C3"]
    assert (first["pageNumber"], first["numPerPage"], first["totalMatches"]) == (1, 2, 5)
    second = api.get("candidates", numPerPage=2, pageNumber=2, queryID=first["queryID"])[1]["data"]
    assert [item["id"] for item in second["candidates"]] == ["C2", "C1"]
    assert second["queryID"] == first["queryID"]
    status, answer = api.get("candidates", numPerPage=2, pageNumber=4)
    assert status == 400
    assert "Page number out of range" in answer["message"]
    inside = api.get("candidates", startDate="2026-01-02", endDate="2026-01-03T12:00:00")[1]["data"]
    assert [item["id"] for item in inside["candidates"]] == ["C2", "C1"]
    assert api.get("candidates", objID="C3")[1]["data"]["totalMatches"] == 1
    assert api.get("candidates", objID="C", nameOnly="true")[1]["data"]["candidates"][0] == {"id": "C0"}


def test_saved_groups_of_others_do_not_show(api_of, member, body, group):
    api = api_of(member)
    api.post("candidates", body)
    theirs = GroupFactory()
    obj = Obj.objects.get()
    Source.objects.create(obj=obj, group=theirs)
    assert api.get(f"candidates/{NAME}")[1]["data"]["is_source"] is False
    asked = {"groupIDs": f"{group.pk},{theirs.pk}", "savedStatus": "savedToAnySelected"}
    assert api.get("candidates", **asked)[1]["data"]["totalMatches"] == 0
    Source.objects.create(obj=obj, group=group)
    item = api.get("candidates", **asked)[1]["data"]["candidates"][0]
    assert [saved["id"] for saved in item["saved_groups"]] == [group.pk]


def test_rows_themselves_oldest_first_with_the_total_on_the_first_page(api_of, member, body):
    api = api_of(member)
    api.post("candidates", body)
    api.post("candidates", body | {"passed_at": "2026-01-01"})
    data = api.get("candidates_filter", numPerPage=1)[1]["data"]
    assert (data["totalMatches"], data["candidates"][0]["obj_id"]) == (2, NAME)
    assert data["candidates"][0]["passed_at"] == "2026-01-01T00:00:00"
    assert "totalMatches" not in api.get("candidates_filter", numPerPage=1, pageNumber=2)[1]["data"]


def test_a_candidate_is_taken_back(api_of, member, outsider, body, found):
    api = api_of(member)
    api.post("candidates", body)
    assert api_of(outsider).delete(f"candidates/{NAME}/{found.pk}")[0] == 400
    assert api.delete(f"candidates/{NAME}/{found.pk}")[0] == 200
    assert not Candidate.objects.exists()
    assert not LatestCandidate.objects.exists()
    assert api.delete(f"candidates/{NAME}/{found.pk}")[0] == 400
    assert api.delete(f"candidates/{NAME}/abc")[0] == 400


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"savedStatus": "nosuch"}, "savedStatus"),
        ({"startDate": "whenever"}, "startDate"),
        ({"groupIDs": "a,b"}, "groupIDs"),
        ({"annotationFilterList": "{"}, "annotationFilterList"),
        ({"annotationFilterList": '{"origin": 1, "key": "a"}'}, "annotationFilterList"),
        ({"sortByAnnotationOrigin": "o"}, "sortByAnnotationKey"),
        ({"localizationDateobs": "2019-04-25T08:18:05"}, "localizationDateobs"),
        ({"autosave": "true"}, "autosave"),
        ({"pageNumber": "0"}, "Page number out of range"),
        ({"numPerPage": "0"}, "numPerPage"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_clearly(api_of, member, found, query, words):
    status, answer = api_of(member).get("candidates", **query)
    assert status == 400
    assert words in answer["message"]


def test_a_page_makes_a_fixed_number_of_queries(api_of, member, found, django_assert_max_num_queries):
    api = api_of(member)
    for number in range(12):
        api.post("candidates", {
            "id": f"C{number}", "ra": number, "dec": 0, "filter_ids": [found.pk], "passed_at": f"2026-01-{number + 10}",
        })  # fmt: skip
    with django_assert_max_num_queries(15):
        assert len(api.get("candidates")[1]["data"]["candidates"]) == 12


def test_a_member_of_two_groups_sees_which_of_them_it_passed(api_of, member, body, stream, found):
    other = GroupFactory(streams=[stream])
    join(member, other)
    second = FilterFactory(group=other, stream=stream)
    api = api_of(member)
    api.post("candidates", body | {"filter_ids": [found.pk, second.pk]})
    assert api.get(f"candidates/{NAME}")[1]["data"]["passing_group_ids"] == sorted([found.group_id, other.pk])
    ObjFactory(name="unseen")
    assert api.get("candidates")[1]["data"]["totalMatches"] == 1
