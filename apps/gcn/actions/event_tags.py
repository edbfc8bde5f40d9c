"""Tags of an event that follow from its notices, beside those that people and rules of the site give."""

from __future__ import annotations

from ..models import EventTag, GcnEvent, GcnNotice
from ..notices.base import Notice
from ..notices.tags import overruled
from .dictionaries import FORM

RETRACTED = "retracted"


def tag_by(event: GcnEvent, notice: Notice, user_id: int | None) -> None:
    """Tags that a notice gives, once it is kept; what its sender thinks better of is not said any more."""
    wrong = _overruled(event)
    by_rule = notice.form != FORM  # a script says its tags in so many words
    rows = [
        EventTag(event=event, text=tag, sent_by_id=user_id, of_notices=by_rule) for tag in sorted(notice.tags - wrong)
    ]
    EventTag.objects.bulk_create(rows, ignore_conflicts=True)
    EventTag.objects.filter(event=event, of_notices=True, text__in=wrong).delete()
    _retract(event, user_id)


def _overruled(event: GcnEvent) -> frozenset[str]:
    rows = GcnNotice.objects.filter(event=event).exclude(form=FORM).order_by("-date", "-pk")
    return overruled(
        Notice(
            form=row.form, kind=row.kind, stream=row.stream, ivorn=row.ivorn, sent_at=row.date, dateobs=row.dateobs,
            trigger_id=event.trigger_id, properties=row.properties.data if hasattr(row, "properties") else {},
        )
        for row in rows.select_related("properties")
    )  # fmt: skip


def _retract(event: GcnEvent, user_id: int | None) -> None:
    current = EventTag.objects.filter(event=event, text=RETRACTED)
    if not event.is_retracted:
        current.delete()
    elif not current.exists():
        EventTag.objects.create(event=event, text=RETRACTED, sent_by_id=user_id, of_notices=True)
