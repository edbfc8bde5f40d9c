"""A web server of files, which can also be without one, break off in the middle, or send a page instead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def serving(files: dict[str, bytes], *, mood: str = "well") -> Iterator[str]:
    """Its address. Moods: ``well``, ``absent`` (404), ``broken`` (half of what it announced), ``page`` (HTML)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path.lstrip("/"))
            if body is None or mood == "absent":
                return self.send_error(404)
            if mood == "page":
                body = b"<html>Please accept our cookies</html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if mood == "broken" else body)
            return None

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
