"""`/api/filters`: the public contract, and our conditions and versions."""

import pytest

from apps.candidates.alerts import schemas as packet_schemas
from apps.candidates.models import Candidate, Filter
from apps.candidates.queries import schemas
from apps.sources.models import Obj
from tests.factories import FilterFactory, GroupFactory, ObjFactory, StreamFactory, join, make_user

AVRO = {
    "type": "record",
    "name": "alert",
    "namespace": "ztf",
    "fields": [
        {"name": "objectId", "type": "string"},
        {"name": "candid", "type": "long"},
        {
            "name": "candidate",
            "type": {
                "type": "record",
                "name": "candidate",
                "fields": [{"name": "jd", "type": "double"}, {"name": "drb", "type": ["null", "float"]}],
            },
        },
    ],
}


@pytest.fixture
def seen(stream):
    """Packets of the stream have been seen, so that its fields are known."""
    schemas.remember(stream.pk, packet_schemas.from_tree(AVRO).arrow)
    return stream


@pytest.fixture
def body(group, seen):
    return {"name": "bright", "stream_id": seen.pk, "group_id": group.pk}


def test_a_filter_is_posted_read_and_deleted(api_of, member, body):
    api = api_of(member)
    status, answer = api.post("filters", body)
    assert (status, answer["status"]) == (200, "success")
    pk = answer["data"]["id"]
    status, answer = api.get(f"filters/{pk}")
    assert status == 200
    assert {key: answer["data"][key] for key in ("id", "name", "group_id", "stream_id", "condition")} == {
        "id": pk,
        "name": "bright",
        "group_id": body["group_id"],
        "stream_id": body["stream_id"],
        "condition": None,
    }
    assert [row["id"] for row in api.get("filters")[1]["data"]] == [pk]
    assert api.delete(f"filters/{pk}")[0] == 200
    status, answer = api.get(f"filters/{pk}")
    assert status == 400
    assert "Cannot find a filter with ID" in answer["message"]


def test_a_condition_posted_with_it_is_version_one_and_active(api_of, member, body):
    said = {"condition": "candidate.drb > 0.5", "annotations": {"score": "candidate.drb"}}
    pk = api_of(member).post("filters", body | said)[1]["data"]["id"]
    shown = api_of(member).get(f"filters/{pk}")[1]["data"]
    assert (shown["version"], shown["condition"], shown["annotations"]) == (
        1,
        "candidate.drb > 0.5",
        said["annotations"],
    )


def test_another_condition_makes_a_new_active_version_and_the_same_one_none(api_of, group_admin, body):
    api = api_of(group_admin)
    pk = api.post("filters", body | {"condition": "candidate.drb > 0.5"})[1]["data"]["id"]
    assert api.patch(f"filters/{pk}", {"condition": "candidate.drb > 0.7"})[0] == 200
    assert api.patch(f"filters/{pk}", {"condition": "candidate.drb > 0.7"})[0] == 200
    assert api.get(f"filters/{pk}")[1]["data"]["version"] == 2
    versions = Filter.objects.get(pk=pk).versions
    assert list(versions.order_by("number").values_list("number", "active")) == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("candidate.drb >", "not valid"),
        ("candidate.nosuch > 1", "no field"),
        ("1=1) from packet; drop view packet; select (1", "one expression"),
        ("(select count(*) from packet) > 1", ""),
        ("range(1000000000) is not null", ""),
        ("candidate.drb", "true or false"),
        ("x" * 5000, "limit"),
    ],
)
def test_a_condition_that_cannot_run_is_refused_and_nothing_is_made(api_of, member, body, condition, words):
    status, answer = api_of(member).post("filters", body | {"condition": condition})
    assert status == 400
    assert "Invalid condition" in answer["message"]
    assert words in answer["message"]
    assert not Filter.objects.exists()


