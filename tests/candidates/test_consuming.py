"""Kafka: nothing is lost and nothing is there twice, whatever dies when."""

from __future__ import annotations

import struct
from itertools import repeat
from types import SimpleNamespace

import pytest

from apps.candidates.actions import admission, consuming
from apps.candidates.actions.consuming import Consumption
from apps.candidates.models import Candidate, RefusedPacket, StreamPulse
from skyportal.kafka import Line
from tests.emulators import kafka as emulator

confluent_kafka = pytest.importorskip("confluent_kafka")

TOPIC = "ztf_20260101_programid1"


@pytest.fixture
def broker(messages):
    """A cluster that holds the night."""
    with emulator.cluster() as (producer, port):
        send(producer, messages)
        yield producer, f"127.0.0.1:{port}"


ANYWHERE = repeat(-1)


def send(producer, messages, partitions=ANYWHERE):
    for raw, partition in zip(messages, partitions, strict=False):
        producer.produce(TOPIC, raw, partition=partition)
    assert producer.flush(10) == 0


@pytest.fixture
def consumption(broker, ztf, every_alert, settings, tmp_path, monkeypatch):
    """A new consumer process of the same group."""
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    monkeypatch.setattr(consuming, "BATCH", 16)
    monkeypatch.setattr(consuming, "PATIENCE", 0.1)

    def start(resolver=None):
        options = {
            "bootstrap.servers": broker[1],
            "group.id": "test",
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 1500,  # the next one waits for a second less than that
            "heartbeat.interval.ms": 100,
            "fetch.wait.max.ms": 20,
        }
        return Consumption(ztf, Line.to("test", options, [TOPIC]), resolver=resolver)

    return start


class Tape:
    """A consumer of one part of a topic, as far as consumers are used; what was committed outlives it. (To be killed by
    the kernel, at a real cluster, is in test_feeds_by_kafka.)"""

    def __init__(self, messages, committed):
        self.messages, self.committed, self.place = messages, committed, committed[0]

    def consume(self, count, timeout):
        part = self.messages[self.place : self.place + count]
        found = [self._message(self.place + n, raw) for n, raw in enumerate(part)]
        self.place += len(found)
        return found

    def _message(self, offset, raw):
        told = {"value": raw, "key": None, "topic": TOPIC, "partition": 0, "offset": offset, "error": None}
        return SimpleNamespace(**{name: (lambda value=value: value) for name, value in told.items()})

    def commit(self, *, offsets, asynchronous):
        self.committed[0] = max(place.offset for place in offsets)

    def assignment(self):
        return []

    def position(self, places):
        return places

    def list_topics(self, *, timeout):
        pass

    def close(self):
        pass


@pytest.fixture
def taped(messages, ztf, every_alert, settings, tmp_path, monkeypatch):
    """A new consumer process of the same group; there is no cluster."""
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    monkeypatch.setattr(consuming, "BATCH", 16)
    committed = [0]
    return lambda: Consumption(ztf, Line("tape", Tape(messages, committed)))


class Killed(BaseException):
    """As if the process was killed there."""


@pytest.mark.django_db
def test_a_night_is_read_once_and_a_restart_reads_nothing_again(consumption, broker, messages):
    report = consumption().run(most=len(messages), idle=60)
    assert (report.read, report.new) == (len(messages), len(messages))
    assert Candidate.objects.count() == len(messages)
    send(broker[0], [b"junk"] * 4, partitions=range(4))  # behind all that is there: what came again would come before
    report = consumption().run(most=4, idle=60)
    assert (report.read, report.refused) == (4, 4)
    assert StreamPulse.objects.get().packets == len(messages)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_killed_in_a_batch_it_goes_on_where_it_was(taped, messages, monkeypatch, moment):
    """Before the batch is taken in, between archive and database, and after both but before the broker is told."""
    first = taped()
    state = {"batches": 0}
    take = first.intake.take

    def dying(*args, **kwargs):
        state["batches"] += 1
        if state["batches"] == 2 and moment == "before":
            raise Killed
        if state["batches"] == 2 and moment == "between":
            monkeypatch.setattr("apps.candidates.actions.intake.admit", fail)
        report = take(*args, **kwargs)
        if state["batches"] == 2 and moment == "after":
            raise Killed
        return report

    def fail(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(first.intake, "take", dying)
    with pytest.raises(Killed):
        first.run(idle=60)
    monkeypatch.setattr("apps.candidates.actions.intake.admit", admission.admit)
    report = taped().run(most=len(messages) - 16, idle=60)
    assert report.refused == 0
    assert Candidate.objects.count() == len(messages)
    archived = sum(night.packets for night in first.intake.archive.nights())
    assert archived == len(messages)


@pytest.mark.django_db
def test_bad_messages_are_set_aside_and_the_rest_goes_on(consumption, broker, messages):
    send(broker[0], [b"junk", messages[0][:100], b"\x00" + struct.pack(">I", 77) + b"abc"])
    report = consumption().run(most=len(messages) + 3, idle=60)
    assert (report.new, report.refused) == (len(messages), 3)
    assert RefusedPacket.objects.count() == 3
    assert RefusedPacket.objects.filter(source__startswith=f"{TOPIC}/").count() == 3


@pytest.mark.django_db
def test_told_to_stop_it_finishes_its_batch_and_ends(taped, messages):
    one = taped()
    while not one.once(timeout=5.0):
        pass
    one.stop()
    report = one.run()
    assert report.read == 16
    assert taped().run(most=len(messages) - 16, idle=60).read == len(messages) - 16
    assert Candidate.objects.count() == len(messages)
