"""`/api/listing`: words, codes and shapes that clients depend on."""

import pytest

from apps.sources.models import Listing
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def test_a_source_is_put_on_a_list_and_read_back(api, obj, member):
    body = {"user_id": member.pk, "obj_id": obj.name, "list_name": "favorites", "params": {"arcsec": 5}}
    status, body = api.post("listing", body)
    assert status == 200
    for path in ("listing", f"listing/{member.pk}"):
        (found,) = api.get(path, listName="favorites")[1]["data"]
        assert (found["id"], found["obj_id"], found["user_id"]) == (body["data"]["id"], obj.name, member.pk)
        assert (found["list_name"], found["params"]) == ("favorites", {"arcsec": 5})
    assert api.get("listing", listName="watchlist")[1]["data"] == []


def test_once_is_enough(api, obj):
    body = {"obj_id": obj.name, "list_name": "favorites"}
    assert api.post("listing", body)[1]["data"] == api.post("listing", body)[1]["data"]


def test_an_entry_is_edited(api, obj, group, member):
    other = known_obj(group)
    entry = api.post("listing", {"obj_id": obj.name, "list_name": "favorites"})[1]["data"]["id"]
    body = {"user_id": member.pk, "obj_id": other.name, "list_name": "my_list"}
    assert api.patch(f"listing/{entry}", body)[0] == 200
    found = Listing.objects.get()
    assert (found.obj, found.list_name) == (other, "my_list")


def test_an_entry_goes_by_id_or_by_what_it_says(api, obj, member):
    body = {"user_id": member.pk, "obj_id": obj.name, "list_name": "favorites"}
    entry = api.post("listing", body)[1]["data"]["id"]
    assert api.delete(f"listing/{entry}")[0] == 200
    api.post("listing", body)
    assert api.delete("listing", body)[0] == 200
    assert api.delete("listing", body)[0] == 400
    assert not Listing.objects.exists()


def test_lists_are_their_owners_only(api, obj, member, outsider, system_admin, api_of):
    entry = api.post("listing", {"obj_id": obj.name, "list_name": "favorites"})[1]["data"]["id"]
    other = api_of(outsider)
    for verb, path, body in (
        ("GET", f"listing/{member.pk}", None),
        ("PATCH", f"listing/{entry}", {"list_name": "mine"}),
        ("DELETE", f"listing/{entry}", None),
        ("DELETE", "listing", {"user_id": member.pk, "obj_id": obj.name, "list_name": "favorites"}),
        ("POST", "listing", {"user_id": member.pk, "obj_id": obj.name, "list_name": "favorites"}),
    ):
        status, answer = other(verb, path, body)
        assert status == 400
        assert "Insufficient permission" in answer["message"]
    assert Listing.objects.get().list_name == "favorites"
    assert len(api_of(system_admin).get(f"listing/{member.pk}")[1]["data"]) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"list_name": "-x"}, "must begin with alphanumeric/underscore"),
        ({"list_name": ""}, "must begin with alphanumeric/underscore"),
        ({"list_name": None}, "must begin with alphanumeric/underscore"),
        ({"list_name": ["x"]}, "must begin with alphanumeric/underscore"),
        ({"obj_id": "absent"}, "Invalid obj_id"),
        ({"obj_id": None}, "Invalid obj_id"),
        ({"user_id": "me"}, "Invalid user_id"),
        ({"params": "wide"}, "Invalid params"),
        ({"list_name": "watchlist", "params": {"arcsec": "wide"}}, "Invalid params"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, obj, change, words):
    status, body = api.post("listing", {"obj_id": obj.name, "list_name": "favorites", **change})
    assert status == 400
    assert words in body["message"]
    assert not Listing.objects.exists()


def test_a_source_one_may_not_see_goes_on_no_list(obj, outsider, api_of):
    assert api_of(outsider).post("listing", {"obj_id": obj.name, "list_name": "favorites"})[0] == 400
    assert not Listing.objects.exists()
