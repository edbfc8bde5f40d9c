"""GCN's Kafka service: who we are there (OAuth client credentials), and what we listen to."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import orjson
from django.conf import settings

from skyportal.access.errors import Invalid
from skyportal.kafka import Line
from skyportal.outside import Denied, Unreachable, fetch

logger = logging.getLogger(__name__)

HEARTBEAT = "gcn.heartbeat"
SHORTEST, LONGEST = 60.0, 86_400.0
"""Seconds for which a token is used, whatever is said of it."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750; the client does not survive others
BIGGEST = 128 * 2**20  # bytes; GCN sends at most 4 MB, a mirror may send more


def is_wanted() -> bool:
    """Whether this site has credentials of GCN, or its own mirror that needs none."""
    return bool(settings.GCN_CLIENT_ID and settings.GCN_CLIENT_SECRET) or bool(settings.GCN_SERVERS)


def topics() -> list[str]:
    """What is listened to; a name that begins with ^ is a pattern."""
    return list(dict.fromkeys([*settings.GCN_TOPICS, HEARTBEAT]))


def tokens() -> Tokens | None:
    """Tokens for the client, where it needs them."""
    return Tokens(settings.GCN_CLIENT_ID, settings.GCN_CLIENT_SECRET) if settings.GCN_CLIENT_ID else None


def options(tokens: Tokens | None) -> dict[str, Any]:
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
    }
    if tokens is not None:
        found |= {
            "security.protocol": settings.GCN_PROTOCOL,
            "sasl.mechanisms": "OAUTHBEARER",
            "oauth_cb": tokens,
        }
    return found


def connect(options: dict[str, Any]) -> Line:
    """A line to GCN. It has a topic only once somebody sent to it."""
    return Line.to("GCN", options, topics(), topics_may_be_absent=True)


class Tokens:
    """Tokens for librdkafka, which asks for one when it begins and again before it expires, in a thread of its own.

    It does not begin without: the first is fetched before it is made. What went wrong the last time is in ``trouble``;
    the client asks again after 10 s, and goes on with the token it has for as long as the broker takes it.
    """

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id, self._secret = client_id, secret
        self._held: tuple[str, float] | None = None
        self.trouble = ""

    def __call__(self, _: Any) -> tuple[str, float]:
        held, self._held = self._held, None
        return held or self._ask()

    @property
    def is_ready(self) -> bool:
        return self._held is not None

    def prepare(self) -> None:
        """Fetch the first; whether that went well is seen by `is_ready` and `trouble`."""
        try:
            self._held = self._ask()
        except Unreachable:
            self._held = None

    def _ask(self) -> tuple[str, float]:
        try:
            found = token(self._client_id, self._secret)
        except Unreachable as problem:
            self.trouble = f"There is no new token for GCN: {problem.message}"
            logger.warning("%s", self.trouble)
            raise
        self.trouble = ""
        return found


def token(client_id: str, secret: str) -> tuple[str, float]:
    """A token and when it expires (seconds since 1970)."""
    url = settings.GCN_TOKEN_URL or f"https://auth.{settings.GCN_DOMAIN}/oauth2/token"
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    try:
        said = orjson.loads(fetch(url, data=form, seconds=10.0, most_bytes=100_000))
        lifetime = float(said.get("expires_in", 3600))
        found = str(said["access_token"])
        if not _TOKEN.fullmatch(found):
            raise ValueError
    except Denied:
        raise Unreachable(
            "GCN does not accept GCN_CLIENT_ID and GCN_CLIENT_SECRET; it disables them when they are not used for "
            "30 days."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreachable("GCN's token service gave an answer that is no token.") from None
    return found, time.time() + min(max(SHORTEST, lifetime), LONGEST)
