"""Signing in and out, passwords, expiry, and acting as somebody else."""

import re

import pytest

from apps.groups.models import User
from skyportal.journal.models import JournalEntry
from tests.factories import make_user

PASSWORD = "a long password"


def sign_in(client, username, password=PASSWORD):
    return client.post("/login", {"username": username, "password": password})


def test_a_name_is_known_in_any_case(client, member):
    assert sign_in(client, "MEMBER").status_code == 302
    assert client.get("/groups").status_code == 200


def test_a_wrong_password_tells_nothing(client, member):
    for name in ("member", "nobody"):
        answer = sign_in(client, name, "wrong")
        assert answer.status_code == 200
        assert "expired" not in answer.content.decode()


def test_closed_and_expired_accounts_do_not_sign_in(client, db):
    make_user("closed", is_active=False)
    make_user("over", expiration_date="2020-01-01T00:00:00Z")
    for name, word in (("closed", "correct"), ("over", "User account expired")):
        answer = sign_in(client, name)
        assert answer.status_code == 200
        assert word in answer.content.decode()
        assert client.get("/groups").status_code == 302


def test_an_open_session_ends_with_the_account(client, member):
    sign_in(client, "member")
    User.objects.filter(pk=member.pk).update(expiration_date="2020-01-01T00:00:00Z")
    assert client.get("/groups").status_code == 302
    assert client.get("/api/groups").status_code == 401


def test_signing_out_by_a_link_asks_first(client, member):
    sign_in(client, "member")
    assert client.get("/logout").status_code == 200
    assert client.get("/groups").status_code == 200
    assert client.post("/logout").status_code == 302
    assert client.get("/groups").status_code == 302


def test_a_password_is_reset_by_mail_once(client, member, mailoutbox):
    member.contact_email = "m@example.org"
    member.save()
    client.post("/password/reset", {"email": "m@example.org"})
    link = re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    assert sign_in(client, "member", "quite another one").status_code == 302
    client.post("/logout")
    assert "new_password1" not in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize("address", ["nobody@example.org", "over@example.org"])
def test_a_reset_for_nobody_says_the_same_and_sends_nothing(client, db, mailoutbox, address):
    make_user("over", contact_email="over@example.org", expiration_date="2020-01-01T00:00:00Z")
    assert client.post("/password/reset", {"email": address}).status_code == 302
    assert mailoutbox == []


def test_an_admin_acts_as_somebody_until_they_return(client, system_admin, member):
    client.force_login(system_admin)
    assert client.get(f"/become_user/{member.pk}").status_code == 200
    assert client.get("/api/internal/profile").json()["data"]["username"] == "system_admin"
    client.post(f"/become_user/{member.pk}")
    assert client.get("/api/internal/profile").json()["data"]["username"] == "member"
    assert "You are acting as member" in client.get("/groups").content.decode()
    entry = JournalEntry.objects.get(kind="BecameUser")
    assert (entry.actor_id, entry.payload["person_id"]) == (system_admin.pk, member.pk)
    client.post("/become_user")
    assert client.get("/api/internal/profile").json()["data"]["username"] == "system_admin"
    assert "You are acting" not in client.get("/groups").content.decode()


def test_nobody_becomes_somebody_who_may_do_more(client, member, system_admin):
    client.force_login(member)
    assert client.post(f"/become_user/{system_admin.pk}").status_code == 403
    member.acls.add("Become user")
    assert client.post(f"/become_user/{system_admin.pk}").status_code == 403
    assert client.get("/api/internal/profile").json()["data"]["username"] == "member"


def test_return_without_having_acted_changes_nothing(client, member):
    client.force_login(member)
    assert client.post("/become_user").status_code == 302
    assert client.get("/groups").status_code == 200
