"""`/api/sources/{id}/annotations`: words, codes and shapes that clients depend on."""

import pytest

from apps.groups.queries import sitewide_group_id
from apps.sources.models import Annotation
from tests.factories import GroupFactory, join, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def annotate(api, obj, origin="gaia", data=None, **more):
    return api.post(f"sources/{obj.name}/annotations", {"origin": origin, "data": data or {"plx": 0.5}, **more})


def test_an_annotation_is_posted_and_read_back(api, obj, member, group):
    status, body = annotate(api, obj, data={"plx": 0.5, "name": "x", "in": {"deep": [1, None]}}, group_ids=[group.pk])
    assert status == 200
    status, body = api.get(f"sources/{obj.name}/annotations/{body['data']['annotation_id']}")
    found = body["data"]
    assert found["data"] == {"plx": 0.5, "name": "x", "in": {"deep": [1, None]}}
    assert (found["origin"], found["obj_id"], found["type"]) == ("gaia", obj.name, "source")
    assert found["author"]["username"] == "member"
    assert [g["id"] for g in found["groups"]] == [group.pk]
    assert [a["id"] for a in api.get(f"sources/{obj.name}/annotations")[1]["data"]] == [found["id"]]


def test_without_groups_it_is_for_all_of_mine(api, obj, member, group, viewer_of):
    annotate(api, obj)
    ids = set(Annotation.objects.get().audience.group_ids)
    assert ids == {group.pk, sitewide_group_id(), viewer_of(member).single_user_group_id}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"data": {}}, "Invalid/missing parameters: origin: Field required"),
        ({"origin": "gaia"}, "data: Field required"),
        ({"origin": "-gaia", "data": {}}, "origin: String should match pattern"),
        ({"origin": "", "data": {}}, "origin: String should match pattern"),
        ({"origin": 5, "data": {}}, "origin: String should match pattern"),
        ({"origin": "a\x00", "data": {}}, "origin: contains a NUL character"),
        ({"origin": "gaia", "data": []}, "data: Input should be a valid dictionary"),
        ({"origin": "gaia", "data": "x"}, "data: Input should be a valid dictionary"),
        ({"origin": "gaia", "data": None}, "data: Input should be a valid dictionary"),
        ({"origin": "gaia", "data": {"a": "x" * 600_000}}, "data: at most"),
        ({"origin": "gaia", "data": {"a": 1}, "group_ids": "many"}, "group_ids"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, obj, body, words):
    status, answer = api.post(f"sources/{obj.name}/annotations", body)
    assert status == 400
    assert words in answer["message"]
    assert not Annotation.objects.exists()


def test_data_nested_without_end_is_refused(api, obj):
    deep = '{"origin": "gaia", "data": ' + '{"a":' * 600 + "1" + "}" * 600 + "}"
    assert api.post(f"sources/{obj.name}/annotations", deep)[0] == 400


def test_a_bare_nan_is_kept_as_null(api, obj):
    assert api.post(f"sources/{obj.name}/annotations", '{"origin": "a", "data": {"x": NaN, "y": Infinity}}')[0] == 200
    assert Annotation.objects.get().data == {"x": None, "y": None}


def test_a_second_of_the_same_origin_is_refused(api, obj, group, api_of):
    annotate(api, obj)
    status, answer = annotate(api_of(make_user("other", groups_=[group])), obj)
    assert status == 400
    assert "duplicate key value violates unique constraint" in answer["message"]
    assert Annotation.objects.count() == 1


def test_one_that_i_cannot_read_does_not_stand_in_my_way(api, obj, member, api_of):
    second = GroupFactory()
    stranger = make_user("stranger", groups_=[second])
    known = known_obj(second)
    annotate(api_of(stranger), known, group_ids=[second.pk])
    from apps.sources.actions.objs import make_known

    make_known([known.pk], group_ids=[sitewide_group_id()])
    assert api.get(f"sources/{known.name}/annotations")[1]["data"] == []
    assert annotate(api, known)[0] == 200


def test_put_replaces_data_and_groups(api, obj, group):
    annotation = annotate(api, obj)[1]["data"]["annotation_id"]
    body = {"data": {"new": 1}, "origin": "gaia", "group_ids": [group.pk]}
    assert api.put(f"sources/{obj.name}/annotations/{annotation}", body)[0] == 200
    found = Annotation.objects.get()
    assert (found.data, found.audience.group_ids) == ({"new": 1}, [group.pk])


def test_put_cannot_take_the_origin_of_another(api, obj):
    annotate(api, obj, "gaia")
    second = annotate(api, obj, "wise")[1]["data"]["annotation_id"]
    status, answer = api.put(f"sources/{obj.name}/annotations/{second}", {"origin": "gaia"})
    assert status == 400
    assert "duplicate key" in answer["message"]


def test_the_path_must_name_its_source(api, obj, group):
    other = known_obj(group)
    annotation = annotate(api, obj)[1]["data"]["annotation_id"]
    for verb, body in (("GET", None), ("PUT", {"data": {}}), ("DELETE", None)):
        status, answer = api(verb, f"sources/{other.name}/annotations/{annotation}", body)
        assert status == 400
        assert "Annotation resource ID does not match resource ID given in path" in answer["message"]


def test_only_its_author_changes_it(api, obj, group, outsider, system_admin, api_of):
    annotation = annotate(api, obj)[1]["data"]["annotation_id"]
    path = f"sources/{obj.name}/annotations/{annotation}"
    other = api_of(make_user("other", groups_=[group]))
    assert other.put(path, {"data": {}})[0] == 403
    assert other.delete(path)[0] == 403
    assert api_of(outsider).get(path)[0] == 403
    assert api_of(make_user("looker", role="View only", groups_=[group])).delete(path)[0] == 401
    assert Annotation.objects.get().data == {"plx": 0.5}
    assert api_of(system_admin).delete(path)[0] == 200


def test_a_source_one_may_not_see_is_not_found(outsider, obj, api_of):
    stranger = api_of(outsider)
    assert stranger.get(f"sources/{obj.name}/annotations")[0] == 404
    assert annotate(stranger, obj)[0] == 404
    assert stranger.get("sources/absent/annotations")[0] == 404
    assert not Annotation.objects.exists()


def test_keys_and_types_are_listed_by_origin(api, obj, member, outsider, api_of):
    second = GroupFactory(name="Hidden")
    join(member, second)
    annotate(api, obj, "gaia", {"plx": 0.5, "name": "x", "ok": True})
    status, body = api.get("internal/annotations_info")
    assert status == 200
    assert body["data"]["gaia"] == [{"name": "string"}, {"ok": "boolean"}, {"plx": "number"}]
    assert api_of(outsider).get("internal/annotations_info")[1]["data"] == {}
