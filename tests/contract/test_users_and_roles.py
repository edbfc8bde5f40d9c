"""`/api/user`, roles and ACLs: who is known, and who may do what."""

import pytest

from apps.groups.models import Group, Token, User
from tests.factories import make_user


@pytest.fixture
def manager(group):
    return make_user("manager", role="Group admin")


def test_people_are_listed_by_name_and_counted(api_of, member, outsider):
    data = api_of(member).get("user")[1]["data"]
    assert [u["username"] for u in data["users"]] == ["member", "outsider"]
    assert data["totalMatches"] == 2
    data = api_of(member).get("user", numPerPage=1, pageNumber=2)[1]["data"]
    assert [u["username"] for u in data["users"]] == ["outsider"]
    assert data["totalMatches"] == 2


def test_contacts_are_for_managers_and_for_those_who_share_a_group(api_of, member, outsider, group_admin, manager):
    User.objects.filter(pk=member.pk).update(contact_email="m@example.org", contact_phone="+16265551234")

    def email(user, found=None):
        return api_of(user).get(f"user/{(found or member).pk}")[1]["data"]["contact_email"]

    assert email(outsider) is None
    assert email(group_admin) == "m@example.org"
    assert email(manager) == "m@example.org"
    assert email(member) == "m@example.org"
    for seeker, count in ((outsider, 0), (manager, 1)):
        assert api_of(seeker).get("user", email="m@example")[1]["data"]["totalMatches"] == count


def test_searching_by_group_shows_nobody_of_a_group_that_is_not_mine(api_of, member, outsider, group):
    assert api_of(member).get("user", group="Transients")[1]["data"]["totalMatches"] == 1
    assert api_of(outsider).get("user", group="Transients")[1]["data"]["totalMatches"] == 0


def test_searching_by_role_permission_and_name(api_of, member, system_admin):
    api = api_of(member)
    assert [u["username"] for u in api.get("user", role="Super admin")[1]["data"]["users"]] == ["system_admin"]
    assert api.get("user", acl="Upload data")[1]["data"]["totalMatches"] == 2
    assert api.get("user", username="SYSTEM")[1]["data"]["totalMatches"] == 1
    assert api.get("user", username="%")[1]["data"]["totalMatches"] == 0


def test_accounts_that_are_over_are_listed_on_request(api_of, member):
    make_user("gone", expiration_date="2020-01-01T00:00:00Z")
    assert api_of(member).get("user")[1]["data"]["totalMatches"] == 1
    assert api_of(member).get("user", includeExpired="true")[1]["data"]["totalMatches"] == 2


def test_the_list_makes_as_many_queries_for_many_as_for_few(api_of, member, group, django_assert_max_num_queries):
    for _ in range(30):
        make_user(groups_=[group])
    api = api_of(member)
    with django_assert_max_num_queries(11):
        api.get("user", numPerPage=25)


@pytest.mark.parametrize(
    "query",
    [{"sortBy": "password"}, {"sortBy": "username;drop"}, {"sortOrder": "up"}, {"numPerPage": 0}, {"pageNumber": "x"},
     {"username": "a\x00b"}, {"pageNumber": 10**12, "numPerPage": 5}],
)  # fmt: skip
def test_a_bad_search_is_refused(api_of, member, query):
    status, body = api_of(member).get("user", **query)
    assert status == 400
    assert body["status"] == "error"


def test_a_person_has_permissions_of_roles_and_beyond(api_of, member, system_admin):
    assert api_of(system_admin).post(f"user/{member.pk}/acls", {"aclIds": ["Manage sources"]})[0] == 200
    data = api_of(member).get(f"user/{member.pk}")[1]["data"]
    assert data["roles"] == ["Full user"]
    assert data["acls"] == ["Manage sources"]
    assert {"Manage sources", "Upload data"} <= set(data["permissions"])
    assert "password" not in data


def test_an_absent_person_is_refused(api_of, member):
    assert api_of(member).get("user/999999")[0] == 400
    assert api_of(member).get("user/abc")[0] == 400


def test_a_new_user_has_a_group_of_their_own_and_goes_with_it(api_of, system_admin):
    api = api_of(system_admin)
    status, body = api.post("user", {"username": "novel", "contact_phone": "+1 (626) 555-1234", "roles": ["View only"]})
    assert status == 200
    person = User.objects.get(pk=body["data"]["id"])
    assert person.contact_phone == "+16265551234"
    own = Group.objects.get(name="novel", single_user_group=True)
    assert list(own.users.all()) == [person]
    assert not person.has_usable_password()
    assert api.delete(f"user/{person.pk}")[0] == 200
    assert not Group.objects.filter(pk=own.pk).exists()
    assert api.get(f"user/{person.pk}")[0] == 400


