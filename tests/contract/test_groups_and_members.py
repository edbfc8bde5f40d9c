"""`/api/groups`: what clients of the public API send and get."""

import pytest

from apps.groups import queries
from apps.groups.models import Group
from tests.factories import GroupFactory, StreamFactory, join, make_user


def test_a_new_group_has_its_creator_and_the_named_as_admins(api_of, member, outsider):
    status, body = api_of(member).post("groups", {"name": "Kilonovae", "group_admins": [outsider.pk]})
    assert status == 200
    assert body["status"] == "success"
    group = Group.objects.get(pk=body["data"]["id"])
    assert set(group.memberships.filter(admin=True).values_list("user", flat=True)) == {member.pk, outsider.pk}


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "   "}])
def test_a_group_needs_a_name(api_of, member, body):
    status, answer = api_of(member).post("groups", body)
    assert status == 400
    assert "Missing required parameter" in answer["message"]


def test_a_group_name_is_taken_once_whatever_its_case(api_of, member, group):
    status, answer = api_of(member).post("groups", {"name": group.name.upper()})
    assert status == 400
    assert "already" in answer["message"]


def test_creating_a_group_needs_upload_data(api_of, member):
    status, answer = api_of(member, acls=[]).post("groups", {"name": "Nope"})
    assert status == 401
    assert "Unauthorized" in answer["message"]


def test_the_list_tells_mine_from_accessible_from_all(api_of, member, group):
    GroupFactory(name="Secret", private=True)
    open_group = GroupFactory(name="Open")
    data = api_of(member).get("groups")[1]["data"]
    assert {g["name"] for g in data["user_groups"]} == {"Transients", "Sitewide Group", "member"}
    assert {g["name"] for g in data["user_accessible_groups"]} == {"Transients", "Sitewide Group"}
    assert {g["name"] for g in data["all_groups"]} == {"Transients", "Sitewide Group", open_group.name}


def test_a_system_admin_reaches_every_group(api_of, system_admin, group, member):
    GroupFactory(name="Secret", private=True)
    api = api_of(system_admin)
    data = api.get("groups")[1]["data"]
    assert "Secret" in {g["name"] for g in data["user_accessible_groups"]}
    assert "member" not in {g["name"] for g in data["all_groups"]}
    data = api.get("groups", includeSingleUserGroups="true")[1]["data"]
    assert {"name": "member", "single_user_group": True}.items() <= next(
        g for g in data["all_groups"] if g["name"] == "member"
    ).items()


def test_a_group_is_found_by_its_name(api_of, outsider, group):
    assert [g["id"] for g in api_of(outsider).get("groups", name="Transients")[1]["data"]] == [group.pk]
    assert api_of(outsider).get("groups", name="Nobody")[1]["data"] == []


def test_one_group_shows_members_to_members_only(api_of, member, outsider, group, stream):
    data = api_of(member).get(f"groups/{group.pk}")[1]["data"]
    assert [u["username"] for u in data["users"]] == ["member"]
    assert data["users"][0]["can_save"] is True
    assert [s["id"] for s in data["streams"]] == [stream.pk]
    assert api_of(outsider).get(f"groups/{group.pk}")[1]["data"]["users"] == []
    assert "users" not in api_of(member).get(f"groups/{group.pk}", includeGroupUsers="false")[1]["data"]


def test_a_private_group_is_as_absent_as_one_that_never_was(api_of, outsider):
    secret = GroupFactory(name="Secret", private=True)
    hidden = api_of(outsider).get(f"groups/{secret.pk}")
    absent = api_of(outsider).get("groups/999999")
    assert hidden[0] == absent[0] == 400
    assert hidden[1]["message"].replace(str(secret.pk), "N") == absent[1]["message"].replace("999999", "N")
    assert "Cannot find Group with id" in absent[1]["message"]


