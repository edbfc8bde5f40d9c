"""Keeping small pictures of objs: cutouts by the batch, uploads one by one."""

from __future__ import annotations

import base64
import binascii
import io
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import CutoutsStored, ThumbnailsChanged
from ..models import Obj, Thumbnail
from ..queries.objs import get_obj
from ..queries.thumbnails import get_thumbnail
from .attachments import keep
from .checks import audience_of, known_by_audience, lock, need, optional_text

SMALLEST, LARGEST = 16, 500
MOST_BYTES = 4 * 1024 * 1024
CUTOUTS = ("new", "ref", "sub")


class Cutout(NamedTuple):
    """A picture that ingestion cut out, for whom, of which time: PNG bytes, or what draws them if they are wanted.

    Of a night's alerts most are of objs that have a newer one, so most need not be drawn. None: it is no picture.
    """

    obj_id: int
    type: str
    png: bytes | Callable[[], bytes | None]
    audience_id: int
    mjd: float | None = None
    origin: str | None = None

    @property
    def place(self) -> tuple[int, str, int]:
        return self.obj_id, self.type, self.audience_id

    @property
    def age(self) -> float:
        return -math.inf if self.mjd is None else self.mjd


@transaction.atomic
def store_many(cutouts: Iterable[Cutout]) -> int:
    """Keep of each obj, type and audience the newest cutout only; how many were newer than what was there.

    Rows are `Cutout`s or tuples like them. A fixed number of queries; a file is written only when its content is new.
    """
    newest: dict[tuple[int, str, int], Cutout] = {}
    for cutout in (Cutout(*row) for row in cutouts):
        if cutout.place not in newest or cutout.age >= newest[cutout.place].age:
            newest[cutout.place] = cutout
    if not newest:
        return 0
    obj_ids = {cutout.obj_id for cutout in newest.values()}
    lock(obj_ids)
    outdated: dict[tuple[int, str, int], list[int]] = {}
    for old in Thumbnail.objects.filter(obj_id__in=obj_ids, type__in={c.type for c in newest.values()}):
        place = (old.obj_id, old.type, old.audience_id)
        if place not in newest:
            continue
        if _is_newer(newest[place], old):
            outdated.setdefault(place, []).append(old.pk)
        else:
            del newest[place]
    rows = [row for cutout in newest.values() if (row := _row(cutout))]
    if rows:
        replaced = [pk for row in rows for pk in outdated.get((row.obj_id, row.type, row.audience_id), [])]
        Thumbnail.objects.filter(pk__in=replaced).delete()
        Thumbnail.objects.bulk_create(rows)
        known_by_audience((row.obj_id, row.audience_id) for row in rows)
        names = Obj.objects.filter(pk__in={row.obj_id for row in rows}).order_by("pk")
        record(CutoutsStored(list(names.values_list("name", flat=True)), len(rows)))
    return len(rows)


def _is_newer(cutout: Cutout, old: Thumbnail) -> bool:
    return old.mjd is None or cutout.age > old.mjd


def _row(cutout: Cutout) -> Thumbnail | None:
    png = cutout.png() if callable(cutout.png) else cutout.png
    if png is None:
        return None
    return Thumbnail(
        obj_id=cutout.obj_id,
        type=cutout.type,
        file=keep(png, "thumbs", ".png"),
        audience_id=cutout.audience_id,
        mjd=cutout.mjd,
        origin=cutout.origin,
        is_grayscale=cutout.type in CUTOUTS,
    )


def checked_type(value: Any) -> str:
    if value not in Thumbnail.TYPES:
        raise Invalid(f"{str(value)[:60]!r} is not among the defined enum values: {', '.join(Thumbnail.TYPES)}.")
    return value


