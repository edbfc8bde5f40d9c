"""The operator's page of received notices."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.gcn.actions import locating
from apps.gcn.actions.receiving import receive
from apps.gcn.models import GcnEvent, GcnNotice, Localization, NoticeFeed, ReceivedNotice
from skyportal.astro.skymaps import shapes
from tests.factories import GroupFactory, make_user

from .events_data import settle
from .notice_data import voevent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator(client, system_admin):
    client.force_login(system_admin)
    return client


def test_the_list_shows_outcomes_and_is_narrowed_by_them(operator):
    receive(voevent(), "gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK")
    receive(b"<junk", "igwn.gwalert")
    page = operator.get(reverse("notices")).content.decode()
    assert "SWIFT_BAT_GRB_POS_ACK" in page
    assert "This is not well-formed XML" in page
    page = operator.get(reverse("notices"), {"outcome": "refused"}).content.decode()
    assert "SWIFT_BAT_GRB_POS_ACK" not in page
    assert "not well-formed" in page
    with CaptureQueriesContext(connection) as few:
        operator.get(reverse("notices"))
    for number in range(8):
        receive(b"<junk%d" % number)
    with CaptureQueriesContext(connection) as many:
        operator.get(reverse("notices"))
    assert len(few) == len(many)


def test_one_message_is_shown_within_bounds_and_downloaded_whole(operator):
    raw = json.dumps({"superevent_id": "<script>", "map": "A" * 5_000_000}).encode()
    receive(raw, "igwn.gwalert")
    address = reverse("received-notice", args=[ReceivedNotice.objects.get().pk])
    page = operator.get(address).content
    assert len(page) < 100_000
    assert b"(5,000,000 signs)" in page
    assert b"<script>&quot;" not in page
    assert b"&lt;script&gt;" in page
    assert operator.get(address, {"download": ""}).content == raw
    assert operator.get(reverse("received-notice", args=[10**9])).status_code == 404


def test_read_again_from_the_page(operator):
    receive(b"<junk")
    row = ReceivedNotice.objects.get()
    answer = operator.post(reverse("replay-notices"), {"notice": row.pk}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    toasts = operator.get(reverse("notices")).content.decode().partition('id="toasts"')[2].partition("<template")[0]
    assert "This is not well-formed XML" in toasts, "the page that is loaded then says what became of it"
    receive(voevent())
    operator.post(reverse("replay-notices"), {"notice": ReceivedNotice.objects.values_list("pk", flat=True)})
    assert "Read again: 1 refused, 1 repeated." in operator.get(reverse("notices")).content.decode()
    row.refresh_from_db()
    assert row.attempts == 3


def test_the_page_says_how_the_listening_is_and_why(operator):
    def said(**told):
        NoticeFeed.objects.update(**told)
        return operator.get(reverse("notices-feed")).content.decode()

    now = timezone.now()
    assert "Nobody listens to GCN" in said()
    NoticeFeed.objects.create(started_at=now, heard_at=now, absent="gcn.misspelt")
    page = said()
    assert "listening" in page
    assert "gcn.misspelt" in page
    page = said(trouble="There is no new token: <500>")
    assert "trouble" in page
    assert "&lt;500&gt;" in page
    assert "silent" in said(started_at=now - timedelta(hours=1), heard_at=now - timedelta(minutes=3))
    assert "was stopped" in said(started_at=None)


def test_only_operators_see_and_replay(client, member):
    receive(voevent())
    client.force_login(member)
    pk = ReceivedNotice.objects.get().pk
    assert client.get(reverse("notices")).status_code == 403
    assert client.get(reverse("received-notice", args=[pk])).status_code == 403
    assert client.post(reverse("replay-notices"), {"notice": pk}).status_code == 403
    assert ReceivedNotice.objects.get().attempts == 1


def test_a_map_that_is_broken_is_found_there_and_read_again(operator, monkeypatch):
    receive(voevent(), "gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK")
    said = {
        "superevent_id": "S260302zz", "alert_type": "PRELIMINARY", "time_created": "2026-03-02T00:01:00Z",
        "event": {
            "time": "2026-03-02T00:00:00Z", "skymap": base64.b64encode(b"SIMPLE  = and no more").decode(),
        },
    }  # fmt: skip
    found = receive(json.dumps(said).encode(), "igwn.gwalert")
    assert found.reason == "Announced S260302zz."
    settle()
    page = operator.get("/operator/notices?outcome=no_map").content.decode()
    assert "Its sky map: The file cannot be read" in page
    for words in ("cannot+be+read", "s260302zz"):
        assert "1–1 of 1" in operator.get(f"/operator/notices?words={words}").content.decode()
    assert "None of these" in operator.get("/operator/notices?words=nothing").content.decode()
    drawn = []
    monkeypatch.setattr(locating, "drawn", lambda one: drawn.append(one) or ("now", shapes.cone(10.0, 10.0, 1.0)))
    operator.post("/operator/notices/replay", {"notice": found.pk})
    assert "Its sky map is asked for again." in operator.get("/operator/notices").content.decode()
    settle()
    assert len(drawn) == 1
    assert Localization.objects.get(event__trigger_id="S260302zz").name == "now"
    assert GcnNotice.objects.get(event__trigger_id="S260302zz").map_trouble == ""
    operator.post("/operator/notices/replay", {"notice": found.pk})
    settle()
    assert len(drawn) == 1, "what is there is not asked for again"


def test_what_is_posted_is_kept_with_who_and_for_whom_and_read_again_as_theirs(operator, group, api_of):
    sender, stranger = make_user("sender", groups_=[group]), make_user("stranger", groups_=[GroupFactory()])
    xml, api = voevent().decode(), api_of(sender)
    for_group = {"xml": xml, "group_ids": [group.pk]}
    assert api_of(stranger).post("gcn_event", for_group)[0] == 400  # it is not theirs
    first = api.post("gcn_event", for_group)[1]["data"]
    assert "already exists" in api.post("gcn_event", for_group)[1]["message"]
    assert "Invalid json" in api.post("gcn_event", {"json": "{broken"})[1]["message"]
    retraction = {"superevent_id": "S260303zz", "alert_type": "RETRACTION", "time_created": "2026-03-03T00:09:00Z"}
    assert api.post("gcn_event", {"json": retraction | {"event": None}})[0] == 404
    figures = {"dateobs": "2026-03-04T00:00:00", "tags": ["GRB"], "group_ids": [group.pk]}
    told = api.post("gcn_event", figures)[1]["data"]
    said = ReceivedNotice.objects.order_by("pk").values_list("sent_by__username", "posted_as", "outcome", "times_seen")
    assert list(said) == [
        ("stranger", "xml", "refused", 1), ("sender", "xml", "understood", 2), ("sender", "json", "refused", 1),
        ("sender", "json", "refused", 1), ("sender", "figures", "understood", 1),
    ]  # fmt: skip
    rows = {row.posted_as: row for row in ReceivedNotice.objects.filter(sent_by=sender)}
    page = operator.get(reverse("received-notice", args=[rows["xml"].pk])).content.decode()
    assert "sender, as xml" in page
    assert group.name in page

    GcnEvent.objects.all().delete()
    everything = [str(pk) for pk in ReceivedNotice.objects.values_list("pk", flat=True)]
    for _ in range(2):  # twice, and nothing is there twice
        operator.post(reverse("replay-notices"), {"notice": everything})
    again = {event.address: event for event in GcnEvent.objects.all()}
    assert set(again) == {first["dateobs"], told["dateobs"]}
    for event in again.values():
        assert event.sent_by == sender
        assert event.audience.group_ids == [group.pk]
    assert api_of(stranger).get("gcn_event")[1]["data"]["totalMatches"] == 0

    GcnEvent.objects.all().delete()
    group.memberships.filter(user=sender).delete()  # who may not post it now has nobody post it for them
    operator.post(reverse("replay-notices"), {"notice": everything})
    assert not GcnEvent.objects.exists()
    operator.post(reverse("replay-notices"), {"notice": "nonsense"})
    assert max(ReceivedNotice.objects.values_list("attempts", flat=True)) == 5