@pytest.mark.parametrize("wrong", ["abc", "1.5", "-1", "99999999999999999999", "1'--", "%00"])
def test_an_id_that_is_none_is_named(api_of, member, wrong):
    status, body = api_of(member).get(f"groups/{wrong}")
    assert status == 400
    assert "Invalid group_id" in body["message"]


def test_the_sitewide_group_is_public(api_of, member):
    assert api_of(member, acls=[]).get("groups/public")[1]["data"]["id"] == queries.sitewide_group_id()


def test_its_admins_rename_and_delete_a_group(api_of, group_admin, group):
    api = api_of(group_admin)
    assert api.put(f"groups/{group.pk}", {"name": "Renamed"})[0] == 200
    assert api.get(f"groups/{group.pk}")[1]["data"]["name"] == "Renamed"
    assert api.delete(f"groups/{group.pk}")[0] == 200
    assert api.get(f"groups/{group.pk}")[0] == 400


def test_others_neither_rename_nor_delete_it(api_of, member, group):
    status, body = api_of(member).put(f"groups/{group.pk}", {"name": "Mine"})
    assert status == 400
    assert "Cannot find Group with id" in body["message"]
    assert api_of(member).delete(f"groups/{group.pk}")[0] == 400
    assert Group.objects.get(pk=group.pk).name == "Transients"


def test_nobody_deletes_the_sitewide_group(api_of, system_admin):
    status, body = api_of(system_admin).delete(f"groups/{queries.sitewide_group_id()}")
    assert status == 400
    assert "Cannot find Group with id" in body["message"]


def test_a_description_that_is_too_long_or_has_nul_is_refused(api_of, member):
    for name in ("x" * 201, "a\x00b"):
        status, body = api_of(member).post("groups", {"name": name})
        assert status == 400
        assert "name" in body["message"]
    assert not Group.objects.filter(name__startswith="xxx").exists()


def test_a_stream_is_added_once_and_removed(api_of, system_admin, member):
    stream = StreamFactory(name="Extra")
    group = GroupFactory(name="Bare")
    api = api_of(system_admin)
    status, body = api.post(f"groups/{group.pk}/streams", {"stream_id": stream.pk})
    assert (status, body["data"]) == (200, {"group_id": group.pk, "stream_id": stream.pk})
    status, body = api.post(f"groups/{group.pk}/streams", {"stream_id": stream.pk})
    assert status == 400
    assert body["message"] == "Specified stream is already associated with this group."
    assert api.delete(f"groups/{group.pk}/streams/{stream.pk}")[0] == 200
    status, body = api.delete(f"groups/{group.pk}/streams/{stream.pk}")
    assert status == 400
    assert "No stream IDs with" in body["message"]


def test_a_stream_that_a_member_may_not_read_is_not_added(api_of, group_admin, group, member):
    extra = StreamFactory(name="Extra")
    group_admin.stream_grants.create(stream=extra)
    status, body = api_of(group_admin).post(f"groups/{group.pk}/streams", {"stream_id": extra.pk})
    assert status == 400
    assert "does not have stream access with ID" in body["message"]


def test_a_single_user_group_takes_neither_streams_nor_people(api_of, system_admin, member, outsider, stream):
    own = Group.objects.get(name="member")
    api = api_of(system_admin)
    for path, body in (("streams", {"stream_id": stream.pk}), ("users", {"userID": outsider.pk, "admin": False})):
        status, answer = api.post(f"groups/{own.pk}/{path}", body)
        assert status == 400
        assert "It is a single user group" in answer["message"]
    assert api.delete(f"groups/{own.pk}/users/{member.pk}")[0] == 403
    assert api_of(member).delete(f"groups/{own.pk}/users/{member.pk}")[0] == 403


