"""Writing candidates: by hand, and taking them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.sources.actions.objs import checked_name, ensure_objs, make_known_pairs
from apps.sources.models import Obj
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import CandidatesArrived, CandidatesDeleted
from ..models import Candidate, Filter


@dataclass(frozen=True, slots=True)
class Passing:
    """An obj passed a filter: what a candidate row holds."""

    obj_id: int
    filter_id: int
    passed_at: datetime
    alert_id: int | None = None


# Candidates that are there already keep their row; only a new one touches the newest-passing row, so that admitting
# the same alerts again writes nothing.
_ADD = """
    with given as (
        select * from unnest(%(obj)s::int[], %(filter)s::bigint[], %(at)s::timestamptz[], %(alert)s::bigint[])
            as given(obj_id, filter_id, passed_at, alert_id)
    ), added as (
        insert into candidates_candidate (obj_id, filter_id, passed_at, passing_alert_id, uploader_id, created_at)
        select distinct on (obj_id, filter_id, passed_at)
            obj_id, filter_id, passed_at, alert_id, %(uploader)s, clock_timestamp()
        from given order by obj_id, filter_id, passed_at, alert_id
        on conflict do nothing returning id, obj_id, filter_id, passed_at
    ), newest as (
        insert into candidates_latestcandidate as old (obj_id, filter_id, passed_at, first_passed_at)
        select obj_id, filter_id, max(passed_at), min(passed_at) from added group by 1, 2 order by 1, 2
        on conflict (obj_id, filter_id) do update set
            passed_at = greatest(old.passed_at, excluded.passed_at),
            first_passed_at = least(old.first_passed_at, excluded.first_passed_at)
    )
    select id, obj_id, filter_id, passed_at from added
"""


def add(passings: Iterable[Passing], *, uploader_id: int | None) -> dict[tuple[int, int, datetime], int]:
    """Keep these passings, in one statement; ids of the new ones by (obj, filter, time)."""
    rows = list(passings)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "obj": [row.obj_id for row in rows],
                "filter": [row.filter_id for row in rows],
                "at": [row.passed_at for row in rows],
                "alert": [row.alert_id for row in rows],
                "uploader": uploader_id,
            },
        )
        return {(obj_id, filter_id, at): pk for pk, obj_id, filter_id, at in cursor.fetchall()}


@transaction.atomic
def post_candidate(viewer: Viewer, fields: Mapping[str, Any]) -> list[int]:
    """An obj passed filters at a time, says a person or a bot. One row for each filter; a repeat changes nothing.

    Ids in the order of the filters, of the rows that were there as well as of the new ones.
    """
    filters = _filters_named(viewer, fields["filter_ids"])
    obj_id, name = _obj(fields)
    passed_at = fields["passed_at"]
    new = add(
        [Passing(obj_id, pk, passed_at, fields.get("passing_alert_id")) for pk in filters], uploader_id=viewer.user_id
    )
    make_known_pairs((obj_id, GROUP, group) for group in filters.values())
    if new:
        groups = sorted({filters[filter_id] for _, filter_id, _ in new})
        record(CandidatesArrived([name], sorted(f for _, f, _ in new), groups, len(new), viewer.user_id))
    ids = {filter_id: pk for (_, filter_id, _), pk in new.items()}
    if len(ids) < len(filters):
        known = Candidate.objects.filter(obj_id=obj_id, filter_id__in=filters, passed_at=passed_at)
        ids |= dict(known.values_list("filter_id", "pk"))
    return [ids[filter_id] for filter_id in filters]


def _filters_named(viewer: Viewer, filter_ids: Iterable[int]) -> dict[int, int]:
    """Groups by filter, of those the viewer may post to, in the order given."""
    wanted = list(dict.fromkeys(filter_ids))
    groups = dict(Filter.objects.visible_to(viewer).filter(pk__in=wanted).values_list("pk", "group_id"))
    if not groups:
        raise Invalid("At least one valid filter ID must be provided.")
    return {pk: groups[pk] for pk in wanted if pk in groups}


def _obj(fields: Mapping[str, Any]) -> tuple[int, str]:
    """The obj of this name, made where it is new; one that exists is left as it is."""
    name = checked_name(fields["id"])
    found = Obj.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is not None:
        return found, name
    if fields.get("ra") is None:
        raise Invalid("RA must not be null for a new Obj")
    if fields.get("dec") is None:
        raise Invalid("Dec must not be null for a new Obj")
    columns = {key: value for key, value in fields.items() if key not in NOT_OF_OBJ}
    return ensure_objs([{**columns, "name": name}])[name], name


NOT_OF_OBJ = {"id", "filter_ids", "passed_at", "passing_alert_id"}


@transaction.atomic
def delete_candidate(viewer: Viewer, name: str, filter_id: int) -> int:
    """Take back every passing of this obj through this filter."""
    rows = Candidate.objects.deletable_by(viewer).filter(obj__name=name, filter_id=filter_id)
    count, _ = rows.delete()
    if not count:
        raise NotVisible(f"Invalid (obj_id, filter_id) pairing: {name}, {filter_id}.")
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from candidates_latestcandidate using sources_obj o"
            " where o.id = obj_id and o.name = %s and filter_id = %s",
            [name, filter_id],
        )
    record(CandidatesDeleted([name], [filter_id], count, viewer.user_id))
    return count
