"""GCN's Kafka service: a broker that goes away and is killed, and a token service that misbehaves."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from apps.gcn.actions import listening as module
from apps.gcn.actions import receiving
from apps.gcn.actions.listening import Listening
from apps.gcn.actions.receiving import take_up
from apps.gcn.brokers import gcn_kafka
from apps.gcn.models import GcnEvent, NoticeFeed, ReceivedNotice
from apps.gcn.queries.notices import gcn_lamp
from skyportal import kafka as skyportal_kafka
from skyportal.access.viewer import Viewer
from skyportal.embedded.supervise import children
from skyportal.kafka import Line
from skyportal.outside import Unreachable
from tests.emulators import gcn, kafka
from tests.emulators.server import serve

from .notice_data import voevent

confluent_kafka = pytest.importorskip("confluent_kafka")

# Who comes after another one of its group waits for a second less than a session; who was cut off comes at once; what
# is asked waits at the broker for the messages that were asked for before.
QUICK = {"session.timeout.ms": 2000, "heartbeat.interval.ms": 100, "reconnect.backoff.max.ms": 100,
         "fetch.wait.max.ms": 20, "fetch.error.backoff.ms": 20, "retry.backoff.ms": 20}  # fmt: skip
BAT = "gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK"
NOTICES = [
    voevent(ivorn=f"ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_{n}", time=f"2026-01-0{n}T00:00:00",
            what=f'<Param name="Packet_Type" value="61"/><Param name="TrigID" value="100{n}"/>')
    for n in range(1, 6)
]  # fmt: skip


@pytest.fixture(autouse=True)
def site(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def cluster():
    with kafka.cluster() as (producer, port):
        yield producer, f"127.0.0.1:{port}"


@pytest.fixture
def listen(cluster, settings, monkeypatch):
    """A new consumer process of the same group."""
    settings.GCN_SERVERS = cluster[1]
    settings.GCN_CLIENT_ID = settings.GCN_CLIENT_SECRET = ""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    options = gcn_kafka.options
    monkeypatch.setattr(gcn_kafka, "options", lambda tokens: options(tokens) | QUICK)
    return lambda: Listening(lambda: gcn_kafka.connect(gcn_kafka.options(None)))


def send(producer, *messages):
    for topic, raw in messages:
        producer.produce(topic, raw, partition=0)
    assert producer.flush(10) == 0


@pytest.fixture
def token_service(settings):
    settings.GCN_CLIENT_ID, settings.GCN_CLIENT_SECRET = gcn.CLIENT, gcn.SECRET
    with serve(gcn.speak) as emulator:
        settings.GCN_TOKEN_URL = f"{emulator.address}/oauth2/token"
        yield emulator


class Killed(BaseException):
    """As if the process was killed there."""


@pytest.mark.django_db
def test_notices_are_taken_in_and_heartbeats_light_the_lamp(listen, cluster, client, member, monkeypatch, capsys):
    beat = json.dumps({"created_at": 1}).encode()
    send(cluster[0], (gcn_kafka.HEARTBEAT, beat), *((BAT, raw) for raw in NOTICES), ("gcn.circulars", b"{broken"))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # this process goes on
    call_command("consume_gcn", most=6, idle=60)
    assert "5 understood, 1 refused" in capsys.readouterr().out
    assert (GcnEvent.objects.count(), ReceivedNotice.objects.count()) == (5, 6)  # a heartbeat is no message
    row = ReceivedNotice.objects.filter(topic=BAT).order_by("offset").last()
    assert (row.partition is not None, row.offset is not None) == (True, True)
    feed = NoticeFeed.objects.get()
    assert feed.messages == 6
    assert feed.state == "stopped"
    send(cluster[0], (BAT, b"<junk"))  # behind all that is there: what came again would come before
    assert listen().run(most=1, idle=60) == {"refused": 1}
    NoticeFeed.objects.update(started_at=timezone.now())
    client.force_login(member)
    for age, state in ((0, "on"), (5, "late"), (60, "off")):
        NoticeFeed.objects.update(last_heartbeat_at=timezone.now() - timedelta(minutes=age))
        lamps = client.get(reverse("stream-lamps")).content.decode()
        assert f'data-state="{state}"' in lamps
        assert "GCN" in lamps


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["storing", "stored", "understanding"])
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice(listen, cluster, monkeypatch, moment):
    send(cluster[0], *((BAT, raw) for raw in NOTICES))
    moments = {"storing": "keep", "stored": "done", "understanding": "understand"}
    place, name = Line if moment == "stored" else module.receiving, moments[moment]
    through, calls = getattr(place, name), []

    def dying(*args, **kwargs):
        calls.append(args)
        if moment == "stored" or len(calls) == 3:
            raise Killed
        return through(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, dying)
        with pytest.raises(Killed):
            listen().run(idle=60)
    if moment != "understanding":  # by then the broker is told, and only the clock knows
        assert listen().run(most=5, idle=60).total() == 5
    ReceivedNotice.objects.update(received_at=timezone.now() - timedelta(minutes=5), tried_at=None)
    take_up()
    assert list(ReceivedNotice.objects.values_list("outcome", flat=True)) == ["understood"] * 5
    assert GcnEvent.objects.count() == 5


@pytest.fixture
def told(monkeypatch):
    """What the operator's page was told, and who hears of it: `told.by(...)` is called with each."""
    real = module._feed

    class Told(list):
        by = staticmethod(lambda trouble: None)

    said = Told()

    def feed(**told):
        real(**told)
        if "trouble" in told and (not said or said[-1] != told["trouble"]):
            said.append(told["trouble"])
        said.by(told.get("trouble", ""))

    monkeypatch.setattr(module, "_feed", feed)
    monkeypatch.setattr(module, "PULSE_EVERY", 0.0)
    monkeypatch.setattr(skyportal_kafka, "PATIENCE", 0.3)
    return said


