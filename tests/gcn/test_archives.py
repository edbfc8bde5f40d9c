"""GraceDB and TACH are asked by a worker; what they say, or why not, stands with the event."""

from __future__ import annotations

import pytest

from apps.gcn.models import Circular, GcnEvent
from tests.emulators.archives import Archives
from tests.emulators.server import serve
from tests.gcn.events_data import WHEN, an_event, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def archives(settings):
    there = Archives()
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(there.speak) as emulator:
        settings.GRACEDB_URL = emulator.address
        settings.TACH_URL = f"{emulator.address}/graphql"
        settings.GCN_CIRCULARS_URL = f"{emulator.address}/circulars"
        there.emulator = emulator
        yield there


@pytest.fixture
def runner(group_admin, api_of):
    return api_of(group_admin)


@pytest.fixture
def event(db):
    found = an_event(trigger_id="S260102a", aliases=("LVC#S260102a",))
    settle()
    return found


def test_gracedb_tells_log_and_labels(archives, event, runner, member, api_of, client):
    archives.superevents["S260102a"] = {
        "log": [{"N": 1, "created": "2026-01-02", "issuer": "a", "comment": "<b>first</b>"}, {"N": 2, "comment": "x"}],
        "labels": [{"name": "ADVOK", "creator": "b", "created": "2026-01-02"}],
    }
    here = f"gcn_event/{event.address}"
    assert api_of(member).post(f"{here}/gracedb", {})[0] == 401
    assert runner.post(f"{here}/gracedb", {})[1]["data"] == {"id": event.pk}
    assert not archives.emulator.asked, "nobody waits for it"
    settle()
    said = runner.get(here)[1]["data"]
    assert [row["N"] for row in said["gracedb_log"]] == ["2", "1"], "newest first"
    assert said["gracedb_labels"][0]["name"] == "ADVOK"
    client.force_login(member)
    page = client.get(f"/event/{event.address}/gracedb").content.decode()
    assert "ADVOK" in page
    assert "first" in page
    assert "<b>first" not in page
    assert "Ask GraceDB" not in page, "a button for those who may"
    other = an_event(ivorn="ivo://o/1", dateobs=WHEN.replace(hour=9), trigger_id="777", aliases=())
    assert "no name at GraceDB" in runner.post(f"gcn_event/{other.address}/gracedb", {})[1]["message"]


@pytest.mark.parametrize("mood", ["error", "garbage", "cut"])
def test_gracedb_that_misbehaves_costs_nothing_that_was_known(archives, event, runner, mood):
    GcnEvent.objects.filter(pk=event.pk).update(gracedb={"log": [{"N": "1"}]})
    archives.superevents["S260102a"] = {"log": [], "labels": []}
    archives.emulator.mood = mood
    runner.post(f"gcn_event/{event.address}/gracedb", {})
    settle()
    event.refresh_from_db()
    assert event.gracedb["gracedb_trouble"]
    assert event.gracedb["log"] == [{"N": "1"}]
    archives.emulator.mood = "well"
    runner.post(f"gcn_event/{event.address}/gracedb", {})
    settle()
    event.refresh_from_db()
    assert (event.gracedb["gracedb_trouble"], event.gracedb["log"]) == ("", [])


def circular(number, subject, **more):
    usual = {"circularId": number, "subject": subject, "body": "Text by a@b.org", "createdOn": 1767400000000}
    return {**usual, "submitter": "A. Person <a@b.org>", "evtid": "55", **more}


def test_tach_tells_names_and_circulars_once(archives, event, runner, client, group_admin):
    archives.events = [
        {"day": "2026-01-02", "id_": "54", "event": "GRB 260102Z", "trigger": "2026-01-02T23:00:00"},
        {"day": "2026-01-02", "id_": "55", "event": "GRB 260102A", "trigger": "2026-01-02T03:04:05"},
    ]
    archives.circulars = {n: circular(n, f"subject {n}") for n in (40001, 40002)}
    del archives.circulars[40002]["body"]
    here = f"gcn_event/{event.address}/tach"
    for _ in range(2):
        assert runner.post(here, {})[1]["data"] == {"id": event.pk}
        settle()
    said = runner.get(here)[1]["data"]
    assert (said["tach_id"], said["circulars"]) == ("55", {"40001": "subject 40001"})
    assert said["aliases"] == ["LVC#S260102a", "GRB260102A"]
    assert "b.org" not in Circular.objects.get().text, "nobody's mail address"
    client.force_login(group_admin)
    page = client.get(f"/event/{event.address}/circulars").content.decode()
    assert "subject 40001" in page
    assert "could not be had: 40002" in page
    assert "Ask TACH" in page


def test_tach_that_knows_no_such_event_says_so(archives, event, runner):
    runner.post(f"gcn_event/{event.address}/tach", {})
    settle()
    event.refresh_from_db()
    assert "knows no event" in event.gracedb["tach_trouble"]
    assert event.tach_id is None
