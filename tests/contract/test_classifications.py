"""`/api/classification` and votes: words, codes and shapes that clients depend on."""

import pytest

from apps.sources.models import Classification, ClassificationVote, Label, SuperObjMember
from tests.factories import GroupFactory, make_user
from tests.sources.remarks import TREE, known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.fixture
def taxonomy(group_admin, api_of):
    body = {"name": "tree", "version": "1", "hierarchy": TREE}
    return api_of(group_admin).post("taxonomy", body)[1]["data"]["taxonomy_id"]


def ia(obj, taxonomy, **more):
    return {"obj_id": obj.name, "classification": "Ia", "taxonomy_id": taxonomy, "probability": 0.8, **more}


def test_a_classification_is_posted_and_read_back(api, obj, taxonomy, group):
    status, body = api.post("classification", ia(obj, taxonomy, group_ids=[group.pk], ml=True, origin="net"))
    assert status == 200
    status, body = api.get(f"classification/{body['data']['classification_id']}")
    found = body["data"]
    assert (found["classification"], found["probability"], found["obj_id"]) == ("Ia", 0.8, obj.name)
    assert (found["author_name"], found["ml"], found["origin"], found["taxname"]) == ("member", True, "net", "tree")
    assert [g["id"] for g in found["groups"]] == [group.pk]
    assert (found["votes"], found["edits"]) == ([], [])
    assert [c["id"] for c in api.get(f"sources/{obj.name}/classifications")[1]["data"]] == [found["id"]]


def test_a_label_goes_with_a_classification_and_with_its_withdrawal(api, obj, taxonomy, group, member):
    api.post("classification", ia(obj, taxonomy))
    assert not Label.objects.exists()
    made = api.post("classification", ia(obj, taxonomy, group_ids=[group.pk], label=True))[1]["data"]
    assert list(Label.objects.values_list("obj", "group", "labeller")) == [(obj.pk, group.pk, member.pk)]
    assert api("DELETE", f"classification/{made['classification_id']}", '{"label": true}')[0] == 200
    assert set(Label.objects.values_list("group", flat=True)) == set(member.groups.values_list("pk", flat=True))


def test_many_are_posted_at_once(api, obj, taxonomy, group):
    other = known_obj(group)
    body = {"classifications": [ia(obj, taxonomy), ia(other, taxonomy, classification="II", vote=True)]}
    status, body = api.post("classification", body)
    assert status == 200
    assert len(body["data"]["classification_ids"]) == 2
    assert ClassificationVote.objects.get().classification.classification == "II"


def test_of_many_one_wrong_refuses_all(api, obj, taxonomy):
    body = {"classifications": [ia(obj, taxonomy), ia(obj, taxonomy, classification="Unicorn")]}
    status, body = api.post("classification", body)
    assert status == 400
    assert "is not in the allowed classes" in body["message"]
    assert not Classification.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classification": "Unicorn"}, "is not in the allowed classes"),
        ({"classification": "SN Ia"}, "is not in the allowed classes"),
        ({"classification": None}, "classification"),
        ({"probability": 1.01}, "outside the allowable range"),
        ({"probability": -0.1}, "outside the allowable range"),
        ({"probability": float("nan")}, "outside the allowable range"),
        ({"probability": "high"}, "Invalid probability"),
        ({"taxonomy_id": 99999}, "is not available to user"),
        ({"taxonomy_id": "x"}, "Invalid taxonomy_id"),
        ({"taxonomy_id": 10**20}, "is not available to user"),
        ({"obj_id": "absent"}, "Invalid obj_id"),
        ({"obj_id": None}, "Invalid obj_id"),
        ({"group_ids": [99999]}, "Cannot find group_id 99999"),
        ({"vote": "x"}, "Invalid vote"),
        ({"origin": ["x"]}, "Invalid origin"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, obj, taxonomy, change, words):
    status, body = api.post("classification", ia(obj, taxonomy, **change))
    assert status == 400
    assert words in body["message"]
    assert not Classification.objects.exists()


@pytest.mark.parametrize("many", [[], {}, "x", [1], None])
def test_a_list_of_nothing_is_refused(api, many):
    assert api.post("classification", {"classifications": many})[0] == 400


def test_an_edit_keeps_what_was_said_before(api, obj, taxonomy):
    row = api.post("classification", ia(obj, taxonomy))[1]["data"]["classification_id"]
    change = {"classification": "II", "taxonomy_id": taxonomy, "probability": 0.3, "obj_id": obj.name}
    assert api.put(f"classification/{row}", change)[0] == 200
    found = api.get(f"classification/{row}")[1]["data"]
    assert (found["classification"], found["probability"]) == ("II", 0.3)
    (before,) = found["edits"]
    assert (before["classification"], before["probability"], before["edited_by"]) == ("Ia", 0.8, "member")
    assert api.put(f"classification/{row}", {"classification": "Unicorn"})[0] == 400
    assert api.put(f"classification/{row}", {"probability": 2})[0] == 400
    assert Classification.objects.get().classification == "II"