def lamp(viewer):
    [found] = gcn_lamp(viewer)
    return found.state, found.note


@pytest.mark.django_db
def test_the_broker_goes_away_before_it_is_told_and_returns(listen, cluster, settings, monkeypatch, told):
    """Nothing is lost, nothing is there twice however much comes again, and lamp and page say how it is."""
    beat, lamps = (gcn_kafka.HEARTBEAT, b"{}"), []
    send(cluster[0], beat, *((BAT, raw) for raw in NOTICES[:3]))
    keep = receiving.keep
    with kafka.door(int(cluster[1].split(":")[1])) as gate:
        settings.GCN_SERVERS = gate.address
        listening = listen()

        def keeping(*args, **kwargs):
            if ReceivedNotice.objects.count() == 2 and gate.is_open and not lamps:
                gate.shut()
            return keep(*args, **kwargs)

        def heard(trouble):
            if not gate.is_open and trouble:
                lamps.append(lamp(Viewer.system("test")))
                gate.open()
                send(cluster[0], *((BAT, raw) for raw in [*NOTICES[1:], NOTICES[4]]), beat)
            if lamps and not (trouble or listening.stopping) and place(listening.line) == 8:
                lamps.append(lamp(Viewer.system("test")))
                listening.stop()

        monkeypatch.setattr(module.receiving, "keep", keeping)
        told.by = heard
        listening.run(idle=60)
    assert lamps[0][0] == "late"
    assert "roker" in lamps[0][1]
    assert lamps[-1] == ("on", "")
    assert gcn_lamp(Viewer(user_id=0))[0].note == ""  # why is for operators
    assert ReceivedNotice.objects.count() == GcnEvent.objects.count() == 5


def place(line):
    """How far the broker knows us to be."""
    [found] = line.broker.committed([confluent_kafka.TopicPartition(BAT, 0)], timeout=30)
    return found.offset


@contextmanager
def other_process():
    """A cluster that can be killed, and its port."""
    child = subprocess.Popen([sys.executable, "-m", "tests.emulators.kafka"], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL, cwd=site_settings.ROOT)  # fmt: skip
    try:
        yield child, int(child.stdout.readline())
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.django_db
def test_the_broker_is_killed_and_another_has_its_log_and_we_are_stopped_while_that_is_away(listen, settings, told):
    """The second one does not know how far we are; killed in turn, it does not keep us from ending."""
    state = []
    with other_process() as first, other_process() as second, kafka.door(first[1]) as gate:
        settings.GCN_SERVERS = gate.address
        listening = listen()
        for count, port in ((3, first[1]), (5, second[1])):
            producer = confluent_kafka.Producer({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0})
            send(producer, *((BAT, raw) for raw in NOTICES[:count]))

        def heard(trouble):
            count = GcnEvent.objects.count()
            if not state and count == 3:
                first[0].kill()
                state.append("first killed")
            elif state == ["first killed"] and trouble:
                state.append(trouble)
                gate.broker = second[1]
            elif len(state) == 2 and count == 5:
                state.append("all there")
                second[0].kill()
            elif len(state) == 3 and trouble:
                listening.stop()

        told.by = heard
        listening.run(idle=60)
    assert listening.stopping
    assert "broker" in state[1]
    assert (ReceivedNotice.objects.count(), GcnEvent.objects.count()) == (5, 5)
    assert NoticeFeed.objects.get().state == "stopped"


def test_a_client_that_would_wait_for_its_broker_to_take_leave_is_not_waited_for(monkeypatch):
    """As it does for half a minute, where it was not told to try often."""
    monkeypatch.setattr(skyportal_kafka, "LEAVE_WITHIN", 0.05)
    away = threading.Event()
    Line("GCN", SimpleNamespace(close=lambda: away.wait(60))).close()
    assert not away.is_set()
    away.set()