def test_only_a_group_admin_or_system_admin_edits_a_filter(api_of, member, group_admin, system_admin, group, seen):
    found = FilterFactory(group=group, stream=seen)
    status, answer = api_of(member).patch(f"filters/{found.pk}", {"name": "mine now"})
    assert status == 403
    assert "group admin" in answer["message"]
    assert "rename" in answer["message"]
    assert api_of(group_admin).patch(f"filters/{found.pk}", {"name": "better"})[0] == 200
    assert api_of(system_admin).patch(f"filters/{found.pk}", {"autosave": True})[0] == 200
    found.refresh_from_db()
    assert (found.name, found.autosave) == ("better", True)


def test_a_filter_of_others_does_not_exist(api_of, outsider, stream_member, group, seen):
    found = FilterFactory(group=group, stream=seen)
    for user in (outsider, stream_member):
        for answer in (
            api_of(user).get(f"filters/{found.pk}"),
            api_of(user).patch(f"filters/{found.pk}", {"name": "x"}),
            api_of(user).delete(f"filters/{found.pk}"),
        ):
            assert answer[0] == 400
            assert "Cannot find a filter with ID" in answer[1]["message"]
        assert api_of(user).get("filters")[1]["data"] == []
    assert Filter.objects.filter(pk=found.pk).exists()


def test_a_member_of_the_group_without_the_stream_does_not_see_it(api_of, group, seen):
    found = FilterFactory(group=group, stream=seen)
    user = make_user("no_stream", groups_=[group])
    user.stream_grants.all().delete()
    assert api_of(user).get(f"filters/{found.pk}")[0] == 400


@pytest.mark.parametrize("missing", ["name", "stream_id", "group_id"])
def test_a_missing_field_is_named(api_of, member, body, missing):
    body.pop(missing)
    status, answer = api_of(member).post("filters", body)
    assert status == 400
    assert f"{missing}: Field required" in answer["message"]


def test_upload_data_is_needed(api_of, member, body):
    status, answer = api_of(member, []).post("filters", body)
    assert status == 401
    assert "Unauthorized" in answer["message"]


def test_a_filter_cannot_be_made_in_anothers_group_or_on_a_stream_the_group_lacks(api_of, member, body):
    other = GroupFactory()
    status, answer = api_of(member).post("filters", body | {"group_id": other.pk})
    assert status == 400
    assert "Cannot find Group with id" in answer["message"]
    status, answer = api_of(member).post("filters", body | {"stream_id": StreamFactory().pk})
    assert status == 400
    assert "Could not retrieve stream" in answer["message"]


def test_a_name_is_once_in_a_group(api_of, member, body):
    assert api_of(member).post("filters", body)[0] == 200
    status, answer = api_of(member).post("filters", body)
    assert status == 400
    assert "rename" in answer["message"]


@pytest.mark.parametrize("wrong", ["abc", "99999999999999999999", "-1", "1e3"])
def test_an_id_that_is_none_is_refused(api_of, member, wrong):
    assert api_of(member).get(f"filters/{wrong}")[0] == 400


def test_a_filter_moved_to_another_group_takes_what_is_known_along(api_of, viewer_of, group_admin, group, seen):
    other = GroupFactory(streams=[seen])
    friend = make_user("friend", groups_=[other])
    join(group_admin, other, admin=True)
    found, obj = FilterFactory(group=group, stream=seen), ObjFactory()
    Candidate.objects.create(obj=obj, filter=found, passed_at="2026-01-01T00:00:00Z")
    assert not Obj.objects.visible_to(viewer_of(friend)).exists()
    assert api_of(group_admin).patch(f"filters/{found.pk}", {"group_id": other.pk})[0] == 200
    assert Obj.objects.visible_to(viewer_of(friend)).get() == obj


def test_the_list_of_filters_makes_a_fixed_number_of_queries(api_of, member, group, seen, django_assert_num_queries):
    api = api_of(member)
    for _ in range(3):
        FilterFactory(group=group, stream=seen)
    with django_assert_num_queries(4):
        api.get("filters")
