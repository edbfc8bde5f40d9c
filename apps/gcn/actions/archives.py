"""What other archives know of an event is fetched by a worker."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.sources.actions.checks import need
from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from .. import archives
from ..entries import ArchiveAnswered, ArchiveAsked, EventChanged
from ..models import Circular, CircularOfEvent, GcnEvent
from ..notices.base import UnreadableNotice
from ..queries.circulars import names_of
from .circulars import keep_circular

ACL = "Manage GCNs"
GRACEDB, TACH = "gracedb", "tach"
_SUPEREVENT = re.compile(r"^[MT]?S\d{6}[a-z]{1,4}$")


def superevent(event: GcnEvent) -> str | None:
    """The event's name at GraceDB."""
    return next((name for name in sorted(names_of(event)) if _SUPEREVENT.match(name)), None)


@transaction.atomic
def ask(viewer: Viewer, event: GcnEvent, archive: str) -> None:
    """Have an archive asked; what it says appears with the event."""
    need(viewer, ACL)
    if archive == GRACEDB and superevent(event) is None:
        raise Invalid("This event has no name at GraceDB, such as S190814bv: add it as an alias first.")
    record(ArchiveAsked(event.pk, event.address, viewer.user_id, archive))


def fetch(event_id: int, archive: str) -> None:
    """Ask the archive, and keep what it says or why it does not. Doing it twice changes nothing."""
    event = GcnEvent.objects.filter(pk=event_id).first()
    if event is None:
        return
    trouble = ""
    try:
        if archive == GRACEDB:
            _write(event.pk, archives.gracedb(superevent(event) or ""))
        else:
            trouble = _from_tach(event)
    except Refusal as refusal:
        trouble = refusal.message
    _write(event.pk, {f"{archive}_trouble": trouble, f"{archive}_asked_at": timezone.now().isoformat()})
    with transaction.atomic():
        record(ArchiveAnswered(event.pk, event.address, None, archive, trouble))


def _write(event_id: int, said: dict[str, Any]) -> None:
    with transaction.atomic():
        event = GcnEvent.objects.select_for_update(no_key=True).get(pk=event_id)
        event.gracedb = {**event.gracedb, **said}
        event.save(update_fields=["gracedb", "modified"])


def _from_tach(event: GcnEvent) -> str:
    """Its id, its name as an alias, its circulars with their texts; what was in vain, in a sentence."""
    told = archives.tach(event.exact_time, names_of(event))
    if told is None:
        return "TACH knows no event of this name or time."
    _keep_name(event.pk, told)
    wanted = sorted(told.circulars, reverse=True)[: archives.MOST_CIRCULARS]
    there = set(Circular.objects.filter(number__in=wanted).values_list("number", flat=True))
    failed = [number for number in wanted if number not in there and not _keep_text(number)]
    with transaction.atomic():
        rows = Circular.objects.filter(number__in=wanted)
        links = [CircularOfEvent(event_id=event.pk, circular=row, by="TACH") for row in rows]
        CircularOfEvent.objects.bulk_create(links, ignore_conflicts=True)
    several = ", ".join(map(str, failed[:5])) + (" …" if len(failed) > 5 else "")
    return f"Circulars that could not be had: {several}." if failed else ""


def _keep_name(event_id: int, told: archives.Told) -> None:
    with transaction.atomic():
        event = GcnEvent.objects.select_for_update(no_key=True).get(pk=event_id)
        alias = told.name.replace(" ", "")
        known = {name.replace(" ", "").upper() for name in names_of(event)}
        if alias and alias.upper() not in known and not GcnEvent.objects.filter(aliases__contains=[alias]).exists():
            event.aliases.append(alias)
            record(EventChanged(event.pk, event.address, None, f"added the alias {alias}"))
        event.tach_id = told.tach_id
        event.save(update_fields=["aliases", "tach_id", "modified"])


def _keep_text(number: int) -> bool:
    try:
        said = archives.circular(number)
        if not isinstance(said, dict):
            return False
        keep_circular(said)
    except (Refusal, UnreadableNotice):
        return False
    return Circular.objects.filter(number=number).exists()
