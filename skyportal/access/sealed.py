"""Secrets at rest: what only the site itself may read again.

A column of `SealedField` holds a JSON object, encrypted with the newest of `ENCRYPTION_KEYS` (Fernet: AES-128-CBC with
HMAC-SHA256). Older keys still open what they closed; `manage.py reseal` closes everything anew, after which they can
go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from .errors import Refusal


class Locked(Refusal):
    """None of this site's keys opens it."""

    status = 500


class Hidden(dict[str, Any]):
    """A dict that does not show its contents in a log, a traceback or a shell."""

    def __repr__(self) -> str:
        return f"<{len(self)} hidden values>"

    __str__ = __repr__


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty: secrets can be neither kept nor read.")
    return MultiFernet([Fernet(key) for key in keys])


def seal(values: dict[str, Any]) -> str:
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(orjson.dumps(dict(values))).decode()


def unseal(text: str) -> Hidden:
    """Raises `Locked` when it was sealed with a key this site no longer has."""
    try:
        return Hidden(orjson.loads(_box(tuple(settings.ENCRYPTION_KEYS)).decrypt(text.encode())))
    except InvalidToken:
        raise Locked("A stored secret cannot be read: the key it was sealed with is not in ENCRYPTION_KEYS.") from None


class SealedField(models.Field):
    """A JSON object, encrypted; never searchable, never in a dump in clear."""

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Hidden:
        return unseal(value) if value else Hidden()

    def to_python(self, value: Any) -> Hidden:
        if isinstance(value, dict):
            return Hidden(value)
        return unseal(value) if value else Hidden()

    def get_prep_value(self, value: Any) -> str:
        return seal(value) if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))
