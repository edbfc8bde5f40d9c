"""Making filters and changing what they ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.groups.models import Group, Stream
from apps.sources.actions.objs import make_known
from skyportal.access.errors import Conflict, Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import FilterBroke, FilterChanged
from ..models import Candidate, Filter, FilterVersion
from ..queries import conditions
from ..queries.filters import get_editable, get_filter
from .automation import automate, named


@transaction.atomic
def create_filter(viewer: Viewer, fields: Mapping[str, Any]) -> Filter:
    """A filter on a stream for a group; with a condition, it has a first version and starts at once."""
    group, stream = _home(viewer, fields["group_id"], fields["stream_id"])
    name = _free_name(fields["name"], group)
    made = Filter.objects.create(
        name=name, group=group, stream=stream, altdata=fields.get("altdata"), autosave=fields.get("autosave", False)
    )
    if fields.get("condition"):
        _new_version(viewer, made, fields["condition"], fields.get("annotations") or {}, fields.get("note", ""))
    elif fields.get("annotations"):
        raise Invalid("annotations: they need a condition.")
    record(FilterChanged(made.pk, group.pk, "created", viewer.user_id))
    if fields.get("automation"):
        automate(viewer, made.pk, named({"automation": fields["automation"]}))
        made.refresh_from_db()
    return made


@transaction.atomic
def edit_filter(viewer: Viewer, filter_id: int, fields: Mapping[str, Any]) -> Filter:
    """Change a filter; another condition or other annotations make a new version, active at once."""
    found = get_editable(viewer, filter_id)
    group_id, stream_id = fields.get("group_id", found.group_id), fields.get("stream_id", found.stream_id)
    if (group_id, stream_id) != (found.group_id, found.stream_id):
        _move(viewer, found, group_id, stream_id)
    if fields.get("name") is not None and fields["name"] != found.name:
        found.name = _free_name(fields["name"], found.group)
    for name in ("altdata", "autosave", "enabled"):
        if name in fields:
            setattr(found, name, fields[name])
    found.save()
    if "condition" in fields or "annotations" in fields:
        _edit_question(viewer, found, fields)
    record(FilterChanged(found.pk, found.group_id, "edited", viewer.user_id))
    if (chosen := named(fields)).keys() - {"autosave"} or "autoSave" in fields:
        automate(viewer, found.pk, chosen)
        found.refresh_from_db()
    return found


def _edit_question(viewer: Viewer, found: Filter, fields: Mapping[str, Any]) -> None:
    now = found.versions.filter(active=True).first()
    condition = fields.get("condition") or (now.condition if now else "")
    if not condition:
        raise Invalid("condition: this filter has none yet; say what it asks.")
    annotations = fields.get("annotations")
    if annotations is None:
        annotations = now.annotations if now else {}
    if now is None or (now.condition, now.annotations) != (condition, annotations):
        _new_version(viewer, found, condition, annotations, fields.get("note", ""))


def _home(viewer: Viewer, group_id: int, stream_id: int) -> tuple[Group, Stream]:
    """The group and stream of a filter, which its maker belongs to, and the group has the stream."""
    group = Group.objects.filter(pk=group_id).first() if _mine(viewer, group_id, viewer.group_ids) else None
    if group is None:
        raise NotVisible(f"Cannot find Group with id {group_id}")
    stream = Stream.objects.filter(pk=stream_id).first() if _mine(viewer, stream_id, viewer.stream_ids) else None
    if stream is None:
        raise NotVisible(f"Could not retrieve stream with ID {stream_id}.")
    if not group.streams.filter(pk=stream.pk).exists():
        raise Invalid(f"Group {group.name} does not have stream access with ID {stream.pk}.")
    return group, stream


def _mine(viewer: Viewer, wanted: int, ids: frozenset[int]) -> bool:
    return viewer.sees_all or wanted in ids


def _free_name(name: str, group: Group) -> str:
    name = name.strip()
    if not name:
        raise Invalid("name: Field required")
    if Filter.objects.filter(group=group, name=name).exists():
        raise Conflict(f"{group.name} already has a filter called {name!r}; rename one of them.", status=400)
    return name


def _move(viewer: Viewer, found: Filter, group_id: int, stream_id: int) -> None:
    """To another group or stream: the new group may know of the objs that passed so far."""
    group, stream = _home(viewer, group_id, stream_id)
    if group.pk != found.group_id:
        _free_name(found.name, group)
        objs = Candidate.objects.filter(filter=found).values_list("obj_id", flat=True).distinct()
        make_known(list(objs), group_ids=[group.pk])
    found.group, found.stream = group, stream


def _new_version(
    viewer: Viewer, found: Filter, condition: str, annotations: dict[str, str], note: str
) -> FilterVersion:
    condition, annotations = conditions.checked(found.stream_id, condition, annotations)
    # Two that save at once: the second waits here and gets the next number.
    Filter.objects.select_for_update().get(pk=found.pk)
    last = found.versions.aggregate(last=Max("number"))["last"] or 0
    found.versions.filter(active=True).update(active=False)
    version = FilterVersion.objects.create(
        filter=found,
        number=last + 1,
        condition=condition,
        annotations=annotations,
        note=note,
        active=True,
        author_id=viewer.user_id,
    )
    _mended(found)
    return version


def _mended(found: Filter) -> None:
    if found.broken:
        found.broken = ""
        found.save(update_fields=["broken", "modified"])


@transaction.atomic
def add_version(viewer: Viewer, filter_id: int, condition: str, annotations: dict[str, str], note: str = "") -> int:
    """A new version of what a filter asks, active at once; its number."""
    found = get_editable(viewer, filter_id)
    version = _new_version(viewer, found, condition, annotations, note)
    record(FilterChanged(found.pk, found.group_id, f"version {version.number}", viewer.user_id))
    return version.number


@transaction.atomic
def activate_version(viewer: Viewer, filter_id: int, number: int) -> None:
    """Go back (or forward) to a version; it is checked again, as the stream's schema may have changed since."""
    found = get_editable(viewer, filter_id)
    version = found.versions.filter(number=number).first()
    if version is None:
        raise NotVisible(f"Filter {found.name} has no version {number}.")
    conditions.checked(found.stream_id, version.condition, version.annotations)
    Filter.objects.select_for_update().get(pk=found.pk)
    found.versions.filter(active=True).update(active=False)
    found.versions.filter(pk=version.pk).update(active=True)
    _mended(found)
    record(FilterChanged(found.pk, found.group_id, f"back to version {number}", viewer.user_id))


