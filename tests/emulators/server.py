"""A server on this machine, in a thread, whose answers a test chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, str, bytes]
"""Status, media type, body."""
Speak = Callable[[str, dict[str, str]], Answer]
"""(path, parameters of the address and of a form) -> answer. A JSON body comes as ``json``, credentials as
``authorization``, and a verb to change things as ``verb``."""


@dataclass
class Emulator:
    """``mood``: well; or error (500), busy (503 once), garbage, cut (half of a body), endless, drip, slow, circles."""

    speak: Speak
    address: str = ""
    mood: str = "well"
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


class _Door(BaseHTTPRequestHandler):
    emulator: Emulator

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        self._answer({"json": body} if is_json else dict(parse_qsl(body)))

    def do_PATCH(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def _answer(self, form: dict[str, str]) -> None:
        emulator, parts = self.emulator, urlsplit(self.path)
        query = dict(parse_qsl(parts.query)) | form
        if self.command in ("PUT", "DELETE"):
            query["verb"] = self.command
        if credentials := self.headers.get("Authorization"):
            query["authorization"] = credentials
        emulator.asked.append((parts.path, query))
        with suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, f"_{emulator.mood}")(*emulator.speak(parts.path, query))

    def _send(self, status: int, kind: str, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    _well = _send

    def _error(self, status: int, kind: str, body: bytes) -> None:
        self._send(500, "text/html", b"<h1>Internal Server Error</h1>")

    def _busy(self, status: int, kind: str, body: bytes) -> None:
        self.emulator.mood = "well"
        self._send(503, "text/plain", b"try again")

    def _garbage(self, status: int, kind: str, body: bytes) -> None:
        self._send(200, kind, b"\x00\xff<html>Maintenance</html>, 1, 2\n")

    def _cut(self, status: int, kind: str, body: bytes) -> None:
        self._send(status, kind, body[: len(body) // 2], length=len(body))

    def _endless(self, status: int, kind: str, body: bytes) -> None:
        self._send(200, kind, b"", length=2**40)
        while not self.emulator.stop.is_set():
            self.wfile.write(b"x" * 65536)

    def _drip(self, status: int, kind: str, body: bytes) -> None:
        self._send(200, kind, b"", length=2**20)
        while not self.emulator.stop.wait(0.05):
            self.wfile.write(b"x")

    def _slow(self, status: int, kind: str, body: bytes) -> None:
        self.emulator.stop.wait(30)

    def _circles(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve(speak: Speak) -> Iterator[Emulator]:
    emulator = Emulator(speak)
    door = type("Door", (_Door,), {"emulator": emulator})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    emulator.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield emulator
    finally:
        emulator.stop.set()
        server.shutdown()
        server.server_close()
