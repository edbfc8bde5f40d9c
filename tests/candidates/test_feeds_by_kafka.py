"""Feeds by Kafka, from end to end: nothing lost and nothing twice, whatever dies, goes away, is doubled or disordered.
The consumer is the command that a feed's process runs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from apps.candidates.actions import consuming, feeds, intake
from apps.candidates.alerts.archive import Archive
from apps.candidates.models import Broker, Candidate, RefusedPacket
from skyportal import kafka
from skyportal.access.viewer import Viewer
from skyportal.journal import recording
from tests.emulators import kafka as emulator

confluent_kafka = pytest.importorskip("confluent_kafka")

SYSTEM = Viewer.system("test")
# Who was killed holds its part of the topic for a session; who was cut off comes again at once; what is asked waits at
# the broker for the messages that were asked for before.
QUICK = ["session.timeout.ms=1500", "heartbeat.interval.ms=100", "reconnect.backoff.max.ms=100", "fetch.wait.max.ms=20",
         "fetch.error.backoff.ms=20", "retry.backoff.ms=20"]  # fmt: skip


@pytest.fixture
def cluster():
    with emulator.cluster() as made:
        yield made


@pytest.fixture
def send(cluster):
    def send(some):
        for raw in some:
            cluster[0].produce("ztf", raw)
        assert cluster[0].flush(10) == 0

    return send


@pytest.fixture
def few(messages):
    """As many as the mock keeps, twice: it forgets what is beyond 5 MB of a partition."""
    messages = messages[:25]
    assert sum(map(len, [*messages * 2, *messages[:5]])) < 4.5e6
    return messages


@pytest.fixture
def feed_at(settings, tmp_path, ztf, every_alert, monkeypatch):
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    monkeypatch.setattr(consuming, "BATCH", 16)

    def connected(servers):
        broker = Broker.objects.create(name="K", driver="kafka", active=True, settings={"servers": servers})
        return feeds.add_feed(SYSTEM, broker.pk, ztf.pk, "ztf")

    return connected


def archived(settings):
    return sum(night.packets for night in Archive(settings.ALERT_ARCHIVE).nights())


@pytest.mark.django_db
def test_a_broker_that_goes_away_and_returns_is_said_to_and_read_on(feed_at, cluster, send, few, settings, monkeypatch):
    """It goes while a batch is taken in, so that it cannot be told that the batch is safe; and returns once that is
    known on the feed's page."""
    send(few)
    monkeypatch.setattr(consuming, "PATIENCE", 0.2)
    monkeypatch.setattr(consuming, "LAG_EVERY", 0.0)
    monkeypatch.setattr(kafka, "PATIENCE", 0.3)
    real_admit, real_heard, real_run, said, runs = intake.admit, feeds.heard, consuming.Consumption.run, [], []
    with emulator.door(cluster[1]) as gate:
        feed = feed_at(gate.address)

        def admit(*args, **kwargs):
            if not said:
                said.append("")
                gate.shut()
            return real_admit(*args, **kwargs)

        def heard(feed_id, messages, seconds, lag, trouble):
            real_heard(feed_id, messages, seconds, lag, trouble)
            if trouble and said == [""]:
                said.append(trouble)
                gate.open()
                send(few[:3])
            if said[1:] and lag == 0 and Candidate.objects.count() == len(few):
                runs[0].stop()  # not after so many messages: how many come again depends on how long it was away

        def run(self, **asked):
            runs.append(self)
            return real_run(self, **asked)

        monkeypatch.setattr(intake, "admit", admit)
        monkeypatch.setattr(feeds, "heard", heard)
        monkeypatch.setattr(consuming.Consumption, "run", run)
        call_command("consume_alerts", feed=feed.pk, idle=60, config=QUICK)
        assert "broker" in said[1].lower()
    assert Candidate.objects.count() == len(few)
    assert archived(settings) == len(few)
    feed.refresh_from_db()
    assert feed.trouble == ""
    assert not RefusedPacket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_its_process_is_killed_in_the_middle_of_a_batch(feed_at, cluster, send, few, settings, tmp_path, monkeypatch):
    """By the kernel, while it waits for a table that is held here: archived, not yet admitted. Then all is sent again
    in disorder, and some of it once more."""
    monkeypatch.setattr(recording, "_send", lambda *_: None)  # what follows is committed, and is no matter here
    send(few)
    feed = feed_at(f"127.0.0.1:{cluster[1]}")
    with connection.cursor() as cursor, _table_held() as waited_for:
        command = [sys.executable, str(django_settings.ROOT / "manage.py"), "consume_alerts", f"--feed={feed.pk}"]
        child = subprocess.Popen([*command, *(f"--config={one}" for one in QUICK)], env=_environment(tmp_path))
        try:
            while not waited_for(cursor):
                assert child.poll() is None
                time.sleep(0.02)
            assert (archived(settings), Candidate.objects.count()) == (len(few), 0)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
    send([*reversed(few), *few[:5]])
    call_command("consume_alerts", feed=feed.pk, most=2 * len(few) + 5, idle=60, config=QUICK)
    assert Candidate.objects.count() == len(few)
    assert archived(settings) == len(few)
    feed.refresh_from_db()
    assert (feed.messages, feed.trouble) == (2 * len(few) + 5, "")


@contextmanager
def _table_held():
    """Nobody writes a candidate meanwhile; whether somebody waits to."""
    told = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    with psycopg.connect(**{name: told[key] for name, key in names.items() if told[key]}) as other:
        other.execute(f"lock table {Candidate._meta.db_table} in exclusive mode")
        yield _is_waited_for
        other.rollback()


def _is_waited_for(cursor):
    cursor.execute("select count(*) from pg_locks where not granted and relation = %s::regclass",
                   [Candidate._meta.db_table])  # fmt: skip
    return cursor.fetchone()[0] > 0


def _environment(tmp_path):
    """Of a process that works on the test's database and archive."""
    told = connection.settings_dict
    who = f"{quote(told['USER'], safe='')}:{quote(told['PASSWORD'], safe='')}"
    host = quote(told["HOST"], safe="") + (f":{told['PORT']}" if told["PORT"] else "")
    return os.environ | {"DATABASE_URL": f"postgres://{who}@{host}/{told['NAME']}",
                         "ALERT_ARCHIVE": str(tmp_path / "archive")}  # fmt: skip