@transaction.atomic
def switch_filter(viewer: Viewer, filter_id: int, enabled: bool) -> None:
    """Let alerts pass, or not."""
    found = get_editable(viewer, filter_id)
    if found.enabled != enabled:
        found.enabled = enabled
        found.save(update_fields=["enabled", "modified"])
        record(FilterChanged(found.pk, found.group_id, "switched " + ("on" if enabled else "off"), viewer.user_id))


@transaction.atomic
def delete_filter(viewer: Viewer, filter_id: int) -> None:
    """Delete a filter, its versions and its candidates; the objs and their data stay."""
    found = get_filter(viewer, filter_id)
    if not viewer.sees_all and not Filter.objects.deletable_by(viewer).filter(pk=found.pk).exists():
        raise NotAllowed("Only members of the filter's group may delete it.")
    pk, group_id = found.pk, found.group_id
    found.delete()
    record(FilterChanged(pk, group_id, "deleted", viewer.user_id))


@transaction.atomic
def mark_broken(filter_id: int, problem: str) -> None:
    """A filter could not judge a batch: it stands still, with the packet and value that broke it."""
    changed = Filter.objects.filter(pk=filter_id, broken="").update(broken=problem[:4000], modified=timezone.now())
    if changed:
        group_id = Filter.objects.values_list("group_id", flat=True).get(pk=filter_id)
        record(FilterBroke(filter_id, group_id, problem[:1000]))
