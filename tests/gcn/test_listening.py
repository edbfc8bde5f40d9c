"""GCN's Kafka service: librdkafka's own mock cluster, and an emulator of the token service that also misbehaves."""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta

import pytest
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
from skyportal.embedded.supervise import children
from skyportal.outside import Unreachable
from tests.emulators import gcn
from tests.emulators.server import serve

from .notice_data import voevent

confluent_kafka = pytest.importorskip("confluent_kafka")

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
    """A producer that keeps a mock cluster alive, and its address."""
    producer = confluent_kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "ignored"})
    servers = producer.list_topics(timeout=10).brokers
    yield producer, ",".join(f"{one.host}:{one.port}" for one in servers.values())
    producer.flush(1)


@pytest.fixture
def listen(cluster, settings):
    """A new consumer process of the same group; told its partitions, it need not wait for the group to gather."""
    settings.GCN_SERVERS = cluster[1]
    settings.GCN_CLIENT_ID = settings.GCN_CLIENT_SECRET = ""

    def start(topic=None):
        broker = confluent_kafka.Consumer({**gcn_kafka.options(), "session.timeout.ms": 6000})
        if topic is None:
            broker.subscribe(gcn_kafka.topics())
        else:
            partitions = broker.list_topics(topic, timeout=10).topics[topic].partitions
            place = confluent_kafka.TopicPartition
            broker.assign([place(topic, number, confluent_kafka.OFFSET_STORED) for number in partitions])
        return Listening(broker)

    return start


def send(producer, *messages):
    for topic, raw in messages:
        producer.produce(topic, raw)
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
    call_command("consume_gcn", most=6, idle=20)
    assert "5 understood, 1 refused" in capsys.readouterr().out
    assert (GcnEvent.objects.count(), ReceivedNotice.objects.count()) == (5, 6)  # a heartbeat is no message
    row = ReceivedNotice.objects.filter(topic=BAT).order_by("offset").last()
    assert (row.partition is not None, row.offset is not None) == (True, True)
    feed = NoticeFeed.objects.get()
    assert feed.messages == 6
    assert listen(BAT).run(idle=1).total() == 0  # all was told done
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
    first = listen(BAT)
    count = {"calls": 0}

    def dying(*args, **kwargs):
        count["calls"] += 1
        if count["calls"] == 3:
            raise Killed
        return through(*args, **kwargs)

    if moment == "stored":  # before the broker is told
        through = lambda *_, **__: None  # noqa: E731
        count["calls"] = 2
        first = Listening(_Uncommitting(first.broker, dying))
    else:
        name = "keep" if moment == "storing" else "understand"
        through = getattr(receiving, name)
        monkeypatch.setattr(module.receiving, name, dying)
    with pytest.raises(Killed):
        first.run(idle=20)
    monkeypatch.undo()
    if moment != "understanding":  # by then the broker is told, and only the clock knows
        assert listen(BAT).run(most=5, idle=20).total() == 5
    ReceivedNotice.objects.update(received_at=timezone.now() - timedelta(minutes=5), tried_at=None)
    take_up()
    assert list(ReceivedNotice.objects.values_list("outcome", flat=True)) == ["understood"] * 5
    assert GcnEvent.objects.count() == 5


class _Uncommitting:
    """A consumer whose commit does not come through."""

    def __init__(self, broker, commit):
        self.broker, self.commit = broker, commit

    def __getattr__(self, name):
        return getattr(self.broker, name)


def test_the_consumer_asks_for_a_token_and_the_secret_is_nowhere(token_service, cluster, settings, caplog):
    """The mock cluster knows no SASL, so it refuses afterwards; that the token was asked for is what is seen here."""
    settings.GCN_SERVERS, settings.GCN_PROTOCOL = cluster[1], "SASL_PLAINTEXT"
    broker = confluent_kafka.Consumer({**gcn_kafka.options(), "log_level": 0})
    until = time.monotonic() + 10
    while not token_service.asked and time.monotonic() < until:
        broker.poll(0.1)
    broker.close()
    path, form = token_service.asked[0]
    assert (path, form["client_id"], form["client_secret"]) == ("/oauth2/token", gcn.CLIENT, gcn.SECRET)
    assert gcn.SECRET not in str({key: said for key, said in gcn_kafka.options().items() if key != "oauth_cb"})


@pytest.mark.parametrize(
    ("mood", "reason"), [("error", "500"), ("garbage", "no token"), ("cut", "cannot be read|no token")]
)
def test_a_token_service_that_misbehaves_is_told_of_without_the_secret(token_service, mood, reason, caplog):
    token_service.mood = mood
    with caplog.at_level(logging.DEBUG), pytest.raises(Unreachable, match=reason) as told:
        gcn_kafka.options()["oauth_cb"]("")
    assert gcn.SECRET not in told.value.message + caplog.text
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
