"""Files that people attach: checked, named safely, kept once by their content."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from skyportal.access.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Attachment:
    """A file as it came from a browser or a script."""

    name: str
    body: bytes

    def __post_init__(self) -> None:
        if len(self.body) > MOST_BYTES:
            raise Invalid(f"The attachment is larger than {MOST_BYTES // 2**20} MB.")


def safe_name(name: str) -> str:
    """The last part of a path, without what could mislead a browser, a shell or a reader."""
    last = re.split(r"[\\/]", name)[-1]
    printable = "".join(c for c in last if c.isprintable() and c not in '"<>|:*?;')
    return printable.strip(" .")[-150:] or "attachment"


def from_json(data: Any) -> Attachment | None:
    """The public API's `{name, body}`, with the body in base64 or as a data URL."""
    if data in (None, {}, ""):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not isinstance(data.get("body"), str):
        raise Invalid("Malformed comment attachment: send {name, body}, the body in base64.")
    try:
        body = base64.b64decode(data["body"].rpartition("base64,")[2], validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("Malformed comment attachment: the body is not base64.") from None
    return Attachment(safe_name(data["name"]), body)


def keep(body: bytes, folder: str, suffix: str = "") -> str:
    """Put bytes into the file storage under their own hash, unless they are there; their name in it.

    What is there becomes young again, so that `sweeping` leaves it to the row that is about to name it.
    """
    digest = hashlib.sha256(body).hexdigest()
    name = f"{folder}/{digest[:2]}/{digest}{suffix}"
    return name if _there(name) else default_storage.save(name, ContentFile(body))


def _there(name: str) -> bool:
    if not isinstance(default_storage, FileSystemStorage):  # an object store is not swept
        return default_storage.exists(name)
    try:
        os.utime(default_storage.path(name))
    except FileNotFoundError:
        return False
    return True
