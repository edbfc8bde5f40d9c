"""`/api/internal/profile`."""

import pytest

from apps.groups.models import User


def test_a_profile_shows_myself_with_tokens_and_preferences(api_of, member):
    api = api_of(member)
    data = api.get("internal/profile")[1]["data"]
    assert {"id": member.pk, "username": "member", "preferences": {}}.items() <= data.items()
    assert [t["name"] for t in data["tokens"]] == ["test 0"]
    assert data["gravatar_url"].startswith("https://secure.gravatar.com/avatar/")
    assert "password" not in data


def test_preferences_merge_key_by_key(api_of, member):
    api = api_of(member)
    api.patch("internal/profile", {"preferences": {"plots": {"a": 1, "b": 2}, "theme": "dark"}})
    api.patch("internal/profile", {"preferences": {"plots": {"b": 3}, "theme": None}})
    assert api.get("internal/profile")[1]["data"]["preferences"] == {"plots": {"a": 1, "b": 3}}


def test_names_and_contacts_change_and_the_own_group_follows_the_name(api_of, member):
    api = api_of(member)
    body = {"username": "renamed", "first_name": "Vera", "contact_email": "v@example.org", "affiliations": ["Carnegie"]}
    assert api.patch("internal/profile", body)[0] == 200
    person = User.objects.get(pk=member.pk)
    assert (person.username, person.get_full_name(), person.affiliations) == ("renamed", "Vera", ["Carnegie"])
    assert person.groups.get(single_user_group=True).name == "renamed"


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ({"contact_phone": "123"}, "Could not parse input"),
        ({"contact_email": "@"}, "contact_email"),
        ({"username": ""}, "username"),
        ({"preferences": [1]}, "preferences"),
        ({"preferences": {"x": "y" * 70_000}}, "64 kB"),
        ({"first_name": "a\x00"}, "first_name"),
        ({"bio": "x" * 20_001}, "bio"),
    ],
)
def test_a_bad_profile_changes_nothing(api_of, member, body, fragment):
    status, answer = api_of(member).patch("internal/profile", body)
    assert status == 400
    assert fragment in answer["message"]
    assert User.objects.get(pk=member.pk).username == "member"


def test_roles_are_not_in_a_profile_to_change(api_of, member):
    assert api_of(member).patch("internal/profile", {"roles": ["Super admin"], "is_active": False})[0] == 200
    person = User.objects.get(pk=member.pk)
    assert person.is_active
    assert [r.pk for r in person.roles.all()] == ["Full user"]


def test_profiles_of_others_are_for_managers(api_of, member, outsider, group_admin):
    assert api_of(outsider).get(f"internal/profile/{member.pk}")[0] == 403
    assert api_of(group_admin).get(f"internal/profile/{member.pk}")[0] == 200
    assert api_of(group_admin).get(f"internal/profile/{member.pk}")[1]["data"]["tokens"] == []
    assert api_of(group_admin).patch(f"internal/profile/{member.pk}", {"bio": "x"})[0] == 403
