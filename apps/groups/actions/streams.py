"""Streams: their rows, the groups that read them, and the people who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid, NotVisible, Unpermitted
from skyportal.access.models import STREAM, forget
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer
from skyportal.journal.recording import record

from .. import entries, queries
from ..models import Group, Stream, StreamGrant, User
from ..slots import stream_users
from .groups import administered


def _require_admin(viewer: Viewer) -> None:
    if not viewer.sees_all:
        raise Unpermitted(f"HTTP 401: Unauthorized. Streams are managed by holders of {SYSTEM_ADMIN!r}.")


def _free_name(name: str, stream: Stream | None = None) -> str:
    name = name.strip()
    others = Stream.objects.filter(name=name)
    if (others.exclude(pk=stream.pk) if stream else others).exists():
        raise Invalid(f"A stream is called {name!r} already; choose another name.")
    return name


@transaction.atomic
def create_stream(viewer: Viewer, name: str, *, altdata: Any = None, auto_join: bool = False) -> Stream:
    _require_admin(viewer)
    stream = Stream.objects.create(name=_free_name(name), altdata=altdata, auto_join=auto_join)
    record(entries.StreamCreated(stream.pk, viewer.user_id, stream.name))
    return stream


@transaction.atomic
def change_stream(viewer: Viewer, stream_id: int, changes: Mapping[str, Any]) -> Stream:
    _require_admin(viewer)
    stream = queries.get_stream(viewer, stream_id)
    for field, value in changes.items():
        setattr(stream, field, _free_name(value, stream) if field == "name" else value)
    stream.save(update_fields=[*changes, "modified"])
    record(entries.StreamChanged(stream.pk, viewer.user_id, sorted(changes)))
    return stream


@transaction.atomic
def delete_stream(viewer: Viewer, stream_id: int) -> None:
    """A stream goes, with the filters on it; nobody reads through it any more."""
    _require_admin(viewer)
    stream = queries.get_stream(viewer, stream_id)
    record(entries.StreamDeleted(stream.pk, viewer.user_id, stream.name))
    forget(STREAM, stream.pk)
    stream.delete()


@transaction.atomic
def grant_stream(viewer: Viewer, stream_id: int, user_id: int) -> None:
    """A person may read a stream from now on."""
    _require_admin(viewer)
    stream = queries.get_stream(viewer, stream_id)
    if not User.objects.filter(pk=user_id).exists():
        raise NotVisible(f"Cannot find user with ID {user_id}.")
    _, new = StreamGrant.objects.get_or_create(stream=stream, user_id=user_id)
    if not new:
        raise Invalid(f"User {user_id} has access to stream {stream_id} already.")
    record(entries.StreamGranted(stream.pk, viewer.user_id, [user_id]))


@transaction.atomic
def revoke_stream(viewer: Viewer, stream_id: int, user_id: int) -> None:
    """A person reads a stream no more; they leave the groups that need it first."""
    _require_admin(viewer)
    stream = queries.get_stream(viewer, stream_id)
    grants = StreamGrant.objects.filter(stream=stream, user_id=user_id)
    if not grants.exists():
        raise NotVisible(f"User {user_id} has no access to stream {stream_id}.")
    needing = Group.objects.filter(streams=stream, memberships__user_id=user_id).values_list("name", flat=True)
    if needing:
        raise Invalid(
            f"User {user_id} is in groups that read this stream ({', '.join(needing)}); remove them there first."
        )
    grants.delete()
    record(entries.StreamRevoked(stream.pk, viewer.user_id, [user_id]))


@transaction.atomic
def add_stream(viewer: Viewer, group_id: int, stream_id: int) -> None:
    """A group reads a stream that all its members may read."""
    group = administered(viewer, group_id, refuse_single="reads no stream of its own")
    stream = queries.get_stream(viewer, stream_id)
    if group.streams.filter(pk=stream.pk).exists():
        raise Invalid("Specified stream is already associated with this group.")
    people = list(group.memberships.values_list("user_id", flat=True))
    lacking = queries.streams_lacking(people, [stream])
    if lacking:
        raise Invalid(
            f"Insufficient permissions: user with ID {lacking[0]}, a member, does not have stream access with ID "
            f"{stream.pk} ({stream.name}); a system administrator can grant it."
        )
    group.streams.add(stream)
    record(entries.GroupStreamAdded(group.pk, viewer.user_id, stream.pk))


@transaction.atomic
def remove_stream(viewer: Viewer, group_id: int, stream_id: int) -> None:
    """A group reads a stream no more; what works on it in the group goes first."""
    group = administered(viewer, group_id)
    none = f"No stream IDs with ID {stream_id} can be removed from group {group_id}"
    if not group.streams.filter(pk=stream_id).exists():
        raise NotVisible(f"{none}: it is not among the group's streams.")
    if busy := [words for uses in stream_users if (words := uses(group.pk, stream_id))]:
        raise Invalid(f"{none}: still used by {', '.join(busy)}.")
    group.streams.remove(stream_id)
    record(entries.GroupStreamRemoved(group.pk, viewer.user_id, stream_id))
