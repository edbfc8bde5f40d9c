"""A Kafka broker: librdkafka's mock cluster, which loses no time with gathering a group; and a door before it, which
can be shut and opened again: the broker goes away and returns, with all it holds.

A cluster tells its clients where its brokers are; what it says passes through the door, and the door's number is put in
the place of the broker's. The mock knows no SASL: where the door is given a token, it lets in who shows that.

`python -m tests.emulators.kafka` is a cluster in a process of its own, which can be killed. It says its port.
"""

from __future__ import annotations

import ctypes
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
HANDSHAKE, VERSIONS, AUTHENTICATE = 17, 18, 36
"""Kinds of requests (API keys of the protocol) of which the door knows something."""


class Cluster:
    """One broker. It keeps 5 MB of each part of a topic, and forgets what is older."""

    def __init__(self) -> None:
        import confluent_kafka

        lib = self._lib = ctypes.CDLL(confluent_kafka.cimpl.__file__)
        for name in ("rd_kafka_new", "rd_kafka_mock_cluster_new"):
            getattr(lib, name).restype = ctypes.c_void_p
        lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        self._client = ctypes.c_void_p(lib.rd_kafka_new(0, None, None, ctypes.c_size_t(0)))
        self._cluster = ctypes.c_void_p(lib.rd_kafka_mock_cluster_new(self._client, 1))
        lib.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)  # others wait 3 s for who may yet come
        self.address = lib.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.port = int(self.address.split(":")[1])

    def close(self) -> None:
        self._lib.rd_kafka_mock_cluster_destroy(self._cluster)
        self._lib.rd_kafka_destroy(self._client)


@contextmanager
def cluster() -> Iterator[tuple[Any, int]]:
    """A producer, and the cluster's port."""
    from confluent_kafka import Producer

    made = Cluster()
    producer = Producer({"bootstrap.servers": made.address})
    try:
        yield producer, made.port
    finally:
        producer.flush(1)
        made.close()


@dataclass
class Door:
    broker: int
    """The port behind it."""
    token: str = ""
    """Who shows this is let in; without one, everybody."""
    port: int = 0
    listening: socket.socket | None = None
    passing: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def is_open(self) -> bool:
        return self.listening is not None

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
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for one in self.passing:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.passing.clear()
        self.listening = None

    def _let_in(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
                server = socket.create_connection((HOST, self.broker))
            except ConnectionRefusedError:
                client.close()  # nobody is behind the door
                continue
            except OSError:
                return
            self.passing += [client, server]
            asked: set[bytes] = set()
            threading.Thread(target=self._up, args=[client, server, asked], daemon=True).start()
            threading.Thread(target=self._down, args=[server, client, asked], daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, asked: set[bytes]) -> None:
        """Whole requests: length, kind, version, number. Those of who shows a token are answered here."""
        with suppress(OSError, struct.error), client.makefile("rb") as requests:
            while head := requests.read(4):
                request = requests.read(struct.unpack(">i", head)[0])
                (kind, version), number = struct.unpack(">hh", request[:4]), request[4:8]
                if self.token and kind in (HANDSHAKE, AUTHENTICATE):
                    answer = number + (self._judged(request, version) if kind == AUTHENTICATE else _MECHANISMS)
                    client.sendall(struct.pack(">i", len(answer)) + answer)
                    continue
                if self.token and kind == VERSIONS and version == 0:  # the mock knows no other
                    asked.add(number)
                server.sendall(head + request)
        _cut(client, server)

    def _judged(self, request: bytes, version: int) -> bytes:
        """The body of an answer (versions 0 and 1): error, its words, what the mechanism says, for how long."""
        well = f"auth=Bearer {self.token}\x01".encode() in request
        words = b"" if well else b"invalid bearer token"
        said = struct.pack(">hh", 0 if well else 58, len(words)) + words + struct.pack(">i", 0)
        return said + (struct.pack(">q", 0) if version else b"")

    def _down(self, server: socket.socket, client: socket.socket, asked: set[bytes]) -> None:
        """Whole answers (a length, then so many bytes), with the broker's place changed to ours."""
        theirs, ours = (HOST.encode() + struct.pack(">i", port) for port in (self.broker, self.port))
        with suppress(OSError, struct.error), server.makefile("rb") as answers:
            while head := answers.read(4):
                answer = answers.read(struct.unpack(">i", head)[0]).replace(theirs, ours)
                if answer[:4] in asked:
                    asked.discard(answer[:4])
                    answer = (
                        answer[:6]
                        + struct.pack(">i", struct.unpack(">i", answer[6:10])[0] + 2)
                        + _TWO_MORE
                        + answer[10:]
                    )
                client.sendall(struct.pack(">i", len(answer)) + answer)
        _cut(client, server)


_MECHANISMS = struct.pack(">hih", 0, 1, 11) + b"OAUTHBEARER"
_TWO_MORE = b"".join(struct.pack(">hhh", kind, 0, 1) for kind in (HANDSHAKE, AUTHENTICATE))
"""In the list of what a broker understands: kind, oldest and newest version."""


def _cut(*sockets: socket.socket) -> None:
    """Who is cut off at one side is so at the other."""
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def door(broker: int, token: str = "") -> Iterator[Door]:
    made = Door(broker, token)
    made.open()
    try:
        yield made
    finally:
        if made.is_open:
            made.shut()


if __name__ == "__main__":
    print(Cluster().port, flush=True)
    signal.pause()
