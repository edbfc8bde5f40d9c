"""Both services together: everybody who uses them is counted, and the last one out stops them.

So a command started beside a running site stops nothing, and a command alone leaves nothing behind.
Services orphaned by a `kill -9` are found again by the next command, which then is the last one out.
"""

from __future__ import annotations

import os

from . import postgres, redis_server
from .account import account, bury
from .instance import Instance


def attach(instance: Instance, wanted: set[str]) -> dict[str, str]:
    """Start what is down of what is wanted, count me as a user, and return the addresses by name."""
    with instance.locked():
        instance.enter()
        return _start(instance, wanted)


def _start(instance: Instance, wanted: set[str]) -> dict[str, str]:
    where = account(instance)
    addresses = {}
    if "DATABASE_URL" in wanted:
        postgres.start(instance, where)
        addresses["DATABASE_URL"] = postgres.url(instance)
    if "REDIS_URL" in wanted:
        redis_server.start(instance, where)
        addresses["REDIS_URL"] = redis_server.url(instance)
    return addresses


def leave(instance: Instance, process: int) -> None:
    """Stop both if nobody else uses them. A forked child inherits the hook, not the duty."""
    if os.getpid() != process or not instance.data.exists():
        return
    with instance.locked():
        if instance.is_last_user():
            stop(instance)


def stop(instance: Instance) -> None:
    redis_server.stop(instance)
    postgres.stop(account(instance))
    bury()


def keep_up(instance: Instance, wanted: set[str]) -> None:
    """Start again what died under a running site. The port stays, so that nobody needs to be told."""
    where = account(instance)
    if ("DATABASE_URL" in wanted and not postgres.is_running(where)) or (
        "REDIS_URL" in wanted and not redis_server.is_running(instance)
    ):
        with instance.locked():
            _start(instance, wanted)
