"""What is attached to a comment, shown inside the page: pictures, PDF, FITS images, tables, text."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.access.errors import Invalid
from skyportal.web.requests import ViewerRequest

from ..queries import comments as said

KINDS = {
    "pdf": (".pdf",),
    "fits": (".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fits.fz"),
    "table": (".csv", ".tsv"),
    "text": (".txt", ".log", ".dat", ".ascii", ".json", ".md", ".yaml", ".yml", ".ecsv", ".reg", ".py"),
}
MOST_TEXT = 100_000
MOST_ROWS, MOST_COLUMNS = 200, 40


def kind_of(name: str) -> str | None:
    """How a file of this name is shown; None where it is only saved, or where its picture is enough."""
    return next((kind for kind, ends in KINDS.items() if name.lower().endswith(ends)), None)


@login_required
@require_GET
def attachment(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    """The fragment that shows it, or says why it cannot be shown."""
    file, body = said.attachment(request.viewer, comment_id, name)
    here = reverse("comment-attachment", args=[name, comment_id])
    return shown(request, file, body, here, f"/api/sources/{quote(name)}/comments/{comment_id}/attachment")


def shown(request: ViewerRequest, file: str, body: bytes, here: str, address: str) -> HttpResponse:
    """A file inside a page; ``here`` is the fragment's own address, and with ``.png`` that of a FITS image's picture;
    ``address`` that of the file."""
    kind = kind_of(file)
    context: dict[str, Any] = {"file": file, "kind": kind, "here": here, "address": address}
    try:
        if kind == "fits":
            context |= _fits(request, here, body)
        elif kind == "pdf" and not body.startswith(b"%PDF-"):
            raise Invalid("This is not a PDF, whatever its name says.")
        elif kind == "table":
            context |= _table(file, body)
        elif kind == "text":
            context |= {"text": _text(body[:MOST_TEXT]), "cut": len(body) > MOST_TEXT}
    except Invalid as refusal:
        context["error"] = refusal.message
    return render(request, "sources/_attachment.html", context)


def _text(body: bytes) -> str:
    if b"\x00" in body[:4096]:
        raise Invalid("This is not text, whatever its name says.")
    return body.decode("utf-8", "replace")


def _table(file: str, body: bytes) -> dict[str, Any]:
    words = _text(body[: 20 * MOST_TEXT])
    separator = "\t" if PurePath(file).suffix.lower() == ".tsv" else _separator(words)
    lines = (line for line in io.StringIO(words) if not line.startswith("#"))
    try:
        rows = [
            row[:MOST_COLUMNS]
            for row, _ in zip(csv.reader(lines, delimiter=separator), range(MOST_ROWS + 2), strict=False)
        ]
    except csv.Error as error:
        raise Invalid(f"The table cannot be read: {error}") from None
    if not rows:
        raise Invalid("The table is empty.")
    return {"head": rows[0], "rows": rows[1 : MOST_ROWS + 1], "cut": len(rows) > MOST_ROWS + 1}


def _separator(words: str) -> str:
    first = words[:4000].partition("\n")[0]
    return max(",;\t|", key=first.count)


def _fits(request: ViewerRequest, here: str, body: bytes) -> dict[str, Any]:
    from skyportal.astro import pictures

    stretch, extension = _asked(request)
    try:
        pixels, chosen, images = pictures.read_image(body, extension)
    except pictures.NoPicture as problem:
        raise Invalid(str(problem)) from None
    return {
        "picture": f"{here}.png?{urlencode({'stretch': stretch, 'extension': chosen})}",
        "stretch": stretch,
        "stretches": pictures.STRETCHES,
        "images": [(int(label.partition(" ")[0]), label) for label in images],
        "extension": chosen,
        "height": pixels.shape[0],
        "width": pixels.shape[1],
    }


def _asked(request: ViewerRequest) -> tuple[str, int | None]:
    from skyportal.astro import pictures

    stretch, extension = request.GET.get("stretch", ""), request.GET.get("extension", "")
    known = stretch if stretch in pictures.STRETCHES else "asinh"
    return known, int(extension) if extension.isdecimal() and len(extension) < 4 else None


@login_required
@require_GET
def fits_picture(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    """A FITS image as a PNG; `stretch`, `extension`."""
    return picture(request, said.attachment(request.viewer, comment_id, name)[1])


def picture(request: ViewerRequest, body: bytes) -> HttpResponse:
    from skyportal.astro import pictures

    stretch, extension = _asked(request)
    try:
        pixels, _, _ = pictures.read_image(body, extension)
    except pictures.NoPicture as problem:
        raise Invalid(str(problem)) from None
    answer = HttpResponse(pictures.png(pictures.grey(pixels, stretch)), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
