"""Accounts and tokens at the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.groups import queries
from apps.groups.models import User
from apps.groups.tasks import clear_sessions


def run(*words, **options):
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_the_token_is_the_last_word(member):
    secret = run("create_token", "member", "--acl", "Upload data", "--acl", "Comment").split()[-1]
    assert queries.viewer_of_token(secret).acls == {"Upload data", "Comment"}


def test_a_token_of_nobody_or_of_more_than_held_is_refused(member):
    with pytest.raises(CommandError, match="Nobody is called"):
        run("create_token", "ghost")
    with pytest.raises(CommandError, match="does not hold System admin"):
        run("create_token", "member", "--acl", "System admin")
    assert not member.tokens.exists()


def test_the_first_admin_is_made_once(db):
    run("create_site_admin", "--username", "chief", "--password", "quite a password")
    chief = User.objects.get(username="chief")
    assert chief.is_superuser
    assert chief.check_password("quite a password")
    with pytest.raises(CommandError, match="--force"):
        run("create_site_admin", "--username", "other", "--password", "quite a password")
    run("create_site_admin", "--username", "other", "--password", "quite a password", "--force")


@pytest.mark.parametrize(("name", "password"), [("chief", "short"), ("no spaces", "quite a password"), ("chief", "")])
def test_a_bad_admin_is_not_made(db, name, password):
    with pytest.raises(CommandError):
        run("create_site_admin", "--username", name, "--password", password)
    assert not User.objects.exists()


def test_sessions_that_ended_are_cleared(db, client, member):
    from django.contrib.sessions.models import Session

    client.force_login(member)
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    clear_sessions()
    assert not Session.objects.exists()
