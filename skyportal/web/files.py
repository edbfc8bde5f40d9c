"""Files that people brought, given back so that they can do no harm."""

from pathlib import PurePath
from urllib.parse import quote

from django.http import HttpResponse

SHOWN_IN_BROWSER = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".log": "text/plain; charset=utf-8",
    ".csv": "text/plain; charset=utf-8",
    ".dat": "text/plain; charset=utf-8",
    ".ascii": "text/plain; charset=utf-8",
    ".json": "application/json",
}
"""Types a browser may show as themselves. Whatever could carry a script (HTML, SVG, XML) is only ever saved."""


def file_answer(name: str, body: bytes, *, download: bool) -> HttpResponse:
    """A file somebody attached, in a form that can never act in our name."""
    kind = SHOWN_IN_BROWSER.get(PurePath(name).suffix.lower())
    inline = kind is not None and not download
    answer = HttpResponse(body, content_type=kind if inline else "application/octet-stream")
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    manner = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{manner}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
