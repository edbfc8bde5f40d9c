"""What an account begins with; and that the factories of the tests leave the same."""

from __future__ import annotations

from django.forms.models import model_to_dict

from apps.groups import actions
from apps.groups.models import Token, User
from apps.groups.queries import viewer_of
from tests.factories import GroupFactory, StreamFactory, join, make_token, make_user


def all_of(user: User) -> dict:
    """Everything there is of a person, by names that do not hold who it is."""
    own = {"id", "password", "username"}
    groups = [
        model_to_dict(m.group, exclude=["id", "name", "streams", "users"])
        | model_to_dict(m, exclude=["id", "user", "group"])
        for m in user.memberships.order_by("group__sitewide", "group__single_user_group")
    ]
    return {
        "fields": {key: value for key, value in model_to_dict(user).items() if key not in own},
        "groups": groups,
        "named as they are": user.memberships.get(group__single_user_group=True).group.name == user.username,
        "sitewide": user.memberships.filter(group__sitewide=True).count(),
        "streams": sorted(user.stream_grants.values_list("stream__name", flat=True)),
        "password": user.check_password("a long password"),
        "acls": viewer_of(user.pk).acls,
    }


def test_people_of_tests_are_like_people(db):
    StreamFactory(name="for all", auto_join=True)
    group = GroupFactory(streams=[StreamFactory(name="of the group")])
    real = actions.create_user(
        "vera", password="a long password", first_name="Vera", expiration_date="2040-01-01T00:00:00Z"
    )
    join(real, group)
    made = make_user("henrietta", groups_=[group], first_name="Vera", expiration_date="2040-01-01T00:00:00Z")
    for user in (real, made):
        user.refresh_from_db()
    assert all_of(made) == all_of(real)
    assert all_of(real)["streams"] == ["for all", "of the group"]


def test_tokens_of_tests_are_like_tokens(member):
    for acls in (["Comment", "no such permission"], None):
        Token.objects.all().delete()
        real, _ = actions.create_token(member, "real", acls or member.permissions())
        secret = make_token(member, "made", acls)
        made = Token.objects.get(name="made")
        assert made.digest != secret
        assert set(made.acls.all()) == set(real.acls.all()) != set()
