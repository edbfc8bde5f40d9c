"""Circulars are kept, each once; a corrected one replaces what it corrects."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ..models import Circular
from ..notices.circulars import CircularSaid, events_named_in, read_circular


@transaction.atomic
def keep_circular(said: dict[str, Any]) -> str:
    """Keep a circular as the archive sends it; in a sentence what became of it."""
    circular = read_circular(said)
    row, new = Circular.objects.update_or_create(number=circular.number, defaults=_columns(circular))
    named = f" It names {', '.join(row.names[:5])}." if row.names else ""
    return f"Circular {row.number} {'was kept' if new else 'was there and is as it came now'}.{named}"


def _columns(circular: CircularSaid) -> dict[str, Any]:
    return {
        "subject": circular.subject,
        "text": circular.text.replace("\x00", ""),
        "sent_at": circular.sent_at,
        "submitter": circular.submitter,
        "event_text": circular.event_text,
        "names": list(events_named_in(f"{circular.event_text}\n{circular.subject}\n{circular.text}")),
    }
