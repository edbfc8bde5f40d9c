"""An entry is written with its act or not at all."""

import pytest
from django.db import transaction

from skyportal.journal.models import Delivery, JournalEntry
from skyportal.journal.recording import OutsideTransaction, committed, record
from tests.journal.conftest import BellRung


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded(listeners):
    with pytest.raises(OutsideTransaction, match="BellRung"):
        record(BellRung(1))
    assert not JournalEntry.objects.filter(kind="BellRung").exists()


def test_an_entry_keeps_kind_actor_topics_and_plain_values(ring, listeners):
    entry = ring(3)
    assert (entry.kind, entry.payload, entry.topics) == ("BellRung", {"times": 3, "user_id": None}, ["bell:1"])


def test_one_delivery_waits_for_each_reaction(ring, listeners):
    listeners.on(lambda entry: None)
    listeners.on(lambda entry, key: None, outside=True, queue="slow")
    entry = ring()
    assert sorted(entry.deliveries.values_list("state", "queue")) == [("waiting", "default"), ("waiting", "slow")]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_recorded_nor_told(listeners, monkeypatch):
    told = []
    monkeypatch.setitem(committed._plugs, "test", told.append)
    with transaction.atomic():
        record(BellRung(1))
        transaction.set_rollback(True)
    assert told == []
    assert not JournalEntry.objects.filter(kind="BellRung").exists()
    assert not Delivery.objects.exists()


def test_pages_are_told_after_the_commit(ring, listeners, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setitem(committed._plugs, "test", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        ring()
        assert told == []
    assert told == [["bell:1"]]


def test_a_queue_that_is_down_loses_nothing(ring, listeners, monkeypatch, django_capture_on_commit_callbacks):
    from skyportal.journal import tasks

    def refuse(*args, **kwargs):
        raise ConnectionError("no queue")

    monkeypatch.setattr(tasks.deliver, "apply_async", refuse)
    listeners.on(lambda entry: None)
    with django_capture_on_commit_callbacks(execute=True):
        entry = ring()
    assert entry.deliveries.get().state == Delivery.WAITING
