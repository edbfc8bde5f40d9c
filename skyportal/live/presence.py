"""Who has something open now: in Redis, for as long as their page is connected, and never in the database.

A page that watches the topic ``here:source:ZTF21abc`` is counted among those who have ``source:ZTF21abc`` open; whoever
may watch the one may watch the other. The topic is named whenever somebody comes or goes.
"""

from __future__ import annotations

import logging
import time
from functools import cache

import redis
from django.conf import settings

from skyportal.access.viewer import Viewer

from .topics import may_watch, watchable

logger = logging.getLogger(__name__)

KIND = "here"
RENEWED = 60
"""A connected page says so again after this many seconds,"""
KEPT = 150
"""and one that said nothing for so long is gone: its server fell over."""


@watchable.plug(KIND)
def may_be_seen_at(viewer: Viewer, topic: str) -> bool:
    return not topic.startswith(f"{KIND}:") and may_watch(viewer, topic)


def is_presence(topic: str) -> bool:
    return topic.startswith(f"{KIND}:")


@cache
def _store() -> redis.Redis:
    return redis.Redis.from_url(f"{settings.REDIS_URL}/2", socket_timeout=1, decode_responses=True)


def arrive(topics: list[str], user_id: int, page: str) -> None:
    """This page of theirs is open, now and for a while."""
    with _store().pipeline(transaction=False) as pipe:
        for topic in topics:
            pipe.zadd(topic, {f"{user_id}:{page}": time.time() + KEPT})
            pipe.expire(topic, KEPT)
        pipe.execute()


def leave(topics: list[str], user_id: int, page: str) -> None:
    with _store().pipeline(transaction=False) as pipe:
        for topic in topics:
            pipe.zrem(topic, f"{user_id}:{page}")
        pipe.execute()


def present(topic: str) -> list[int]:
    """Ids of the people who have this topic open; nobody where Redis does not answer."""
    try:
        pages = _store().zrangebyscore(f"{KIND}:{topic}", time.time(), "+inf")
    except redis.RedisError:
        logger.warning("Who has %s open is unknown: Redis does not answer.", topic)
        return []
    return sorted({int(page.partition(":")[0]) for page in pages})  # type: ignore[union-attr]  # not awaited
