"""Writing summaries and reports, and what people then do to them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from apps.groups import queries as people
from apps.groups.models import User
from apps.sources.actions.checks import need_right, plain, text
from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import EventTextAsked, EventTextChanged
from ..models import EventReport, EventSummary, SummaryVersion
from ..models.texts import AbstractEventText
from ..plots.sky_still import picture
from ..queries import texts as queries
from ..queries.sky_view import sky_view, told_of
from ..texts import Author, written

logger = logging.getLogger(__name__)

PENDING, DONE, FAILED = "pending", "done", "failed"
LONGEST = 500_000
PICTURE = "plot"
"""Of a report's data, the sky as it was drawn: ours, and nobody's to replace."""
_MODELS: dict[str, type[EventSummary] | type[EventReport]] = {"summary": EventSummary, "report": EventReport}


def carry_out(asked: EventTextAsked) -> None:
    """Write it. Whatever happens, it ends as done or failed, with a reason that its group can read."""
    row = _MODELS[asked.what].objects.filter(pk=asked.text_id, status=PENDING).select_related("event", "group").first()
    if row is None:
        return
    try:
        with transaction.atomic():
            _write(row)
        row.status = DONE
    except Refusal as refusal:
        row.status, row.trouble = FAILED, refusal.message
    except Exception:
        logger.exception("Writing the %s %d of an event broke.", asked.what, asked.text_id)
        row.status, row.trouble = FAILED, "Writing it broke down; the operator's log says how."
    row.save()
    _tell(None, row, f"{'wrote' if row.status == DONE else 'failed to write'}")


def _write(row: EventSummary | EventReport) -> None:
    if row.sent_by_id is None or people.viewer_of(row.sent_by_id) is None:
        raise Invalid("The account that asked for it is no longer active.")
    where = queries.localization_named(row.event, row.asked["localization"])
    data = plain(queries.told(row.event, where, row.asked))
    if isinstance(row, EventReport):
        row.data = data
        if where:
            reader = queries.reader_of(row.group_id)
            view = sky_view(reader, row.event, where)
            row.data[PICTURE] = picture(view, *told_of(where), whole_sky=True).svg()
    else:
        authors = _authors(row)
        row.text = written(data, row.asked, row.title, authors, row.group.name, timezone.now())


def _authors(row: EventSummary) -> list[Author]:
    found = User.objects.in_bulk(row.asked["user_ids"])
    return [_author(found[pk]) for pk in row.asked["user_ids"] if pk in found]


def _author(user: User) -> Author:
    places = ", ".join(str(place) for place in user.affiliations[:3])
    return Author(user.first_name, user.last_name or user.username, places, user.contact_email or "")


def _tell(user_id: int | None, row: AbstractEventText, deed: str) -> None:
    what = "summary" if isinstance(row, EventSummary) else "report"
    event = row.event  # type: ignore[attr-defined]
    record(EventTextChanged(event.pk, event.address, user_id, row.pk, what, deed))


@transaction.atomic
def change_summary(viewer: Viewer, summary: EventSummary, *, body: Any = None, title: Any = None) -> EventSummary:
    """What it says now; what it said before is kept."""
    need_right(viewer, summary, "edit", "summary", "members of its group")
    row = EventSummary.objects.select_for_update(of=("self",)).select_related("event", "group").get(pk=summary.pk)
    if row.status != DONE:
        raise Invalid("This summary is not written yet.")
    said = {"text": row.text, "title": row.title}
    if body is not None:
        said["text"] = text(body, "body", most=LONGEST)
    if title is not None:
        said["title"] = text(title, "title", most=300)
    if said == {"text": row.text, "title": row.title}:
        return row
    SummaryVersion.objects.create(summary=row, title=row.title, text=row.text, author_id=viewer.user_id)
    row.text, row.title = said["text"], said["title"]
    row.save(update_fields=["text", "title", "modified"])
    _tell(viewer.user_id, row, "changed")
    return row


@transaction.atomic
def change_report(viewer: Viewer, report: EventReport, said: Mapping[str, Any]) -> EventReport:
    """Its tables, or whether anybody may read it."""
    need_right(viewer, report, "edit", "report", "members of its group")
    row = EventReport.objects.select_for_update(of=("self",)).select_related("event", "group").get(pk=report.pk)
    if row.status != DONE:
        raise Invalid("This report is not made yet.")
    if said.get("data") is not None:
        picture = row.data.get(PICTURE)
        row.data = {**_checked(said["data"]), **({PICTURE: picture} if picture else {})}
    if said.get("published") is not None:
        if not isinstance(said["published"], bool):
            raise Invalid("Invalid published: must be true or false.")
        row.published = said["published"]
    row.save(update_fields=["data", "published", "modified"])
    _tell(viewer.user_id, row, "published" if said.get("published") else "changed")
    return row


def _checked(data: Any) -> dict[str, Any]:
    if isinstance(data, str):
        try:
            data = orjson.loads(data)
        except orjson.JSONDecodeError as problem:
            raise Invalid(f"Invalid data: {problem}.") from None
    if not isinstance(data, dict):
        raise Invalid("Invalid data: must be an object.")
    for name in ("sources", "sections"):
        if not isinstance(data.get(name, []), list) or not all(isinstance(row, dict) for row in data.get(name, [])):
            raise Invalid(f"Invalid data: {name} must be a list of objects.")
    found = plain(data)
    if len(orjson.dumps(found)) > 20 * LONGEST:
        raise Invalid(f"Invalid data: at most {20 * LONGEST // 10**6} MB.")
    return found


@transaction.atomic
def delete(viewer: Viewer, row: EventSummary | EventReport) -> None:
    need_right(viewer, row, "delete", "text", "who asked for it, or who manages GCNs,")
    _tell(viewer.user_id, row, "deleted")
    row.delete()
