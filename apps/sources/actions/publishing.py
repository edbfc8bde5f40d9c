"""Showing a source to anybody, version by version, and taking it back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import orjson
from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import Conflict, Invalid, NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import PagePublished, PageWithdrawn, ReleaseChanged
from ..models import Obj, PublicRelease, PublicSourcePage
from ..queries import frozen
from ..queries.objs import get_obj
from ..queries.publishing import Options, options_of, snapshot
from .checks import lock, need, optional_text, text

LINK_NAME = re.compile(r"^[0-9A-Za-z_.+-]{1,100}$")
MOST_BYTES = 30 * 2**20
TAKEN = "A public page with the same data, options and release already exists for this source"


def checked_options(viewer: Viewer, data: Any) -> Options:
    """What goes out, of groups and streams that the viewer reads themselves."""
    if not isinstance(data, Mapping):
        raise Invalid("Options are required: what to include, and of which groups and streams.")
    flags = {f.name: data[f.name] for f in fields(Options) if f.name.startswith("include_") and f.name in data}
    if wrong := [name for name, value in flags.items() if not isinstance(value, bool)]:
        raise Invalid(f"Invalid options: {wrong[0]} must be true or false.")
    given = {name: _ids(data.get(name), name) for name in ("groups", "streams")}
    if unread := [s for s in given["streams"] if s not in viewer.stream_ids and not viewer.sees_all]:
        raise Invalid(f"Invalid streams: you do not read {unread}.")
    chosen = groups.accessible_group_ids(viewer, given["groups"]) if given["groups"] else []
    key = optional_text(data.get("frozen"), "frozen", most=40) or ""
    return Options(**flags, groups=chosen, streams=given["streams"], frozen=key)


def _ids(value: Any, name: str) -> list[int]:
    value = value or []
    if not isinstance(value, list) or not all(
        isinstance(v, int) and not isinstance(v, bool) and 0 < v < 2**31 for v in value
    ):
        raise Invalid(f"Invalid {name}: must be a list of ids.")
    return sorted(set(value))


def publish(viewer: Viewer, obj_name: str, options: Any, release_id: Any = None) -> int:
    """Show a source, as it is now, to anybody; the id of the page."""
    need(viewer, "Manage sources")
    obj = get_obj(viewer, obj_name)
    checked = checked_options(viewer, options)
    if checked.frozen:
        _check_frozen(viewer, obj, checked)
    release = None if release_id is None else release_to_change(viewer, release_id)
    return _publish(obj, checked, release, viewer.user_id)


def _check_frozen(viewer: Viewer, obj: Obj, options: Options) -> None:
    """A frozen version goes out only where all of its points would."""
    if frozen.get_frozen(viewer, options.frozen).obj_id != obj.pk:
        raise Invalid(f"The frozen version {options.frozen} is of another source.")
    try:
        frozen.get_frozen(options.reader(), options.frozen)
    except NotVisible:
        raise Invalid("Some of the frozen points are not shared with the groups and streams chosen.") from None


def _publish(obj: Obj, options: Options, release: PublicRelease | None, author_id: int | None) -> int:
    data = snapshot(obj, options)
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    if len(content) > MOST_BYTES:
        raise Invalid(f"This would be more than {MOST_BYTES // 2**20} MB for one page; leave the spectra out.")
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        lock([obj.pk])
        if PublicSourcePage.objects.filter(obj=obj, hash=digest, release=release).exists():
            raise Conflict(TAKEN, status=400)
        page = PublicSourcePage.objects.create(
            obj=obj, release=release, hash=digest, data=orjson.loads(content), options=options_of(options),
            author_id=author_id,
        )  # fmt: skip
        record(PagePublished(obj.pk, obj.name, author_id, page.pk, release.pk if release else None))
    return page.pk


@transaction.atomic
def withdraw(viewer: Viewer, page_id: int, obj_name: str | None = None) -> str:
    """Nobody sees this version any more; the name of its source."""
    need(viewer, "Manage sources")
    pages = PublicSourcePage.objects.deletable_by(viewer).select_related("obj").defer("data").filter(pk=page_id)
    page = pages.filter(obj__name=obj_name).first() if obj_name else pages.first()
    if page is None:
        raise NotVisible("Public source page not found", status=404)
    obj = page.obj
    page.delete()
    record(PageWithdrawn(obj.pk, obj.name, viewer.user_id, page_id))
    return obj.name


def release_to_change(viewer: Viewer, release_id: Any) -> PublicRelease:
    if isinstance(release_id, bool) or not isinstance(release_id, int) or not 0 < release_id < 2**31:
        raise Invalid("Invalid release ID")
    found = PublicRelease.objects.changeable_by(viewer).filter(pk=release_id).first()
    if found is None:
        raise NotVisible("Release not found", status=404)
    return found


def save_release(viewer: Viewer, data: Any, release_id: int | None = None) -> int:
    """Make a release, or change what is given of one."""
    need(viewer, "Manage sources")
    if not isinstance(data, Mapping) or not data:
        raise Invalid("No data provided")
    release = PublicRelease() if release_id is None else release_to_change(viewer, release_id)
    if not data.get("name"):
        raise Invalid("Name is required")
    release.name = text(data["name"], "name", most=200)
    if release_id is None:
        release.link_name = _link_name(data.get("link_name"))
    chosen = _ids(data.get("group_ids"), "groups")
    if not chosen:
        raise Invalid("Specify at least one group")
    if not viewer.sees_all and not set(chosen) <= viewer.group_ids:
        raise Invalid("Invalid groups")
    release.description = optional_text(data.get("description"), "description", most=20_000) or ""
    release.is_visible = bool(data.get("is_visible", True))
    release.auto_publish_enabled = bool(data.get("auto_publish_enabled", False))
    options = checked_options(viewer, data.get("options") or {})
    if options.frozen:
        raise Invalid("Invalid options: a frozen version is of one source, a release publishes many.")
    release.options = options_of(options)
    with transaction.atomic():
        release.save()
        release.groups.set(groups.existing_group_ids(chosen))
        record(ReleaseChanged(release.pk, "changed" if release_id else "made", viewer.user_id))
    return release.pk


def _link_name(value: Any) -> str:
    if not value:
        raise Invalid("Link name is required")
    if not isinstance(value, str) or not LINK_NAME.match(value):
        raise Invalid("Link name must contain only letters, digits, dashes, underscores, periods or plus signs")
    if PublicRelease.objects.filter(link_name=value).exists():
        raise Invalid("This link name is already in use")
    return value


@transaction.atomic
def delete_release(viewer: Viewer, release_id: int) -> None:
    need(viewer, "Manage sources")
    release = release_to_change(viewer, release_id)
    if release.source_pages.exists():
        raise NotAllowed("Delete all sources associated before deleting this release", status=400)
    release.delete()
    record(ReleaseChanged(release_id, "deleted", viewer.user_id))


def publish_saved(obj_id: int, group_ids: list[int]) -> None:
    """Put what was saved to a group into the releases that publish what this group saves."""
    for release in PublicRelease.objects.filter(auto_publish_enabled=True, groups__in=group_ids).distinct():
        try:
            with transaction.atomic():
                _publish(Obj.objects.get(pk=obj_id), Options(**release.options), release, None)
        except Conflict:
            continue
