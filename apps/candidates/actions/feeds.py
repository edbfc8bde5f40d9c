"""What is listened to of a broker: started and paused by operators, reported on by the process that listens."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from apps.groups.models import Stream
from apps.sources.actions.checks import need
from skyportal.access.errors import Conflict, Invalid, NotVisible
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer
from skyportal.astro.time import mjd_of
from skyportal.journal.recording import record

from ..brokers.base import Driver, Listens, Polls, understood
from ..entries import BrokerChanged
from ..models import Feed
from ..queries.brokers import driver_of, get_broker, get_feed


def add_feed(viewer: Viewer, broker_id: int, stream_id: int, topics: str, *, asks: bool = False) -> Feed:
    """Listen to topics of a broker for a stream, or ask it again and again what is new; begins within seconds."""
    need(viewer, SYSTEM_ADMIN)
    broker = get_broker(viewer, broker_id)
    driver = driver_of(broker)
    topics = _asked_for(driver, topics) if asks else _listened_to(driver, topics)
    stream = Stream.objects.filter(pk=stream_id).first()
    if stream is None:
        raise NotVisible(f"Could not retrieve stream with ID {stream_id}.")
    deed = f"{'asking for' if asks else 'listening to'} {topics}"
    try:
        with transaction.atomic():
            made = Feed.objects.create(broker=broker, stream=stream, topics=topics, asks=asks)
            record(BrokerChanged(broker.pk, broker.name, deed, viewer.user_id))
    except IntegrityError:
        raise Conflict("There is a feed of that for this stream already.", status=400) from None
    return made


def _listened_to(driver: Driver, topics: str) -> str:
    if not isinstance(driver, Listens):
        raise Invalid(f"{driver.label} sends nothing by Kafka.")
    driver.kafka()  # says what is missing
    topics = ",".join(word.strip() for word in topics.split(",") if word.strip())
    if not topics:
        raise Invalid("Name at least one topic.")
    return topics


def _asked_for(driver: Driver, what: str) -> str:
    if not isinstance(driver, Polls):
        raise Invalid(f"{driver.label} cannot be asked what is new; listen to it by Kafka.")
    what = what.strip() or "*"
    if len(what) > 1000:
        raise Invalid("What is asked for is too long: at most 1000 characters.")
    names = driver.names() if what != "*" else None
    if names is not None and what not in names:
        near = get_close_matches(what, sorted(names), n=5, cutoff=0.3) or sorted(names)[:5]
        raise Invalid(f"{driver.label} knows nothing called {what}. Of {len(names)} names, near it: {', '.join(near)}.")
    with understood(driver.label):
        next(iter(driver.newer(what, mjd_of(timezone.now()))), None)  # says at once what is wrong with it
    return what


@transaction.atomic
def pause_feed(viewer: Viewer, feed_id: int, paused: bool) -> Feed:
    """Paused, its place at the broker is kept: what comes meanwhile is read later, as long as the broker keeps it."""
    need(viewer, SYSTEM_ADMIN)
    feed = get_feed(viewer, feed_id)
    if feed.paused != paused:
        feed.paused = paused
        feed.save(update_fields=["paused", "modified"])
        deed = f"{'paused' if paused else 'resumed'} {feed.topics}"
        record(BrokerChanged(feed.broker_id, feed.broker.name, deed, viewer.user_id))
    return feed


@transaction.atomic
def remove_feed(viewer: Viewer, feed_id: int) -> None:
    need(viewer, SYSTEM_ADMIN)
    feed = get_feed(viewer, feed_id)
    feed.delete()
    record(BrokerChanged(feed.broker_id, feed.broker.name, f"no longer listening to {feed.topics}", viewer.user_id))


def started(feed_id: int | None) -> None:
    """Its process begins."""
    if feed_id is not None:
        Feed.objects.filter(pk=feed_id).update(started_at=timezone.now(), trouble="")


def failed(feed_id: int | None, trouble: str) -> None:
    """Its process cannot begin, or go on."""
    if feed_id is None:
        return
    Feed.objects.filter(pk=feed_id).update(trouble=trouble[:500])


def reached(feed_id: int, position: float, fetched: Mapping[str, float]) -> None:
    """How far one that asks has come."""
    Feed.objects.filter(pk=feed_id).update(position=position, fetched=dict(fetched))


def heard(feed_id: int | None, messages: int, seconds: float, lag: int | None, trouble: str) -> None:
    """What its process heard in the last so many seconds."""
    if feed_id is None:
        return
    news: dict[str, Any] = {"lag": lag, "trouble": trouble[:500], "heard_at": timezone.now()}
    if seconds > 0:
        news["rate"] = round(messages / seconds, 2)
    if messages:
        news |= {"messages": F("messages") + messages, "last_message_at": timezone.now()}
    Feed.objects.filter(pk=feed_id).update(**news)
