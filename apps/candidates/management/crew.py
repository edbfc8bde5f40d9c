"""One consumer process for each stream that says where its packets come from."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings

from apps.candidates.queries.streams import consumed_streams

LOOK_AGAIN = 30.0
"""Seconds until a stream that an operator has just given a topic is noticed."""

PATIENCE = 20.0


class Crew:
    """Keeps a consumer running for every such stream, and starts one again that died."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        while not self.stopping:
            self.complete()
            until = time.monotonic() + LOOK_AGAIN
            while not self.stopping and time.monotonic() < until:
                time.sleep(0.2)
        for member in self.members.values():
            member.wait(PATIENCE)

    def complete(self) -> None:
        wanted = consumed_streams(bool(settings.KAFKA_SERVERS))
        for name in [n for n in self.members if n not in wanted]:
            self.members.pop(name).terminate()
        for name in wanted:
            member = self.members.get(name)
            if member is None or member.poll() is not None:
                self.say(f"Listening for {name}.")
                command = [sys.executable, str(settings.ROOT / "manage.py"), "consume_alerts", "--stream", name]
                self.members[name] = subprocess.Popen(command)  # noqa: S603 - our own command

    def stop(self, *_: object) -> None:
        self.stopping = True
        for member in self.members.values():
            member.terminate()
