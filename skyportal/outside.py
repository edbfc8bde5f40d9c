"""Asking services of other people over HTTP: bounded in time and size, and never of our own network.

A driver names an address and gets bytes, or `Unreachable`, which says in one sentence what went wrong. Whoever asks
decides whether to go on without.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
from django.conf import settings
from django.db import connection
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from skyportal.access.errors import Refusal

logger = logging.getLogger(__name__)

AGENT = "SkyPortal-in-Django"
MOST_BYTES = 16 * 2**20
AGAIN_AFTER = 0.5
"""Seconds before a second question."""
PASSING = (502, 503, 504)
"""Answers after which a second question is worth asking."""


class Unreachable(Refusal):
    """A service did not give a usable answer; the message names it by its host, never by its whole address."""

    status = 502


class _Guarded:
    """A connection that refuses to be one to this machine or its network.

    The address is that of the open socket: a name that resolves to another one at second sight gains nothing.
    """

    host: str

    def _new_conn(self) -> socket.socket:
        opened: socket.socket = super()._new_conn()  # type: ignore[misc]
        peer = ip_address(opened.getpeername()[0].split("%")[0])
        if not peer.is_global and self.host not in settings.OUTSIDE_PRIVATE_HOSTS:
            opened.close()
            raise Unreachable(f"{self.host} is an address of this network; an administrator may permit it.")
        return opened


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def let_go() -> None:
    """A database connection is not held while somebody else thinks."""
    if not connection.in_atomic_block:
        connection.close()


def fetch(
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    json: Any = None,
    verb: str = "",
    headers: Mapping[str, str] | None = None,
    seconds: float = 15.0,
    most_bytes: int = MOST_BYTES,
) -> bytes:
    """The body of the answer to a GET; with ``data`` (a form) or ``json`` to a POST, or to another verb.

    Parameters
    ----------
    seconds : for everything together, redirects and a second try included
    most_bytes : a longer answer is refused as soon as it is known to be longer

    Raises
    ------
    Unreachable
        `Denied` where the service does not accept who asks, `Absent` where it does not know what was asked for
    """
    host = urlsplit(url).hostname or "the service"
    until = time.monotonic() + seconds
    verb = verb or ("GET" if data is None and json is None else "POST")
    asked = {"params": params, "data": data, "json": json, "headers": headers}
    let_go()
    with requests.Session() as session:
        session.trust_env = False  # no credentials from a .netrc
        session.proxies.update(getproxies())
        session.max_redirects = 3
        session.headers["User-Agent"] = AGENT
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter())
        for attempt in (1, 2):
            try:
                return _once(session, verb, url, asked, until, most_bytes, host)
            except _Passing as passing:
                logger.warning("%s: %s (attempt %d)", host, passing.message, attempt)
                if attempt == 2 or verb != "GET" or time.monotonic() > until - 1:
                    raise
                time.sleep(AGAIN_AFTER)
    raise AssertionError


class Denied(Unreachable):
    """The service does not accept who asks."""


class Absent(Unreachable):
    """The service does not know what was asked for."""


class _Passing(Unreachable):
    """It may pass."""


def _once(
    session: requests.Session,
    verb: str,
    url: str,
    asked: Mapping[str, Any],
    until: float,
    most_bytes: int,
    host: str,
) -> bytes:
    left = max(0.1, until - time.monotonic())
    try:
        with session.request(verb, url, timeout=(min(5.0, left), left), stream=True, **asked) as answer:
            if answer.status_code in PASSING:
                raise _Passing(f"{host} answered {answer.status_code}.")
            if answer.status_code in (401, 403):
                raise Denied(f"{host} answered {answer.status_code}: it does not accept these credentials.")
            if answer.status_code == 404:
                raise Absent(f"{host} answered 404.")
            if not 200 <= answer.status_code < 300:
                raise Unreachable(f"{host} answered {answer.status_code}.")
            return _body(answer, until, most_bytes, host)
    except requests.exceptions.Timeout:
        raise Unreachable(f"{host} did not answer in time.") from None
    except requests.exceptions.ConnectionError:
        raise _Passing(f"{host} could not be reached.") from None
    except requests.exceptions.TooManyRedirects:
        raise Unreachable(f"{host} sends us round in circles.") from None
    except (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL):
        # the address itself may be a secret, so it is not repeated
        raise Unreachable("The address is none of the web: it must begin with https:// or http://.") from None
    except (requests.exceptions.RequestException, HTTPError, OSError, ValueError):
        raise Unreachable(f"{host} gave an answer that cannot be read.") from None


def _body(answer: requests.Response, until: float, most_bytes: int, host: str) -> bytes:
    """The bytes as they come: a service that sends one byte a second must not hold us for ever."""
    found = bytearray()
    while chunk := answer.raw.read1(65536, decode_content=True):
        found += chunk
        if len(found) > most_bytes:
            raise Unreachable(f"{host} sends more than {most_bytes // 2**20} MB.")
        if time.monotonic() > until:
            raise Unreachable(f"{host} did not answer in time.")
    return bytes(found)
