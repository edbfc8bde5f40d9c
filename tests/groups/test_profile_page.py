"""The profile: contacts, tokens, password."""

import re

import pytest

from apps.groups import queries


@pytest.fixture
def browser(client, member):
    client.force_login(member)
    return client


def test_a_token_is_shown_once_and_not_cached(browser, member):
    answer = browser.post("/profile/tokens", {"name": "nightly", "acls": ["Upload data"]})
    assert (answer.status_code, answer["Location"]) == (302, "/profile")  # so that reload posts nothing again
    answer = browser.get("/profile")
    assert answer["Cache-Control"] == "no-store"
    secret = re.search(r'value="([0-9a-f-]{36})"', answer.content.decode())[1]
    assert queries.viewer_of_token(secret).acls == {"Upload data"}
    assert secret not in browser.get("/profile").content.decode()


def test_a_second_token_is_not_offered_and_refused(browser):
    browser.post("/profile/tokens", {"name": "one"})
    answer = browser.post("/profile/tokens", {"name": "two"})
    assert answer.status_code == 400
    assert "may have one token" in browser.get("/profile").content.decode()


def test_only_ones_own_permissions_can_be_ticked(browser, member):
    assert "System admin" not in browser.get("/profile").content.decode()
    assert browser.post("/profile/tokens", {"name": "x", "acls": ["System admin"]}).status_code == 400
    assert not member.tokens.exists()


def test_tokens_are_renamed_and_revoked_by_their_owner(browser, client, member, outsider):
    browser.post("/profile/tokens", {"name": "one"})
    token = member.tokens.get()
    browser.post(f"/profile/tokens/{token.pk}", {"name": "two"})
    assert member.tokens.get().name == "two"
    client.force_login(outsider)
    assert client.post(f"/profile/tokens/{token.pk}/revoke").status_code == 404
    client.force_login(member)
    assert client.post(f"/profile/tokens/{token.pk}/revoke").status_code == 302
    assert not member.tokens.exists()


def test_contacts_change_and_mistakes_are_said_at_the_field(browser, member):
    good = {"first_name": "Vera", "affiliations": "Carnegie\nVassar", "contact_phone": "+1 626 555 1234"}
    assert browser.post("/profile", good).status_code == 302
    member.refresh_from_db()
    assert (member.affiliations, member.contact_phone) == (["Carnegie", "Vassar"], "+16265551234")
    answer = browser.post("/profile", {"contact_phone": "12"})
    assert answer.status_code == 400
    assert "country code" in answer.content.decode()


def test_the_password_changes_and_the_session_stays(browser, member):
    data = {
        "old_password": "a long password",
        "new_password1": "quite another one",
        "new_password2": "quite another one",
    }
    assert browser.post("/profile/password", {**data, "old_password": "wrong"}).status_code == 400
    assert browser.post("/profile/password", data).status_code == 302
    assert browser.get("/profile").status_code == 200
    member.refresh_from_db()
    assert member.check_password("quite another one")
