"""What people say of an event in a word: tags, names, who looks after it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.groups.models import User
from apps.groups.queries import viewer_of
from apps.sources.actions.checks import need_right, person, text
from skyportal.access.errors import Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import EventChanged
from ..models import Advocate, EventTag, GcnEvent

MOST_ALIASES = 200


def _changed(viewer: Viewer, event: GcnEvent, deed: str) -> None:
    record(EventChanged(event.pk, event.address, viewer.user_id, deed))


@transaction.atomic
def add_tag(viewer: Viewer, event: GcnEvent, words: Any) -> int:
    """Whoever sees an event may tag it; the same tag again is the one that is there."""
    signed = person(viewer)
    tag, new = EventTag.objects.get_or_create(
        event=event, text=text(words, "text", most=200).strip(), defaults={"sent_by_id": signed}
    )
    if new:
        _changed(viewer, event, f"added the tag {tag.text}")
    return tag.pk


@transaction.atomic
def remove_tag(viewer: Viewer, event: GcnEvent, words: Any) -> None:
    tag = EventTag.objects.filter(event=event, text=text(words, "tag", most=200).strip()).first()
    if tag is None:
        raise NotVisible("Tag not found", status=404)
    need_right(viewer, tag, "delete", "tag", "who added it, or who manages GCNs,")
    tag.delete()
    _changed(viewer, event, f"removed the tag {tag.text}")


@transaction.atomic
def add_alias(viewer: Viewer, event: GcnEvent, words: Any) -> None:
    person(viewer)
    alias = text(words, "alias", most=200).strip()
    event = GcnEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    if alias in event.aliases:
        raise Invalid(f"{alias} is an alias of this event already.")
    if other := GcnEvent.objects.visible_to(viewer).filter(aliases__contains=[alias]).first():
        raise Invalid(f"{alias} is an alias of another event, {other.address}.")
    if len(event.aliases) >= MOST_ALIASES:
        raise Invalid(f"An event has at most {MOST_ALIASES} aliases.")
    event.aliases.append(alias)
    event.save(update_fields=["aliases", "modified"])
    _changed(viewer, event, f"added the alias {alias}")


@transaction.atomic
def remove_alias(viewer: Viewer, event: GcnEvent, words: Any) -> None:
    alias = text(words, "alias", most=200).strip()
    event = GcnEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    if alias not in event.aliases:
        raise NotVisible("Alias not found", status=404)
    if not GcnEvent.objects.changeable_by(viewer).filter(pk=event.pk).exists():
        raise NotAllowed("Only who sent the event, or who manages GCNs, may take a name from it.")
    event.aliases.remove(alias)
    event.save(update_fields=["aliases", "modified"])
    _changed(viewer, event, f"removed the alias {alias}")


@transaction.atomic
def add_advocate(viewer: Viewer, event: GcnEvent, user_id: int) -> None:
    """Somebody is to look after it, who must be able to see it."""
    person(viewer)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not _sees(user, event):
        raise Invalid(f"No person {user_id} who may see this event.")
    _, new = Advocate.objects.get_or_create(event=event, user=user)
    if not new:
        raise Invalid(f"{user.username} is an advocate of this event already.")
    _changed(viewer, event, f"made {user.username} an advocate")


def _sees(user: User, event: GcnEvent) -> bool:
    theirs = viewer_of(user.pk)
    return theirs is not None and GcnEvent.objects.visible_to(theirs).filter(pk=event.pk).exists()


@transaction.atomic
def remove_advocate(viewer: Viewer, event: GcnEvent, user_id: int) -> None:
    person(viewer)
    row = Advocate.objects.filter(event=event, user_id=user_id).select_related("user").first()
    if row is None:
        raise NotVisible("This person is no advocate of the event.", status=404)
    row.delete()
    _changed(viewer, event, f"{row.user.username} is no advocate any more")
