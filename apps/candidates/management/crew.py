"""One consumer process for each stream that says where its packets come from, and for each feed of a broker."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from apps.candidates.queries.brokers import feeds_to_hear
from apps.candidates.queries.streams import consumed_streams

LOOK_AGAIN = 5.0
"""Seconds until it is noticed that an operator has started or paused something."""

REST = 30.0
PATIENCE = 20.0


class Crew:
    """Keeps a consumer running for every such stream, and starts one again that died."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self.leaving: list[subprocess.Popen[bytes]] = []
        self.started: dict[str, float] = {}
        self.stopping = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        while not self.stopping:
            self.complete()
            until = time.monotonic() + LOOK_AGAIN
            while not self.stopping and time.monotonic() < until:
                time.sleep(0.2)
        for member in [*self.members.values(), *self.leaving]:
            member.wait(PATIENCE)

    def complete(self) -> None:
        wanted = self.wanted()
        for name in [n for n in self.members if n not in wanted]:
            self.say(f"No longer listening for {name}.")
            self.leaving.append(self.members.pop(name))
            self.leaving[-1].terminate()
        self.leaving = [member for member in self.leaving if member.poll() is None]
        for name, which in wanted.items():
            member = self.members.get(name)
            if member is None or (member.poll() is not None and self.is_time(name)):
                self.say(f"Listening for {name}.")
                command = [sys.executable, str(settings.ROOT / "manage.py"), "consume_alerts", *which]
                self.members[name] = subprocess.Popen(command)  # noqa: S603 - our own command
                self.started[name] = time.monotonic()

    def wanted(self) -> dict[str, list[str]]:
        """Who should be listening, by a name for the log, and the options of the command."""
        try:
            streams = {name: ["--stream", name] for name in consumed_streams(bool(settings.KAFKA_SERVERS))}
            return streams | {f"{name} (feed {pk})": ["--feed", str(pk)] for pk, name in feeds_to_hear()}
        finally:
            connection.close()

    def is_time(self, name: str) -> bool:
        """One that dies at once is not started again at once."""
        return time.monotonic() - self.started.get(name, 0.0) > REST

    def stop(self, *_: object) -> None:
        self.stopping = True
        for member in self.members.values():
            member.terminate()