def checked_picture(data: Any) -> tuple[bytes, bool]:
    """The PNG behind base64 text, and whether it is without colours; nothing is decoded before its size is known."""
    if not isinstance(data, str) or len(data) > MOST_BYTES * 4 / 3 + 100:
        raise Invalid(f"Invalid data: must be a PNG image in base64, at most {MOST_BYTES // 2**20} MB.")
    try:
        png = base64.b64decode(data.rpartition("base64,")[2])
        image = Image.open(io.BytesIO(png))
    except (binascii.Error, ValueError, UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Invalid("cannot identify image file: send a PNG image in base64.") from None
    if image.format != "PNG":
        raise Invalid("Invalid thumbnail image type. Only PNG are supported.")
    if not all(SMALLEST <= side <= LARGEST for side in image.size):
        raise Invalid(f"Invalid thumbnail size. Each side must have {SMALLEST} to {LARGEST} pixels.")
    try:
        image.load()
    except (OSError, ValueError, SyntaxError):
        raise Invalid("cannot identify image file: the PNG is damaged.") from None
    return png, _is_grey(image)


def _is_grey(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA", "I", "I;16", "F"):
        return True
    red, green, blue = image.convert("RGB").split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def post_thumbnail(viewer: Viewer, obj_name: Any, data: Any, kind: Any, origin: Any = None) -> int:
    """A picture somebody uploads, for everybody who may see the obj. The same picture again is the same row."""
    need(viewer, "Upload data")
    kind = checked_type(kind)
    png, grey = checked_picture(data)
    origin = optional_text(origin, "survey")
    obj = get_obj(viewer, str(obj_name), message=f"Invalid obj_id: {str(obj_name)[:100]}", status=400)
    audience = audience_of([], [groups.sitewide_group_id()])
    name = keep(png, "thumbs", ".png")
    with transaction.atomic():
        lock([obj.pk])
        thumbnail, created = Thumbnail.objects.get_or_create(
            obj=obj, type=kind, file=name, audience=audience, mjd=None,
            defaults={"origin": origin, "is_grayscale": grey},
        )  # fmt: skip
        if created:
            record(ThumbnailsChanged(obj.pk, obj.name, viewer.user_id))
    return thumbnail.pk


def _mine(viewer: Viewer, thumbnail_id: int, deed: str) -> Thumbnail:
    need(viewer, "Manage sources")
    thumbnail = get_thumbnail(viewer, thumbnail_id)
    if not Thumbnail.objects.changeable_by(viewer).filter(pk=thumbnail.pk).exists():
        raise NotAllowed(f"You may not {deed} this thumbnail.")
    return thumbnail


def edit_thumbnail(viewer: Viewer, thumbnail_id: int, data: Mapping[str, Any]) -> None:
    """Change what a record says of its picture. Which file it names is never a client's to say."""
    thumbnail = _mine(viewer, thumbnail_id, "edit")
    if data.get("type") is not None:
        thumbnail.type = checked_type(data["type"])
    if data.get("obj_id") is not None:
        name = str(data["obj_id"])
        thumbnail.obj = get_obj(viewer, name, message=f"Invalid obj_id: {name[:100]}", status=400)
    if data.get("origin") is not None:
        thumbnail.origin = optional_text(data["origin"], "origin")
    if data.get("is_grayscale") is not None:
        thumbnail.is_grayscale = bool(data["is_grayscale"])
    if data.get("public_url") is not None and not thumbnail.file:
        thumbnail.public_url = _checked_url(data["public_url"])
    with transaction.atomic():
        thumbnail.save()
        record(ThumbnailsChanged(thumbnail.obj_id, thumbnail.obj.name, viewer.user_id))


def _checked_url(value: Any) -> str:
    url = optional_text(value, "public_url", most=2000) or ""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("Invalid public_url: must be an http or https address.")
    return url


@transaction.atomic
def delete_thumbnail(viewer: Viewer, thumbnail_id: int) -> None:
    thumbnail = _mine(viewer, thumbnail_id, "delete")
    obj = thumbnail.obj
    thumbnail.delete()
    record(ThumbnailsChanged(obj.pk, obj.name, viewer.user_id))
