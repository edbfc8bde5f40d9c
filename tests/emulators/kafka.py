"""A door between a Kafka client and librdkafka's mock cluster, which can be shut and opened again: the broker goes away
and returns, with all it holds.

A cluster tells its clients where its brokers are; what it says passes through here, and the door's number is put in
the place of the broker's.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass
class Door:
    broker: int
    """The port behind it."""
    port: int = 0
    listening: socket.socket | None = None
    passing: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def open(self) -> None:
        """At the same number as before."""
        self.listening = socket.socket()
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind((HOST, self.port))
        self.port = self.listening.getsockname()[1]
        self.listening.listen()
        threading.Thread(target=self._let_in, args=[self.listening], daemon=True).start()

    def shut(self) -> None:
        """Nobody comes in, and who was in is cut off."""
        assert self.listening is not None
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for one in self.passing:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.passing.clear()

    def _let_in(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self.broker))
            self.passing += [client, server]
            threading.Thread(target=self._up, args=[client, server], daemon=True).start()
            threading.Thread(target=self._down, args=[server, client], daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                server.sendall(said)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        """Whole answers (a length, then so many bytes), with the broker's place changed to ours."""
        theirs, ours = (HOST.encode() + struct.pack(">i", port) for port in (self.broker, self.port))
        with suppress(OSError, struct.error), server.makefile("rb") as answers:
            while head := answers.read(4):
                client.sendall(head + answers.read(struct.unpack(">i", head)[0]).replace(theirs, ours))


@contextmanager
def door(broker: int) -> Iterator[Door]:
    made = Door(broker)
    made.open()
    try:
        yield made
    finally:
        with suppress(OSError):
            made.shut()
