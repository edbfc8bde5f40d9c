"""`/api/gcn_event/…/comments`, and the same talk on the page of an event."""

from __future__ import annotations

import json

import pytest

from apps.gcn.models import EventComment
from skyportal.journal.models import JournalEntry
from tests.factories import make_user
from tests.gcn.events_data import WHEN, an_event
from tests.sources.remarks import base64_of

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "comments"}


@pytest.fixture
def event(group):
    return an_event(groups=[group.pk])


def test_an_event_is_talked_about_by_api(event, group, member, outsider, api_of):
    api, path = api_of(member), f"gcn_event/{event.pk}/comments"
    ada = make_user("ada", groups_=[group])
    body = {"text": "@ada look", "group_ids": [group.pk], "attachment": {"name": "a.txt", "body": base64_of(b"hello")}}
    pk = api.post(path, body)[1]["data"]["comment_id"]
    assert api.post(path, body)[1]["data"] == {"comment_id": pk, "message": "This comment exists already."}
    (row,) = api.get(path)[1]["data"]
    assert (row["gcn_id"], row["resourceType"], row["author"]["username"]) == (event.pk, "gcn_event", "member")
    assert [one["name"] for one in row["groups"]] == ["Transients"]
    assert api.get(f"{path}/{pk}/attachment.pdf")[1] == b"hello"
    assert api.get("gcn_event/comments", text="LOOK")[1]["data"][0]["id"] == pk
    assert [one["id"] for one in api.get(f"gcn_event/{event.address}")[1]["data"]["comments"]] == [pk]
    entry = JournalEntry.objects.get(kind="EventCommentPosted")
    assert entry.payload["mentioned_user_ids"] == [ada.pk]
    for reader, status in ((ada, 200), (outsider, 403)):
        assert api_of(reader).get(f"{path}/{pk}")[0] == status
        assert api_of(reader).delete(f"{path}/{pk}")[0] == 403
    assert api_of(outsider).get(path)[1]["message"] == "Could not find any accessible comments."
    assert api_of(outsider).post(path, {"text": "x"})[0] == 404
    other = an_event(ivorn="ivo://o/1", dateobs=WHEN.replace(hour=9), trigger_id="O", aliases=())
    status, answer = api.get(f"gcn_event/{other.pk}/comments/{pk}")
    assert (status, answer["message"]) == (400, "Comment resource ID does not match resource ID given in path")
    assert api.get("gcn_event/nonsense/comments")[0] == 400
    assert api.post("gcn_event/comments", {"text": "x"})[0] == 400
    assert api.put(f"{path}/{pk}", {"text": "other words"})[0] == 200
    assert api.get(f"{path}/{pk}")[1]["data"]["text"] == "other words"
    assert api.delete(f"{path}/{pk}")[0] == 200
    assert not EventComment.objects.exists()


def undo_of(answer):
    return json.loads(answer["HX-Trigger"])["toast"]["undo_url"]


def test_an_event_is_talked_about_on_its_page(event, group, member, outsider, client):
    client.force_login(member)
    here = f"/event/{event.address}"
    assert f'hx-get="{here}/comments"' in client.get(here).content.decode()
    text = client.get(f"{here}/comments").content.decode()
    assert f'data-watch="event:{event.address}"' in text
    assert "Everybody who may see this event" in text
    answer = client.post(f"{here}/comments", {"text": "a **kilonova**?"}, **HTMX)
    assert "<strong>kilonova</strong>" in answer.content.decode()
    pk = EventComment.objects.get().pk
    assert f'hx-post="{here}/comments/{pk}"' in client.get(f"{here}/comments/{pk}").content.decode()
    undo = undo_of(client.post(f"{here}/comments/{pk}", {"text": "no"}, **HTMX))
    assert client.post(undo, **HTMX).status_code == 204
    undo = undo_of(client.post(f"{here}/comments/{pk}/delete", **HTMX))
    assert not EventComment.objects.exists()
    client.force_login(outsider)
    assert client.post(undo, **HTMX).status_code == 404
    client.force_login(member)
    assert client.post(undo, **HTMX).status_code == 204
    assert EventComment.objects.get().text == "a **kilonova**?"
    with_file = {"text": "table", "attachment": _file("a.csv", b"mjd;mag\n1;2\n")}
    client.post(f"{here}/comments", with_file, **HTMX)
    there = f"{here}/comments/{EventComment.objects.latest('pk').pk}/attachment"
    assert there in client.get(f"{here}/comments").content.decode()
    assert '<th scope="col">mjd</th>' in client.get(there).content.decode()
    client.force_login(outsider)
    assert client.get(f"{here}/comments").status_code == 404
    assert client.get(there).status_code == 404


def _file(name, body):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, body)
