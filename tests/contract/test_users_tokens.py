"""`/api/internal/tokens`: the secret is answered once; another id names the token."""

import json

import pytest

from apps.groups import actions
from apps.groups.models import Token
from tests.conftest import Api


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def send(client, method, path, body=None):
    answer = client.generic(method, f"/api/{path}", data=json.dumps(body or {}), content_type="application/json")
    return answer.status_code, answer.json()


def test_a_token_is_made_once_shown_and_opens(signed_in, member):
    status, body = send(signed_in, "POST", "internal/tokens", {"name": "nightly", "acls": ["Upload data"]})
    assert status == 200
    secret = body["data"]["token_id"]
    assert Api(secret).get("internal/profile")[1]["data"]["id"] == member.pk
    listed = send(signed_in, "GET", "internal/tokens")[1]["data"]
    assert [(t["name"], t["acls"]) for t in listed] == [("nightly", ["Upload data"])]
    assert secret not in str(listed)
    assert Api(listed[0]["id"]).get("groups")[0] == 401
    assert not Token.objects.filter(digest=secret).exists()


def test_people_own_one_token_and_system_admins_several(signed_in, api_of, system_admin):
    send(signed_in, "POST", "internal/tokens", {"name": "one", "acls": []})
    status, body = send(signed_in, "POST", "internal/tokens", {"name": "two", "acls": []})
    assert status == 400
    assert body["message"] == "You have reached the maximum number of tokens allowed for your account type."
    api = api_of(system_admin)
    assert api.post("internal/tokens", {"name": "two", "acls": []})[0] == 200
    assert api.post("internal/tokens", {"name": "three", "acls": []})[0] == 200


def test_a_token_holds_what_its_owner_holds(signed_in, member):
    for acls, fragment in ((["System admin"], "Insufficient permissions"), (["Fly"], "No permission is called Fly")):
        status, body = send(signed_in, "POST", "internal/tokens", {"name": "big", "acls": acls})
        assert status == 400
        assert fragment in body["message"]
    assert not member.tokens.exists()


def test_a_token_makes_no_token_that_can_do_more(member):
    _, secret = actions.create_token(member, "weak", [])
    token = Api(secret)
    status, body = token.put(f"internal/tokens/{secret}", {"acls": ["Upload data"]})
    assert status == 400
    assert "Insufficient permissions" in body["message"]


def test_a_token_is_changed_and_revoked_by_id_or_by_secret(signed_in, member):
    token, secret = actions.create_token(member, "first", ["Comment"])
    assert send(signed_in, "PUT", f"internal/tokens/{token.pk}", {"name": "renamed"})[0] == 200
    assert send(signed_in, "PUT", f"internal/tokens/{secret}", {"acls": ["Upload data"]})[0] == 200
    shown = send(signed_in, "GET", f"internal/tokens/{secret}")[1]["data"]
    assert (shown["id"], shown["name"], shown["acls"]) == (str(token.pk), "renamed", ["Upload data"])
    assert send(signed_in, "DELETE", f"internal/tokens/{secret}")[0] == 200
    assert Api(secret).get("groups")[0] == 401
    assert send(signed_in, "DELETE", f"internal/tokens/{token.pk}")[0] == 400


def test_nobody_sees_or_revokes_tokens_of_others(api_of, outsider, member, system_admin):
    token, _ = actions.create_token(member, "mine", [])
    api = api_of(outsider)
    assert api.get("internal/tokens", userID=member.pk)[0] == 403
    assert api.get(f"internal/tokens/{token.pk}")[0] == 400
    assert api.delete(f"internal/tokens/{token.pk}")[0] == 400
    assert api.post("internal/tokens", {"name": "x", "acls": [], "user_id": member.pk})[0] == 403
    assert len(api_of(system_admin).get("internal/tokens", userID=member.pk)[1]["data"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "", "acls": []},
        {"name": "x", "acls": "all"},
        {"name": "x", "acls": [{}]},
        {"name": "x" * 999, "acls": []},
    ],
)
def test_a_bad_token_is_refused(signed_in, member, body):
    status, answer = send(signed_in, "POST", "internal/tokens", body)
    assert status == 400
    assert "Invalid/missing parameters" in answer["message"]
    assert not member.tokens.exists()


def test_a_session_writes_only_with_the_csrf_token(member):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    assert send(client, "GET", "internal/tokens")[0] == 200
    assert send(client, "POST", "internal/tokens", {"name": "x", "acls": []})[0] == 403


@pytest.mark.parametrize("header", ["token nothing", "Bearer abc", "token ", "nothing"])
def test_without_a_token_that_opens_there_is_401(client, db, header):
    answer = client.get("/api/groups", headers={"Authorization": header})
    assert answer.status_code == 401
    assert "Unauthorized" in answer.json()["message"]


def test_no_token_says_what_one_looks_like(client, db):
    assert (
        'Credentials malformed; expected form "Authorization: token abc123"'
        in client.get("/api/groups").json()["message"]
    )
