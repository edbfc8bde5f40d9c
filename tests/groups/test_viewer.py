"""A viewer is a person, or a token with fewer permissions."""

from apps.groups import actions, queries


def test_a_token_holds_no_more_than_its_owner_does_now(member):
    _, secret = actions.create_token(member, "script", ["Upload data", "System admin"])
    viewer = queries.viewer_of_token(secret)
    assert viewer.acls == {"Upload data"}
    assert viewer.by_token


def test_an_unknown_token_is_nobody(db):
    assert queries.viewer_of_token("not a token") is None


def test_a_new_user_is_in_the_sitewide_group_and_in_one_of_their_own(member, group):
    viewer = queries.viewer_of(member.pk)
    assert viewer.group_ids == {group.pk, queries.sitewide_group_id(), viewer.single_user_group_id}