def test_people_are_added_changed_and_removed_by_admins(api_of, group_admin, group, stream_member):
    api = api_of(group_admin)
    status, body = api.post(f"groups/{group.pk}/users", {"userID": stream_member.pk, "admin": False, "canSave": False})
    assert status == 200
    assert body["data"] == {"group_id": group.pk, "user_id": stream_member.pk, "admin": False}
    listed = {u["id"]: u for u in api.get(f"groups/{group.pk}")[1]["data"]["users"]}
    assert (listed[stream_member.pk]["can_save"], listed[stream_member.pk]["admin"]) == (False, False)
    assert api.patch(f"groups/{group.pk}/users", {"userID": stream_member.pk, "admin": True})[0] == 200
    listed = {u["id"]: u for u in api.get(f"groups/{group.pk}")[1]["data"]["users"]}
    assert listed[stream_member.pk]["admin"] is True
    assert api.delete(f"groups/{group.pk}/users/{stream_member.pk}")[0] == 200


def test_who_lacks_a_stream_of_the_group_cannot_join(api_of, system_admin, group, outsider):
    status, body = api_of(system_admin).post(f"groups/{group.pk}/users", {"userID": outsider.pk, "admin": False})
    assert status == 403
    assert "does not have stream access with ID" in body["message"]


def test_who_does_not_administer_a_group_changes_nobody_in_it(api_of, member, group, stream_member):
    api = api_of(member)
    status, body = api.post(f"groups/{group.pk}/users", {"userID": stream_member.pk, "admin": False})
    assert status == 400
    assert "not accessible" in body["message"]
    assert api.patch(f"groups/{group.pk}/users", {"userID": member.pk, "admin": True})[0] == 400
    join(stream_member, group)
    assert api.delete(f"groups/{group.pk}/users/{stream_member.pk}")[0] == 403
    assert api_of(stream_member, acls=[]).post(f"groups/{group.pk}/users", {"userID": 1, "admin": False})[0] == 401


def test_a_member_leaves_but_the_last_admin_does_not(api_of, member, group_admin, group):
    assert api_of(member, acls=[]).delete(f"groups/{group.pk}/users/{member.pk}")[0] == 200
    status, body = api_of(group_admin).delete(f"groups/{group.pk}/users/{group_admin.pk}")
    assert status == 400
    assert "last admin" in body["message"]
    status, body = api_of(group_admin).patch(f"groups/{group.pk}/users", {"userID": group_admin.pk, "admin": False})
    assert status == 400
    assert "last admin" in body["message"]


def test_nobody_leaves_the_sitewide_group(api_of, member):
    assert api_of(member).delete(f"groups/{queries.sitewide_group_id()}/users/{member.pk}")[0] == 403


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ({"admin": False}, "userID"),
        ({"userID": "x", "admin": False}, "userID"),
        ({"userID": 1}, "admin: Field required"),
        ({"userID": 1, "admin": "perhaps"}, "admin"),
        ({"userID": 1, "admin": False, "canSave": 7}, "canSave"),
        ({"userID": 2**40, "admin": False}, "userID"),
        ({"userID": 999999, "admin": False}, "not accessible"),
    ],
)
def test_a_bad_member_is_refused_with_the_field_named(api_of, group_admin, group, body, fragment):
    status, answer = api_of(group_admin).post(f"groups/{group.pk}/users", body)
    assert status == 400
    assert fragment in answer["message"]
    assert group.memberships.count() == 1


def test_a_change_of_nothing_is_refused(api_of, group_admin, group):
    status, body = api_of(group_admin).patch(f"groups/{group.pk}/users", {"userID": group_admin.pk})
    assert status == 400
    assert "At least one of" in body["message"]


def test_everybody_of_another_group_joins(api_of, group_admin, group, stream):
    other = GroupFactory(name="Other")
    people = [make_user(groups_=[other]) for _ in range(3)]
    for person in people:
        person.stream_grants.create(stream=stream)
    api = api_of(group_admin)
    status, body = api.post(f"groups/{group.pk}/usersFromGroups", {"fromGroupIDs": [other.pk]})
    assert status == 400
    assert "not accessible" in body["message"]
    join(group_admin, other)
    assert api.post(f"groups/{group.pk}/usersFromGroups", {"fromGroupIDs": [other.pk]})[0] == 200
    assert group.memberships.count() == 4
