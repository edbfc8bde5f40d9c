"""Reactions happen once, each alone, and none is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.groups.models import Stream
from skyportal.journal import delivery
from skyportal.journal.models import Delivery


def age(one: Delivery, **ago: float) -> None:
    then = timezone.now() - timedelta(**ago)
    Delivery.objects.filter(pk=one.pk).update(due_at=then, claimed_at=then if one.claimed_at else None)


def test_a_delivery_happens_once(ring, listeners):
    listeners.on(lambda entry: listeners.heard.append(entry.times))
    one = ring(5).deliveries.get()
    assert delivery.run(one.pk) is True
    assert delivery.run(one.pk) is False
    assert listeners.heard == [5]
    one.refresh_from_db()
    assert (one.state, one.attempts, one.error) == (Delivery.DONE, 1, "")
    assert one.done_at is not None


def test_two_workers_cannot_both_have_it(ring, listeners):
    heard = []

    def react(entry):
        heard.append(delivery.run(one.pk))

    listeners.on(react)
    one = ring().deliveries.get()
    delivery.run(one.pk)
    assert heard == [False]


def test_what_a_crash_left_between_claim_and_done_is_swept(ring, listeners):
    listeners.on(lambda entry: listeners.heard.append(entry))
    one = ring().deliveries.get()
    Delivery.objects.filter(pk=one.pk).update(state=Delivery.CLAIMED, claimed_at=timezone.now(), attempts=1)
    assert delivery.sweep() == 0
    one.refresh_from_db()
    age(one, minutes=16)
    assert delivery.sweep() == 1
    assert len(listeners.heard) == 1


def test_what_kills_its_worker_each_time_is_given_up(ring, listeners):
    listeners.on(lambda entry: listeners.heard.append(entry))
    one = ring().deliveries.get()
    dead = {"state": Delivery.CLAIMED, "claimed_at": timezone.now() - timedelta(minutes=16)}
    for attempts, heard in ((delivery.MAX_ATTEMPTS, 0), (delivery.MAX_ATTEMPTS - 1, 1)):
        Delivery.objects.filter(pk=one.pk).update(**dead, attempts=attempts)
        assert delivery.sweep() == 1
        one.refresh_from_db()
        assert (one.state, len(listeners.heard)) == (Delivery.DONE if heard else Delivery.FAILED, heard)
        assert delivery.sweep() == 0


def test_what_the_queue_never_took_is_swept(ring, listeners):
    listeners.on(lambda entry: listeners.heard.append(entry))
    one = ring().deliveries.get()
    assert delivery.sweep() == 0
    age(one, minutes=2)
    assert delivery.sweep() == 1
    assert len(listeners.heard) == 1


def test_a_failing_reaction_delays_no_other(ring, listeners):
    def fail(entry):
        raise RuntimeError("the messenger is down")

    broken = listeners.on(fail)
    listeners.on(lambda entry: listeners.heard.append(entry))
    for one in ring().deliveries.order_by("pk"):
        delivery.run(one.pk)
    assert len(listeners.heard) == 1
    left = Delivery.objects.get(reaction=broken)
    assert left.state == Delivery.WAITING
    assert left.error == "RuntimeError: the messenger is down"
    assert left.due_at > timezone.now()


def test_what_a_failing_reaction_wrote_is_undone(ring, listeners):
    def half(entry):
        Stream.objects.create(name="half")
        raise RuntimeError("then it broke")

    listeners.on(half)
    delivery.run(ring().deliveries.get().pk)
    assert not Stream.objects.filter(name="half").exists()


def test_attempts_come_later_and_later_and_end(ring, listeners):
    def fail(entry):
        raise RuntimeError("always")

    listeners.on(fail)
    one = ring().deliveries.get()
    waits = []
    for _ in range(delivery.MAX_ATTEMPTS):
        assert delivery.run(one.pk) is True
        one.refresh_from_db()
        waits.append((one.due_at - timezone.now()).total_seconds())
        age(one, minutes=1)
    assert waits[:3] == [pytest.approx(5, abs=2), pytest.approx(20, abs=2), pytest.approx(80, abs=2)]
    rounded = [round(wait) for wait in waits]
    assert rounded == sorted(rounded)
    assert max(rounded) <= 3600
    assert one.state == Delivery.FAILED
    assert delivery.run(one.pk) is False
    assert delivery.sweep() == 0


def test_what_gave_up_can_be_tried_again(ring, listeners):
    listeners.on(lambda entry: listeners.heard.append(entry))
    one = ring().deliveries.get()
    Delivery.objects.filter(pk=one.pk).update(state=Delivery.FAILED, attempts=8, error="x")
    assert delivery.again(Delivery.objects.all()) == 1
    assert delivery.run(one.pk) is True
    assert len(listeners.heard) == 1


@pytest.mark.django_db(transaction=True)
def test_what_goes_outside_has_its_delivery_id_and_no_open_transaction(listeners, ring):
    def outside(entry, key):
        listeners.heard.append((key, connection.in_atomic_block))

    listeners.on(outside, outside=True)
    one = ring().deliveries.get()
    delivery.run(one.pk)
    assert listeners.heard == [(one.pk, False)]


def test_a_reaction_that_no_longer_exists_is_closed_with_its_reason(ring, listeners):
    listeners.on(lambda entry: None)
    one = ring().deliveries.get()
    Delivery.objects.filter(pk=one.pk).update(reaction="apps.gone.reactions.tell")
    assert delivery.run(one.pk) is True
    one.refresh_from_db()
    assert (one.state, one.error) == (Delivery.FAILED, "This reaction no longer exists.")
