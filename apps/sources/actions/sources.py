"""Saving objs to groups, asking groups to save them, and letting go of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from .. import totals
from ..entries import SourceDeclined, SourceRequested, SourceSaved, SourceUnsaved
from ..models import Obj, Source
from ..queries import sources as queries
from .objs import change_obj, create_obj, make_known


@transaction.atomic
def save_source(
    viewer: Viewer, obj: Obj, group_ids: Iterable[int], *, savers: Mapping[int, int] | None = None
) -> list[int]:
    """Save an obj to groups in which the viewer may save; returns those it was not saved to before.

    ``savers`` names, by group, another person to whom the save is credited; that is for system admins.
    """
    wanted = groups.groups_to_save_in(viewer, group_ids)
    if savers and not viewer.sees_all:
        raise NotAllowed("Only a system admin may save in another person's name.", status=400)
    rows = {source.group_id: source for source in Source.objects.select_for_update().filter(obj=obj, group__in=wanted)}
    new = [g for g in wanted if g not in rows or not rows[g].active]
    if not new:
        return []
    now = timezone.now()
    Source.objects.bulk_create(
        [Source(obj=obj, group_id=g, saved_by_id=(savers or {}).get(g, viewer.user_id), saved_at=now) for g in new],
        update_conflicts=True,
        unique_fields=["obj", "group"],
        update_fields=["saved_by", "saved_at", "active", "requested", "unsaved_by", "unsaved_at", "modified"],
    )
    make_known([obj.pk], group_ids=new)
    totals.changed()
    record(SourceSaved(obj.pk, obj.name, viewer.user_id, new))
    return new


@transaction.atomic
def unsave_source(viewer: Viewer, obj: Obj, group_ids: Iterable[int]) -> list[int]:
    """Take an obj off the list of these groups; the rows stay, inactive, and who did it when."""
    wanted = groups.accessible_group_ids(viewer, group_ids)
    rows = Source.objects.select_for_update().filter(obj=obj, group__in=wanted, active=True)
    gone = sorted(rows.values_list("group_id", flat=True))
    if gone:
        now = timezone.now()
        Source.objects.filter(obj=obj, group__in=gone).update(
            active=False, requested=False, unsaved_by=viewer.user_id, unsaved_at=now, modified=now
        )
        totals.changed()
        record(SourceUnsaved(obj.pk, obj.name, viewer.user_id, gone))
    return gone


@transaction.atomic
def request_save(viewer: Viewer, obj: Obj, group_ids: Iterable[int]) -> list[int]:
    """Ask groups, also those the viewer is not in, to save an obj they do not have; they may then look at it."""
    wanted = groups.existing_group_ids(group_ids)
    have = set(Source.objects.filter(obj=obj, group__in=wanted, active=True).values_list("group_id", flat=True))
    asked = [g for g in wanted if g not in have]
    if asked:
        Source.objects.bulk_create(
            [Source(obj=obj, group_id=g, saved_by_id=viewer.user_id, active=False, requested=True) for g in asked],
            update_conflicts=True,
            unique_fields=["obj", "group"],
            update_fields=["requested", "modified"],
        )
        make_known([obj.pk], group_ids=asked)
        totals.changed()
        record(SourceRequested(obj.pk, obj.name, viewer.user_id, asked))
    return asked


@transaction.atomic
def set_source_state(viewer: Viewer, obj: Obj, group_id: int, *, active: bool, requested: bool) -> None:
    """A member decides on a request: save (active), turn down (neither), leave open (requested)."""
    (group,) = groups.accessible_group_ids(viewer, [group_id])
    source = Source.objects.select_for_update().filter(obj=obj, group=group).first()
    if source is None:
        raise Invalid("Source is not saved to this group, nor was that asked for.")
    if active and not source.active:
        save_source(viewer, obj, [group])
    elif source.active and not active:
        unsave_source(viewer, obj, [group])
    elif source.requested and not requested and not active:
        record(SourceDeclined(obj.pk, obj.name, viewer.user_id, [group]))
    Source.objects.filter(obj=obj, group=group).update(requested=requested, modified=timezone.now())
    totals.changed()


@transaction.atomic
def post_source(
    viewer: Viewer,
    name: str,
    columns: Mapping[str, Any],
    *,
    group_ids: Iterable[int] | None,
    skip: Mapping[int, Iterable[int]],
    savers: Mapping[int, int],
) -> tuple[list[int], list[str]]:
    """Make an obj where the name is new and save it; returns the groups it is saved to, and what was left undone.

    Of an obj that exists, its position stays; other columns change only for those who could see it before.
    """
    wanted = queries.default_groups(viewer) if group_ids is None else groups.groups_to_save_in(viewer, group_ids)
    obj, is_new = create_obj(viewer, name, columns)
    if not is_new and Obj.objects.visible_to(viewer).filter(pk=obj.pk).exists():
        change_obj(viewer, obj, {k: v for k, v in columns.items() if k not in ("ra", "dec")})
    warnings = []
    for group, others in skip.items():
        if group in wanted and (having := queries.groups_having(viewer, obj, others)):
            wanted = [g for g in wanted if g != group]
            warnings.append(f"Not saved to group {group}: already saved to {', '.join(map(str, sorted(having)))}.")
    save_source(viewer, obj, wanted, savers=savers)
    return wanted, warnings


@transaction.atomic
def invite_and_leave(viewer: Viewer, obj: Obj, invited: list[int], left: list[int]) -> None:
    """Save an obj to the viewer's own groups among the invited, ask the others to, and unsave it from some."""
    groups.existing_group_ids(invited)
    own = [g for g in invited if g in viewer.group_ids or viewer.sees_all]
    if own:
        save_source(viewer, obj, own)
    if others := [g for g in invited if g not in own]:
        request_save(viewer, obj, others)
    if left:
        unsave_source(viewer, obj, left)
