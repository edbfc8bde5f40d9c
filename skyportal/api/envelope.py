"""Every answer's wrapping, and which error has which status."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from skyportal.access.errors import Refusal

logger = logging.getLogger(__name__)

VERSION = "1.4.0"
"""Version of the public API that we answer for."""

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def isoformat(moment: datetime | date) -> str:
    """Times go out in UTC without a zone, as the public API writes them."""
    written = moment.isoformat()
    if written.endswith("+00:00"):
        return written[:-6]
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return written


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # or a time: those are dates too
        return isoformat(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Decimal | np.floating):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


def dumps(value: Any) -> bytes:
    """Compact JSON; NaN and infinities become null."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return dumps(data)


def success(data: Any = None) -> dict[str, Any]:
    return {"status": "success", "data": {} if data is None else data, "version": VERSION}


def failure(message: str, data: Any = None) -> dict[str, Any]:
    return {"status": "error", "message": message, "data": {} if data is None else data, "version": VERSION}


def error(message: str, status: int = 400) -> Response:
    return Response(failure(message), status=status)


MALFORMED = 'Credentials malformed; expected form "Authorization: token abc123"'


def handle(problem: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: each kind of refusal with its status, and a last resort that tells no secret."""
    match problem:
        case Refusal():
            return error(problem.message, problem.status)
        case exceptions.NotAuthenticated():
            return error(f"Unauthorized: {MALFORMED}", 401)
        case exceptions.AuthenticationFailed():
            return error(f"Unauthorized: {problem.detail}", 401)
        case exceptions.MethodNotAllowed():
            return error(f"HTTP 405: {problem.detail}", 405)
        case exceptions.APIException():
            return error(_words(problem.detail), problem.status_code)
        case Http404():
            return error("Not found.", 404)
        case PermissionDenied():
            return error(str(problem) or "Insufficient permissions.", 403)
        case ValidationError():
            return error("; ".join(problem.messages))
        case IntegrityError() | DataError():
            # Clients look for PostgreSQL's own words ("duplicate key value violates unique constraint").
            return error(str(problem).split("\nDETAIL")[0].strip())
    logger.exception("The API failed on %s.", getattr(context.get("request"), "path", "?"), exc_info=problem)
    return error("Something went wrong on our side; it was logged and nothing was changed.", 500)


def _words(detail: Any) -> str:
    """DRF's nested details as one sentence in the style of the public API."""
    if isinstance(detail, dict):
        return "; ".join(f"{name}: {_words(inner)}" for name, inner in detail.items())
    if isinstance(detail, list):
        return " ".join(_words(inner) for inner in detail)
    return str(detail)