def test_a_new_user_joins_groups_and_a_system_admin_grants_the_streams(api_of, system_admin, group, stream):
    status, body = api_of(system_admin).post("user", {"username": "novel", "groupIDsAndAdmin": [[group.pk, True]]})
    assert status == 200
    membership = group.memberships.get(user=body["data"]["id"])
    assert membership.admin
    assert membership.user.stream_grants.filter(stream=stream).exists()


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ({}, "username: Field required"),
        ({"username": "a b c"}, "username"),
        ({"username": "x" * 300}, "username"),
        ({"username": "member"}, "already exists"),
        ({"username": "MEMBER"}, "user_username_any_case"),
        ({"username": "n", "contact_email": "nonsense"}, "contact_email"),
        ({"username": "n", "contact_phone": "blah"}, "Could not parse input"),
        ({"username": "n", "roles": ["King"]}, "No role is called King"),
        ({"username": "n", "groupIDsAndAdmin": [["x", True]]}, "Invalid group id"),
        ({"username": "n", "groupIDsAndAdmin": [[1, "perhaps"]]}, "groupIDsAndAdmin"),
        ({"username": "n", "expirationDate": "soon"}, "expirationDate"),
        ({"username": "n'; drop table groups_user; --"}, "username"),
    ],
)
def test_a_bad_account_is_refused_and_nothing_is_made(api_of, system_admin, member, body, fragment):
    before = User.objects.count(), Group.objects.count()
    status, answer = api_of(system_admin).post("user", body)
    assert status == 400
    assert fragment in answer["message"]
    assert (User.objects.count(), Group.objects.count()) == before


def test_a_username_that_is_a_groups_name_gets_a_group_of_another_name(api_of, system_admin, group):
    assert api_of(system_admin).post("user", {"username": "Transients"})[0] == 200
    person = User.objects.get(username="Transients")
    assert person.groups.get(single_user_group=True).name == f"Transients ({person.pk})"


def test_only_managers_change_accounts(api_of, member, outsider, manager):
    for verb, path, body in (("PATCH", f"user/{outsider.pk}", {"bio": "x"}), ("DELETE", f"user/{outsider.pk}", None),
                             ("POST", "user", {"username": "n"}),
                             ("POST", f"user/{member.pk}/roles", {"roleIds": ["Super admin"]}),
                             ("POST", f"user/{member.pk}/acls", {"aclIds": ["System admin"]})):  # fmt: skip
        assert api_of(member)(verb, path, body)[0] == 401
    assert api_of(manager).patch(f"user/{outsider.pk}", {"affiliations": ["Caltech"]})[0] == 200
    assert User.objects.get(pk=outsider.pk).affiliations == ["Caltech"]


def test_a_manager_hands_out_only_what_they_hold(api_of, manager, outsider, system_admin):
    api = api_of(manager)
    assert api.post(f"user/{outsider.pk}/roles", {"roleIds": ["View only"]})[0] == 200
    status, body = api.post(f"user/{manager.pk}/roles", {"roleIds": ["Super admin"]})
    assert status == 403
    assert "Insufficient permissions" in body["message"]
    assert api.post(f"user/{manager.pk}/acls", {"aclIds": ["System admin"]})[0] == 403
    assert api.patch(f"user/{system_admin.pk}", {"expirationDate": "2020-01-01"})[0] == 403
    assert api.delete(f"user/{system_admin.pk}")[0] == 403
    assert api.delete(f"user/{system_admin.pk}/roles/Super admin")[0] == 403
    assert "System admin" not in manager.permissions()


def test_a_token_with_manage_users_alone_works_as_its_owner_expects(api_of, system_admin, outsider):
    api = api_of(system_admin, acls=["Manage users"])
    assert api.post(f"user/{outsider.pk}/roles", {"roleIds": ["Group admin"]})[0] == 200
    assert api.delete(f"user/{outsider.pk}/roles/Group admin")[0] == 200
    assert api.delete(f"user/{outsider.pk}/roles/Group admin")[0] == 400


def test_the_last_system_admin_stays(api_of, system_admin):
    api = api_of(system_admin)
    assert api.delete(f"user/{system_admin.pk}")[0] == 400
    assert "last system administrator" in api.delete(f"user/{system_admin.pk}/roles/Super admin")[1]["message"]
    assert "System admin" in User.objects.get(pk=system_admin.pk).permissions()


def test_deleting_a_person_takes_their_tokens(api_of, system_admin, member):
    api_of(member)
    assert api_of(system_admin).delete(f"user/{member.pk}")[0] == 200
    assert not Token.objects.filter(user_id=member.pk).exists()


def test_an_account_that_is_over_is_refused_with_403(api_of, system_admin, member):
    api = api_of(member)
    assert api_of(system_admin).patch(f"user/{member.pk}", {"expirationDate": "2020-01-01T00:00:00"})[0] == 200
    status, body = api.get("groups")
    assert status == 403
    assert "User account expired" in body["message"]


def test_roles_and_acls_are_facts(api_of, member):
    roles = {r["id"]: r["acls"] for r in api_of(member).get("roles")[1]["data"]}
    assert roles["View only"] == []
    assert "Upload data" in roles["Full user"]
    assert len(api_of(member).get("acls")[1]["data"]) == 27
