"""GCN's Kafka service: who we are there (OAuth client credentials), and what we listen to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import orjson
from django.conf import settings

from apps.candidates.brokers.consumer import ONLY_ON_REQUEST
from skyportal.access.errors import Invalid
from skyportal.outside import Denied, Unreachable, fetch

logger = logging.getLogger(__name__)

HEARTBEAT = "gcn.heartbeat"
BIGGEST = 128 * 2**20  # bytes; GCN sends at most 4 MB, a mirror may send more


def is_wanted() -> bool:
    """Whether this site has credentials of GCN, or its own mirror that needs none."""
    return bool(settings.GCN_CLIENT_ID and settings.GCN_CLIENT_SECRET) or bool(settings.GCN_SERVERS)


def topics() -> list[str]:
    """What is listened to; a name that begins with ^ is a pattern."""
    return list(dict.fromkeys([*settings.GCN_TOPICS, HEARTBEAT]))


def options() -> dict[str, Any]:
    """Options of a consumer. The secret stays in the function that asks for tokens: librdkafka never logs it."""
    if not is_wanted():
        raise Invalid(
            "GCN wants credentials: make a client at https://gcn.nasa.gov/quickstart and give its id and secret as "
            "GCN_CLIENT_ID and GCN_CLIENT_SECRET; a mirror without them as GCN_SERVERS."
        )
    found: dict[str, Any] = {
        "bootstrap.servers": settings.GCN_SERVERS or f"kafka.{settings.GCN_DOMAIN}",
        "group.id": settings.GCN_GROUP_ID or f"skyportal-{settings.GCN_CLIENT_ID or 'mirror'}",
        "auto.offset.reset": "earliest",
        "fetch.message.max.bytes": BIGGEST,
        "receive.message.max.bytes": BIGGEST + 2**20,
        "topic.metadata.refresh.interval.ms": 60_000,  # a topic that is new is heard within a minute
        **ONLY_ON_REQUEST,
    }
    if settings.GCN_CLIENT_ID:
        found |= {
            "security.protocol": settings.GCN_PROTOCOL,
            "sasl.mechanisms": "OAUTHBEARER",
            "oauth_cb": _tokens(settings.GCN_CLIENT_ID, settings.GCN_CLIENT_SECRET),
        }
    return found


def _tokens(client_id: str, secret: str) -> Callable[[Any], tuple[str, float]]:
    """librdkafka asks this for a token, and again before it expires; what goes wrong it tells the consumer."""

    def ask(_: Any) -> tuple[str, float]:
        try:
            return token(client_id, secret)
        except Unreachable as problem:
            logger.warning("No token for GCN: %s", problem.message)
            raise

    return ask


def token(client_id: str, secret: str) -> tuple[str, float]:
    """A token and when it expires (seconds since 1970)."""
    url = settings.GCN_TOKEN_URL or f"https://auth.{settings.GCN_DOMAIN}/oauth2/token"
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    try:
        said = orjson.loads(fetch(url, data=form, seconds=10.0, most_bytes=100_000))
        lifetime = float(said.get("expires_in", 3600))
        found = str(said["access_token"])
    except Denied:
        raise Unreachable(
            "GCN does not accept GCN_CLIENT_ID and GCN_CLIENT_SECRET; it disables them when they are not used for "
            "30 days."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreachable("GCN's token service gave an answer that is no token.") from None
    return found, time.time() + max(60.0, lifetime)
