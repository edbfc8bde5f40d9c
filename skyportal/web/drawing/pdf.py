"""A drawing as a PDF of one page: vectors and the reader's own Helvetica, so it prints sharp and stays small.

After ISO 32000-1: 7.5 (structure), 8 (graphics), 9.6.2.2 (the fonts every reader has).
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

from PIL import ImageFont

from . import Area, Circle, Drawing, Line, Raster, Text, plain

_BEZIER = 0.5523
"""Of a circle's radius: where the control points of its four arcs lie."""


def pdf(drawing: Drawing) -> bytes:
    images: list[Raster] = []
    content = "\n".join(_mark(mark, drawing.height, images) for mark in drawing.marks).encode("cp1252")
    names = " ".join(f"/I{n} {7 + n} 0 R" for n in range(len(images)))
    box = f"/MediaBox [0 0 {drawing.width:g} {drawing.height:g}]"
    resources = f"/Resources << /Font << /F0 5 0 R /F1 6 0 R >> /XObject << {names} >> >>"
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R {box} {resources} /Contents 4 0 R >>".encode(),
            _stream("", content),
            *(
                f"<< /Type /Font /Subtype /Type1 /BaseFont /{face} /Encoding /WinAnsiEncoding >>".encode()
                for face in ("Helvetica", "Helvetica-Bold")
            ),
            *map(_image, images),
        ],
        drawing.label,
    )


def _file(objects: list[bytes], title: str) -> bytes:
    objects = [*objects, f"<< /Title ({_escaped(plain(title))}) >>".encode("cp1252")]
    found = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    begin = len(found)
    found += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    found += b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"<< /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(objects) + 1, len(objects))
    return bytes(found + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (ends, begin))


def _stream(entries: str, body: bytes) -> bytes:
    packed = zlib.compress(body)
    head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _image(mark: Raster) -> bytes:
    image = mark.image if mark.image.mode == "L" else mark.image.convert("RGB")
    space = "DeviceGray" if image.mode == "L" else "DeviceRGB"
    entries = f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /ColorSpace /{space}"
    return _stream(f"{entries} /BitsPerComponent 8", image.tobytes())


def _mark(mark: Any, height: float, images: list[Raster]) -> str:
    match mark:
        case Line():
            path = " ".join(f"{x:.2f} {height - y:.2f} {'ml'[n > 0]}" for n, (x, y) in enumerate(mark.points))
            dashes = "[4 3] 0 d" if mark.dashed else "[] 0 d"
            return f"{_rgb(mark.colour)} RG {mark.width:g} w {dashes} {path} S"
        case Area():
            path = " ".join(f"{x:.2f} {height - y:.2f} {'ml'[n > 0]}" for n, (x, y) in enumerate(mark.points))
            return f"{_rgb(mark.colour)} rg {path} h f"
        case Circle():
            return f"{_rgb(mark.colour)} RG {mark.width:g} w [] 0 d {_circle(mark.x, height - mark.y, mark.radius)} S"
        case Text():
            words = plain(mark.words)
            shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * _width(words, mark.size)
            place = f"1 0 0 1 {mark.x - shift:.2f} {height - mark.y:.2f} Tm"
            font = f"/F{int(mark.bold)} {mark.size:g} Tf"
            return f"BT {_rgb(mark.colour)} rg {font} {place} ({_escaped(words)}) Tj ET"
    images.append(mark)
    bottom = height - mark.y - mark.height
    return f"q {mark.width:g} 0 0 {mark.height:g} {mark.x:g} {bottom:g} cm /I{len(images) - 1} Do Q"


def _circle(x: float, y: float, r: float) -> str:
    k = _BEZIER * r
    arcs = [
        (x + r, y + k, x + k, y + r, x, y + r),
        (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r),
        (x + k, y - r, x + r, y - k, x + r, y),
    ]
    return f"{x + r:.2f} {y:.2f} m " + " ".join(" ".join(f"{v:.2f}" for v in arc) + " c" for arc in arcs)


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[n : n + 2], 16) / 255:.3f}" for n in (1, 3, 5))


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


@cache
def _measure() -> Any:
    return ImageFont.load_default(100)


def _width(words: str, size: float) -> float:
    """About as wide as in Helvetica: the face that measures is a little narrower."""
    return _measure().getlength(words) * size / 100 * 1.03
