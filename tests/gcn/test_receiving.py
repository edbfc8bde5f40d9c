"""Messages are kept first, then understood: nothing is lost, nothing is there twice, in whatever order they come."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.gcn.actions import receiving
from apps.gcn.actions.receiving import keep, receive, replay, take_up, understand
from apps.gcn.models import Circular, CircularOfEvent, GcnEvent, GcnNotice, Outcome, ReceivedNotice
from skyportal.access.errors import NotAllowed
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal import delivery
from skyportal.journal.models import Delivery

from .events_data import settle
from .notice_data import DATA, needs_data, raw_of, voevent

pytestmark = pytest.mark.django_db

BAT, XRT = "voevent/swift/SWIFT_1125809-092.xml", "voevent/swift/SWIFT_1125809-104.xml"


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def alert(kind="PRELIMINARY", minute=0, event=True, skymap=None):
    said = {"alert_type": kind, "time_created": f"2026-03-01T00:{minute:02d}:00Z", "superevent_id": "S260301ab",
            "urls": {}, "event": None, "external_coinc": None}  # fmt: skip
    if event:
        said["event"] = {"time": "2026-03-01T00:00:00.123Z", "far": 1e-12, "significant": True, "instruments": ["H1"],
                         "group": "CBC", "pipeline": "gstlal", "search": "AllSky", "classification": {"BNS": 0.9},
                         "properties": {}, "skymap": skymap}  # fmt: skip
    return json.dumps(said).encode()


def outcomes():
    return list(ReceivedNotice.objects.order_by("pk").values_list("outcome", flat=True))


def test_a_message_is_kept_whole_and_becomes_an_event_once():
    found = receive(voevent(), "gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK")
    assert (found.outcome, found.notice_id) == (Outcome.UNDERSTOOD, GcnNotice.objects.get().pk)
    row = ReceivedNotice.objects.get()
    with default_storage.open(row.file) as file:
        assert file.read() == voevent()
    assert (row.kind, row.trigger_id, row.attempts) == ("SWIFT_BAT_GRB_POS_ACK", "1234567", 1)
    assert row.notice.content.name == row.file  # the event's notice and the message are one file
    again = receive(voevent(), "another.topic")
    assert again.outcome == Outcome.REPEATED
    row.refresh_from_db()
    assert (row.outcome, row.times_seen, row.attempts, row.topic) == (
        Outcome.UNDERSTOOD, 2, 1, "gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK",
    )  # fmt: skip
    other_bytes = receive(voevent() + b"\n", "t")  # the same notice, written otherwise
    assert other_bytes.outcome == Outcome.REPEATED
    assert (GcnEvent.objects.count(), GcnNotice.objects.count(), ReceivedNotice.objects.count()) == (1, 1, 2)


@needs_data
@pytest.mark.parametrize("order", [(BAT, XRT), (XRT, BAT)])
def test_notices_of_one_trigger_are_one_event_in_either_order(order):
    assert [receive(raw_of(path)).outcome for path in order] == [Outcome.UNDERSTOOD] * 2
    event = GcnEvent.objects.get()
    assert event.notices.count() == 2
    assert {"GRB", "X-ray", "BAT", "XRT"} <= set(event.tags.values_list("text", flat=True))


def test_a_retraction_before_its_event_waits_for_it():
    early = receive(alert("RETRACTION", minute=9, event=False), "igwn.gwalert")
    assert early.outcome == Outcome.EARLY
    assert not GcnEvent.objects.exists()
    assert receive(alert("PRELIMINARY", minute=3), "igwn.gwalert").outcome == Outcome.UNDERSTOOD
    event = GcnEvent.objects.get()
    assert event.is_retracted
    assert event.notices.count() == 2
    assert outcomes() == [Outcome.UNDERSTOOD] * 2
    assert receive(alert("UPDATE", minute=5), "igwn.gwalert").outcome == Outcome.UNDERSTOOD  # sent before it, came late
    event.refresh_from_db()
    assert event.is_retracted


def test_an_update_before_its_first_notice_announces_the_event():
    assert receive(alert("UPDATE", minute=5)).reason == "Announced S260301ab."
    assert receive(alert("PRELIMINARY", minute=1)).reason == "Updated S260301ab."
    assert GcnEvent.objects.count() == 1


BROKEN = {
    "XML": (b"<voe:VOEvent", "well-formed XML"),
    "JSON": (b'{"superevent_id": ', "well-formed JSON"),
    "bytes": (b"\x00\x01\x02\xff", "well-formed JSON"),
    "nothing": (b"", "empty"),
    "a bomb": (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
}


@pytest.mark.parametrize("which", BROKEN)
def test_what_is_broken_is_kept_with_the_reason_and_may_be_read_again(which, member, viewer_of):
    raw, reason = BROKEN[which]
    found = receive(raw, "igwn.gwalert")
    assert found.outcome == Outcome.REFUSED
    assert reason in found.reason
    assert receive(raw, "igwn.gwalert").outcome == Outcome.REFUSED
    row = ReceivedNotice.objects.get()
    assert (row.attempts, row.times_seen, row.size) == (1, 2, len(raw))
    (again,) = replay(Viewer.system("test"))
    assert reason in again.reason
    with pytest.raises(NotAllowed):
        replay(viewer_of(member))


def test_a_map_that_is_broken_costs_the_map_and_is_said():
    found = receive(alert(skymap="U0lN..."))
    assert found.outcome == Outcome.UNDERSTOOD
    assert "event.skymap is not base64" in found.reason
    assert GcnEvent.objects.get().notices.count() == 1
    other = receive(alert("UPDATE", minute=2, skymap=base64.b64encode(b"\x00\xfe" * 99).decode()))
    settle()
    troubles = dict(GcnNotice.objects.values_list("pk", "map_trouble"))
    assert "not base64" in troubles[found.notice_id], "said beside the notice, not to its reader alone"
    assert troubles[other.notice_id] == "event.skymap holds no FITS file."


def test_a_map_of_fifty_megabytes_is_taken():
    fits = b"SIMPLE  =" + bytes(50 * 2**20)
    found = receive(alert(skymap=base64.b64encode(fits).decode()))
    assert found.outcome == Outcome.UNDERSTOOD
    assert ReceivedNotice.objects.get().size > 66 * 2**20


class Killed(BaseException):
    """As if the process was killed there."""


def test_killed_between_keeping_and_understanding_it_is_taken_up_by_the_clock(monkeypatch):
    def die(*args, **kwargs):
        raise Killed

    pk = keep(voevent(), "t", partition=0, offset=7)
    monkeypatch.setattr(receiving, "admit", die)
    with pytest.raises(Killed):
        understand(pk)
    assert outcomes() == [Outcome.WAITING]
    assert not GcnEvent.objects.exists()
    monkeypatch.undo()
    assert take_up() == 0  # somebody may be at it
    _age(minutes=2)
    assert take_up() == 1
    assert outcomes() == [Outcome.UNDERSTOOD]
    assert take_up() == 0
    assert GcnNotice.objects.count() == 1


def test_what_kills_its_reader_each_time_is_left_alone_in_the_end(monkeypatch):
    def die(*args, **kwargs):
        raise Killed

    keep(voevent())
    monkeypatch.setattr(receiving, "read", die)
    for _ in range(receiving.MOST_ATTEMPTS):
        _age(minutes=2)
        with pytest.raises(Killed):
            take_up()
    _age(minutes=2)
    assert take_up() == 0
    row = ReceivedNotice.objects.get()
    assert (row.outcome, row.attempts) == (Outcome.FAILED, receiving.MOST_ATTEMPTS)
    monkeypatch.undo()
    (found,) = replay(Viewer.system("test"))
    assert found.outcome == Outcome.UNDERSTOOD


def test_what_fails_for_a_reason_of_the_moment_is_tried_again(monkeypatch, caplog):
    def fail(*args, **kwargs):
        GcnEvent.objects.create(dateobs=timezone.now(), exact_time=timezone.now(), audience_id=1)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(receiving, "read", fail)
    assert receive(voevent()).outcome == Outcome.FAILED
    assert not GcnEvent.objects.exists()  # nothing half done
    monkeypatch.undo()
    _age(minutes=2)
    assert take_up() == 1
    assert outcomes() == [Outcome.UNDERSTOOD]


def _age(minutes):
    past = timezone.now() - timedelta(minutes=minutes)
    ReceivedNotice.objects.update(received_at=past, tried_at=past)


def test_read_again_what_is_understood_stays_so():
    receive(voevent())
    GcnNotice.objects.update(ivorn="ivo://as/it/was/named#before")
    (found,) = replay(Viewer.system("test"), [ReceivedNotice.objects.get().pk])
    assert found.outcome == Outcome.REPEATED
    assert outcomes() == [Outcome.UNDERSTOOD]
    assert GcnNotice.objects.count() == 1


@needs_data
def test_the_development_data_from_files_twice(capsys):
    paths = [str(DATA / name) for name in ("voevent", "json/igwn", "json/einstein_probe")]
    call_command("ingest_gcn", *paths)
    said = capsys.readouterr().out
    assert "26 understood, 2 refused" in said
    assert "not name its namespace" in said
    before = GcnNotice.objects.count(), GcnEvent.objects.count()
    call_command("ingest_gcn", *paths, verbosity=0)
    assert (GcnNotice.objects.count(), GcnEvent.objects.count()) == before
    assert before[0] == 26


def circular(number, **said):
    usual = {"circularId": number, "subject": "S", "body": "B", "createdOn": 1691867000000, "submitter": "A B <a@b.c>"}
    return json.dumps({**usual, **said}).encode()


BURST = {"time": "2023-08-12T18:58:12.05", "date": "2023-08-12T18:58:20",
         "ivorn": "ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos_1",
         "what": '<Param name="Packet_Type" value="111"/><Param name="TrigID" value="713559497"/>'}  # fmt: skip


@pytest.mark.parametrize("event_first", [True, False])
def test_circulars_find_their_event_by_name_and_by_time_whichever_comes_first(event_first):
    said = [
        circular(34386, subject="GRB 230812B: Fermi GBM", body="trigger 713559497 of burst"),
        circular(34387, subject="GRB 230812B: optical", body="At 18:58:12 UT on 2023-08-12 Fermi saw it."),
        circular(34388, subject="GRB 230812A: another", body="At 03:11:00 UT Swift saw it."),
        circular(34389, subject="GRB 230812B: of last year", body="trigger 713559497", createdOn=1600000000000),
    ]
    messages = [voevent(**BURST), *said] if event_first else [*said, voevent(**BURST)]
    for raw in messages:
        assert receive(raw, "gcn.circulars").outcome == Outcome.UNDERSTOOD
    for pk in Delivery.objects.filter(reaction__endswith="tie_circulars").values_list("pk", flat=True):
        delivery.run(pk)
    links = CircularOfEvent.objects.order_by("circular__number").values_list("circular__number", "by")
    assert list(links) == [(34386, "713559497"), (34387, "time")]


@pytest.mark.django_db
def test_circulars_are_read_on_the_page_of_their_event(client, group, member, outsider):
    receive(voevent(**BURST))
    for number in range(30):
        receive(circular(100 + number, subject=f"GRB 230812B: part {number}", body="trigger 713559497 <b>bold</b>"))
    address = GcnEvent.objects.get().address
    client.force_login(member)
    assert "Circulars" in client.get(f"/event/{address}").content.decode()
    with CaptureQueriesContext(connection) as many:
        first = client.get(f"/event/{address}/circulars").content.decode()
    assert "part 29" in first
    assert "1 to 25 of 30" in first
    assert "part 0<" not in first
    assert "part 0<" in client.get(f"/event/{address}/circulars", {"page": 2}).content.decode()
    Circular.objects.exclude(number=129).delete()
    with CaptureQueriesContext(connection) as few:
        client.get(f"/event/{address}/circulars")
    assert len(few) == len(many)
    page = client.get("/circular/129").content.decode()
    assert "&lt;b&gt;bold" in page
    assert f"/event/{address}" in page
    assert client.get("/circular/7").status_code == 404
    GcnEvent.objects.update(audience=Audience.objects.of(groups=[group.pk]))
    client.force_login(outsider)
    assert f"/event/{address}" not in client.get("/circular/129").content.decode()
    assert client.get(f"/event/{address}/circulars").status_code == 404


def test_a_corrected_circular_replaces_the_first_and_addresses_are_not_kept():
    receive(circular(1, body="write to me@example.org"), "gcn.circulars")
    receive(circular(1, body="corrected", version=2), "gcn.circulars")
    row = Circular.objects.get()
    assert (row.text, row.submitter) == ("corrected", "A B")
    assert "example.org" not in str(list(Circular.objects.values()))
