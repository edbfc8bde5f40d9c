"""Both services together: everybody who uses them is counted, and the last one out stops them.

So a command started beside a running site stops nothing, and a command alone leaves nothing behind.
Services orphaned by a `kill -9` are found again by the next command, which then is the last one out.
"""

from __future__ import annotations

import os

from . import postgres, redis_server
from .account import account, bury
from .instance import Instance


def attach(instance: Instance) -> dict[str, str]:
    """Start what is down, count me as a user, and return the addresses."""
    with instance.locked():
        where = account(instance)
        instance.enter()
        addresses = {}
        if not os.environ.get("DATABASE_URL"):
            postgres.start(instance, where)
            addresses["DATABASE_URL"] = postgres.url(instance)
        if not os.environ.get("REDIS_URL"):
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
