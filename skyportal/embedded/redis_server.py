"""The embedded Redis: queue, cache and live channels, on loopback, with a password.

Its append-only file keeps the queue over a restart; what expires anyway (cache, channel messages) is
dropped first when memory runs short.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path

from . import CannotStart
from .account import Account
from .instance import Instance


def url(instance: Instance) -> str:
    return f"redis://:{instance.secrets()['redis']}@127.0.0.1:{instance.remembered('redis')}"


def start(instance: Instance, account: Account) -> None:
    """Make it answer: found running or started. Call while holding the lock."""
    if instance.remembered("redis") and _answers(instance, wait=0):
        return
    folder = account.home / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    account.own(folder)
    log = account.home / "redis.log"
    for _ in range(3):  # a port that was free a moment ago may be taken by now
        account.spawn(account.redis_server, _configured(instance, account, folder), log=log)
        if _answers(instance, wait=15):
            return
    raise CannotStart(f"Redis does not start; the end of {log}:\n{log.read_text()[-1500:]}")


def is_running(instance: Instance) -> bool:
    return _ask(instance, "PING") is not None


def stop(instance: Instance) -> None:
    if not instance.remembered("redis") or _ask(instance, "PING") is None:
        return
    _ask(instance, "SHUTDOWN")
    end = time.monotonic() + 20
    while _ask(instance, "PING") is not None and time.monotonic() < end:
        time.sleep(0.05)


def _configured(instance: Instance, account: Account, folder: Path) -> Path:
    """A file rather than arguments: a password in arguments is shown to everybody by `ps`."""
    path = folder / "redis.conf"
    path.touch(mode=0o600)
    path.write_text(
        f"""bind 127.0.0.1
port {instance.port("redis")}
requirepass {instance.secrets()["redis"]}
dir "{folder}"
loglevel warning
save ""
appendonly {"no" if instance.fast else "yes"}
appendfsync everysec
maxmemory 512mb
maxmemory-policy volatile-lru
"""
    )
    return account.own(path)


def _answers(instance: Instance, wait: float) -> bool:
    end = time.monotonic() + wait
    while True:
        reply = _ask(instance, "PING")
        if reply and reply.startswith("+PONG"):
            return True
        if reply and reply.startswith("-LOADING"):
            end = max(end, time.monotonic() + 1)  # alive, reading its file: worth waiting for
        if time.monotonic() > end:
            return False
        time.sleep(0.05)


def _ask(instance: Instance, command: str) -> str | None:
    """One reply from our Redis; None where nobody, or somebody else, answers at its port."""
    try:
        with socket.create_connection(("127.0.0.1", int(instance.remembered("redis") or 0)), timeout=5) as link:
            link.sendall(f"AUTH {instance.secrets()['redis']}\r\n".encode())
            if not link.recv(200).startswith(b"+OK"):
                return None
            link.sendall(f"{command}\r\n".encode())
            return link.recv(200).decode(errors="replace")
    except OSError:
        return None