@pytest.fixture
def guarded(listen, cluster, token_service, settings, monkeypatch):
    """A broker that lets in who shows a token of the token service."""
    settings.GCN_CLIENT_ID, settings.GCN_CLIENT_SECRET = gcn.CLIENT, gcn.SECRET
    settings.GCN_PROTOCOL = "SASL_PLAINTEXT"
    monkeypatch.setattr(module, "AGAIN_AFTER", 0.05)
    with kafka.door(int(cluster[1].split(":")[1]), gcn.TOKEN) as gate:
        settings.GCN_SERVERS = gate.address
        tokens = gcn_kafka.tokens()
        yield Listening(lambda: gcn_kafka.connect(gcn_kafka.options(tokens)), tokens)


@pytest.mark.django_db
def test_without_a_token_it_waits_and_says_so_and_goes_on_while_a_new_one_is_refused(
    guarded, cluster, token_service, monkeypatch, told, caplog
):
    """At first the token service misbehaves; then it is well; then it fails, while the token it gave still serves."""
    monkeypatch.setattr(gcn_kafka, "LONGEST", 1.5)  # seconds; the client asks again after four fifths of it
    send(cluster[0], (BAT, NOTICES[0]))
    token_service.mood = "error"

    def heard(trouble):
        if "500" in trouble and guarded.line is None:
            token_service.mood = "garbage"
        elif "no token" in trouble:
            token_service.mood = "well"
        elif not trouble and GcnEvent.objects.count() == 1:
            token_service.mood = "error"
        elif trouble and GcnEvent.objects.count() == 1 and len(told) == 5:
            send(cluster[0], (BAT, NOTICES[1]))

    told.by = heard
    guarded.run(most=2, idle=60)
    assert ["500" if "500" in said else "garbage" if "no token" in said else said for said in told[:5]] == [
        "", "500", "garbage", "", "500"
    ]  # fmt: skip
    assert GcnEvent.objects.count() == 2
    assert gcn.SECRET not in "".join(told) + caplog.text
    token_service.mood = "well"
    guarded.tokens(None)
    assert guarded.trouble == ""


@pytest.mark.django_db
def test_stopped_while_the_token_service_keeps_it_waiting(guarded, token_service):
    token_service.mood = "slow"
    threading.Timer(0.2, guarded.stop).start()
    began = time.monotonic()
    assert guarded.run().total() == 0
    assert time.monotonic() - began < 9  # it is given ten to answer
    assert NoticeFeed.objects.get().state == "stopped"


@pytest.mark.parametrize("odd", ["", "a\0b", "tok en", "jeton-é", "x\n"])
def test_a_token_that_is_none_never_reaches_the_client(token_service, odd):
    """One with a zero in it ends the client."""
    token_service.speak = lambda *_: (200, "application/json", json.dumps({"access_token": odd}).encode())
    with pytest.raises(Unreachable, match="no token"):
        gcn_kafka.tokens()(None)


@pytest.mark.parametrize(
    ("mood", "reason"), [("error", "500"), ("garbage", "no token"), ("cut", "cannot be read|no token")]
)
def test_a_token_service_that_misbehaves_is_told_of_without_the_secret(token_service, mood, reason, caplog):
    token_service.mood = mood
    with caplog.at_level(logging.DEBUG), pytest.raises(Unreachable, match=reason) as told:
        gcn_kafka.options(gcn_kafka.tokens())["oauth_cb"](None)
    assert gcn.SECRET not in told.value.message + caplog.text + str(gcn_kafka.options(gcn_kafka.tokens()))
    token_service.mood = "well"
    found, until = gcn_kafka.token(gcn.CLIENT, gcn.SECRET)
    assert found == gcn.TOKEN
    assert until > time.time() + 3000


def test_credentials_that_are_not_accepted_say_what_to_do(token_service):
    with pytest.raises(Unreachable, match="30 days"):
        gcn_kafka.token(gcn.CLIENT, "wrong")


def test_without_credentials_the_command_says_where_to_get_them_and_make_run_starts_none(settings, monkeypatch):
    settings.GCN_CLIENT_ID = settings.GCN_CLIENT_SECRET = settings.GCN_SERVERS = ""
    with pytest.raises(CommandError, match="GCN_CLIENT_ID"):
        call_command("consume_gcn")
    for name in ("GCN_CLIENT_ID", "GCN_CLIENT_SECRET", "GCN_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    assert "gcn" not in [child.name for child in children("127.0.0.1", 8000)]
    monkeypatch.setenv("GCN_CLIENT_ID", "a")
    assert "gcn" not in [child.name for child in children("127.0.0.1", 8000)]
    monkeypatch.setenv("GCN_CLIENT_SECRET", "b")
    assert "gcn" in [child.name for child in children("127.0.0.1", 8000)]
