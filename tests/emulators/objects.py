"""An object store that speaks S3's protocol, as far as the archive's files need it: objects in memory.

Signatures are not checked; chunked bodies are. ``mood``: well, or closed (403 to everything).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

XML = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass
class Store:
    address: str = ""
    mood: str = "well"
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)


class _Door(BaseHTTPRequestHandler):
    store: ClassVar[Store]
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"", kind: str = "application/xml", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes:
        raw = self._chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self._counted()
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return raw
        found = b""
        while raw:
            size, _, raw = raw.partition(b"\r\n")
            length = int(size.split(b";")[0], 16)
            if not length:
                break
            found, raw = found + raw[:length], raw[length + 2 :]
        return found

    def _counted(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        self.key, self.asked = unquote(parts.path).lstrip("/"), parse_qs(parts.query, keep_blank_values=True)
        body = self._body()
        if self.store.mood == "closed":
            self._answer(403, self._error("AccessDenied"))
        elif self.command in ("GET", "HEAD") and "/" not in self.key.rstrip("/"):
            self._list() if "list-type" in self.asked else self._answer(200)
        else:
            getattr(self, f"_{self.command.lower()}")(body)

    def _error(self, code: str) -> bytes:
        return f"{XML}<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()

    def _get(self, body: bytes) -> None:
        found = self.store.objects.get(self.key)
        if found is None:
            self._answer(404, self._error("NoSuchKey"))
            return
        part, status, more = found, 200, {}
        if span := self.headers.get("Range"):
            first, _, last = span.removeprefix("bytes=").partition("-")
            end = min(int(last or len(found)), len(found) - 1)
            part, status = found[int(first) : end + 1], 206
            more = {"Content_Range": f"bytes {first}-{end}/{len(found)}"}
        self._answer(status, part, "application/octet-stream", Content_Length=str(len(part)), ETag='"e"',
                     Last_Modified="Mon, 30 Nov 2026 00:00:00 GMT", **more)  # fmt: skip

    _head = _get

    def _put(self, body: bytes) -> None:
        if "uploadId" in self.asked:
            self.store.uploads[self.asked["uploadId"][0]][int(self.asked["partNumber"][0])] = body
        else:
            self.store.objects[self.key] = body
        self._answer(200, ETag='"e"')

    def _post(self, body: bytes) -> None:
        if "delete" in self.asked:
            for key in re.findall(r"<Key>(.*?)</Key>", body.decode()):
                self.store.objects.pop(f"{self.key.strip('/')}/{unescape(key)}", None)
            self._answer(200, f"{XML}<DeleteResult></DeleteResult>".encode())
            return
        if "uploads" in self.asked:
            name = f"u{len(self.store.uploads)}"
            self.store.uploads[name] = {}
            told = f"<Bucket>b</Bucket><Key>{escape(self.key)}</Key><UploadId>{name}</UploadId>"
            self._answer(200, f"{XML}<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>".encode())
            return
        parts = self.store.uploads.pop(self.asked["uploadId"][0])
        self.store.objects[self.key] = b"".join(parts[number] for number in sorted(parts))
        told = f"<Key>{escape(self.key)}</Key><ETag>e</ETag>"
        self._answer(200, f"{XML}<CompleteMultipartUploadResult>{told}</CompleteMultipartUploadResult>".encode())

    def _delete(self, body: bytes) -> None:
        self.store.objects.pop(self.key, None)
        self._answer(204)

    def _list(self) -> None:
        prefix, delimiter = (self.asked.get(name, [""])[0] for name in ("prefix", "delimiter"))
        inside = {key.partition("/")[2]: data for key, data in self.store.objects.items()}
        found, folders = "", set()
        for key, data in sorted(inside.items()):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                continue
            found += (f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>e</ETag>"
                      "<LastModified>2026-11-30T00:00:00.000Z</LastModified></Contents>")  # fmt: skip
        found += "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders))
        count = found.count("<Key>") + len(folders)
        head = f"<Name>b</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{count}</KeyCount>"
        head += "<IsTruncated>false</IsTruncated>"
        self._answer(200, f"{XML}<ListBucketResult>{head}{found}</ListBucketResult>".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


for _verb in ("GET", "HEAD", "PUT", "POST", "DELETE"):
    setattr(_Door, f"do_{_verb}", _Door._handle)


@contextmanager
def store() -> Iterator[Store]:
    found = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"store": found}))
    server.daemon_threads = True
    found.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