def test_admins_of_its_group_change_it_other_members_do_not(api, obj, taxonomy, group, group_admin, api_of):
    row = api.post("classification", ia(obj, taxonomy, group_ids=[group.pk]))[1]["data"]["classification_id"]
    other = api_of(make_user("other", groups_=[group]))
    assert other.put(f"classification/{row}", {"probability": 0.1})[0] == 403
    assert other.delete(f"classification/{row}")[0] == 403
    assert api_of(group_admin).put(f"classification/{row}", {"probability": 0.1})[0] == 200
    assert api_of(group_admin).delete(f"classification/{row}")[0] == 200


def test_all_my_own_of_a_source_go_at_once(api, obj, taxonomy, group, api_of):
    other = api_of(make_user("other", groups_=[group]))
    api.post("classification", ia(obj, taxonomy))
    api.post("classification", ia(obj, taxonomy, classification="II"))
    other.post("classification", ia(obj, taxonomy))
    assert api.delete(f"sources/{obj.name}/classifications", {"label": True})[0] == 200
    assert [c.author_name for c in Classification.objects.all()] == ["other"]


def test_votes_are_cast_replaced_and_withdrawn(api, obj, taxonomy, outsider, api_of):
    row = api.post("classification", ia(obj, taxonomy))[1]["data"]["classification_id"]
    assert api.post(f"classification/votes/{row}", {"vote": 1})[0] == 200
    assert api.post(f"classification/votes/{row}", {"vote": -1})[0] == 200
    assert [v["vote"] for v in api.get(f"classification/{row}")[1]["data"]["votes"]] == [-1]
    for bad in (0, 2, "x", True, None, [1]):
        assert api.post(f"classification/votes/{row}", {"vote": bad})[0] == 400
    assert api_of(outsider).post(f"classification/votes/{row}", {"vote": 1})[0] == 400
    assert api.delete(f"classification/votes/{row}")[0] == 200
    assert not ClassificationVote.objects.exists()


def test_the_list_is_paged_newest_first(api, obj, taxonomy):
    for _ in range(3):
        api.post("classification", ia(obj, taxonomy))
    status, body = api.get("classification", numPerPage=2, includeTaxonomy="true")
    data = body["data"]
    assert (status, data["totalMatches"], len(data["classifications"])) == (200, 3, 2)
    assert data["classifications"][0]["id"] > data["classifications"][1]["id"]
    assert data["classifications"][0]["taxonomy"]["name"] == "tree"
    assert api.get("classification", startDate="2100-01-01")[1]["data"]["totalMatches"] == 0
    assert api.get("classification", numPerPage=0)[0] == 400
    assert api.get("classification", startDate="soon")[0] == 400


def test_sources_classified_in_a_window(api, obj, taxonomy, outsider, api_of):
    api.post("classification", ia(obj, taxonomy))
    api.post("classification", ia(obj, taxonomy))
    window = {"startDate": "2000-01-01", "endDate": "2100-01-01"}
    assert api.get("classification/sources", **window)[1]["data"] == [obj.name]
    assert api.get("classification/sources", endDate="2000-01-01")[1]["data"] == []
    assert api_of(outsider).get("classification/sources")[1]["data"] == []


def test_who_may_not_see_it_cannot_tell_that_it_is_there(api, obj, taxonomy, outsider, api_of):
    row = api.post("classification", ia(obj, taxonomy))[1]["data"]["classification_id"]
    hidden, absent = (api_of(outsider).get(f"classification/{n}") for n in (row, row + 1000))
    assert hidden[0] == absent[0] == 400
    assert hidden[1]["message"].replace(str(row), "N") == absent[1]["message"].replace(str(row + 1000), "N")


def test_without_the_permission_nothing_is_said(obj, taxonomy, group, api_of):
    looker = api_of(make_user("looker", role="View only", groups_=[group]))
    assert looker.post("classification", ia(obj, taxonomy))[0] == 401
    assert looker.get("classification")[0] == 200


def test_a_private_group_is_not_named_to_others(api, member, obj, taxonomy, group, api_of):
    from tests.factories import join

    private = GroupFactory(name="Secret", private=True)
    join(member, private)
    api.post("classification", ia(obj, taxonomy, group_ids=[group.pk, private.pk]))
    other = api_of(make_user("other", groups_=[group]))
    (found,) = other.get(f"sources/{obj.name}/classifications")[1]["data"]
    assert [g["name"] for g in found["groups"]] == ["Transients"]


def test_those_of_the_same_thing_come_along_when_asked_for(api, obj, taxonomy, group):
    twin, hidden = known_obj(group), known_obj(GroupFactory())
    assert api.post("super_objs", {"name": "one", "obj_ids": [obj.name, twin.name]})[0] == 200
    api.post("classification", ia(twin, taxonomy, group_ids=[group.pk]))
    Classification.objects.create(
        obj=hidden, classification="II", taxonomy_id=taxonomy, author=make_user("x"), author_name="x",
        audience=Classification.objects.get().audience,
    )  # fmt: skip
    SuperObjMember.objects.create(super_obj_id=SuperObjMember.objects.first().super_obj_id, obj=hidden)
    path = f"sources/{obj.name}/classifications"
    assert api.get(path)[1]["data"] == []
    assert [row["obj_id"] for row in api.get(path, includeSuperObjs="true")[1]["data"]] == [twin.name]
