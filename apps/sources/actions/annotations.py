"""Annotating objs: one by a person or a script, many by ingestion."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection, transaction

from skyportal.access.errors import Conflict, Invalid
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import AnnotationChanged, AnnotationsPut
from ..models import Annotation, Obj, PointAnnotation, SpectrumAnnotation
from ..queries import annotations as reading
from ..queries.subjects import SOURCES, Subject
from .checks import asked_groups, audience_of, known_by_audience, lock, need, need_right, plain
from .objs import make_known

ORIGIN = re.compile(r"^\w")
MOST_BYTES = 500_000

TAKEN = (
    'duplicate key value violates unique constraint "annotation_origin_once": '
    "it has an annotation of that origin already; change it with PUT."
)


def checked_origin(origin: Any) -> str:
    if not isinstance(origin, str) or len(origin) > 300 or not ORIGIN.match(origin) or not origin.isprintable():
        raise Invalid("Invalid/missing parameters: origin: String should match pattern '^\\w'")
    return origin


def checked_data(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Invalid("Invalid/missing parameters: data: Input should be a valid dictionary")
    try:
        cleaned = plain(data)
        if len(orjson.dumps(cleaned)) > MOST_BYTES:
            raise Invalid(f"Invalid/missing parameters: data: at most {MOST_BYTES // 1000} kB")
    except TypeError:
        raise Invalid("Invalid/missing parameters: data: a number in it is out of range") from None
    return cleaned


def annotate(
    viewer: Viewer, resource_id: str, origin: Any, data: Any, *, group_ids: Any = None, on: Subject = SOURCES
) -> int:
    """Say under one origin what is known of an obj, a spectrum or a point; without groups, to all of the viewer's.

    As with comments, only groups that were named learn of an obj they did not know.
    """
    need(viewer, "Annotate")
    origin, data = checked_origin(origin), checked_data(data)
    link = on.link(on.find(viewer, resource_id))
    obj = link["obj"]
    asked = asked_groups(viewer, group_ids)
    audience = audience_of(asked, viewer.group_ids)
    with transaction.atomic():
        lock([obj.pk])
        _refuse_taken(viewer, on, link, origin)
        annotation = on.annotation.objects.create(
            **link, origin=origin, data=data, author_id=viewer.user_id, audience=audience
        )
        make_known([obj.pk], group_ids=asked)
        record(AnnotationChanged(obj.pk, obj.name, viewer.user_id, annotation.pk, "posted", on.resource))
    return annotation.pk


def _refuse_taken(viewer: Viewer, on: Subject, link: dict[str, Any], origin: str, *, but: int | None = None) -> None:
    taken = on.annotation.objects.visible_to(viewer).filter(**link, origin=origin)
    if (taken.exclude(pk=but) if but else taken).exists():
        raise Conflict(TAKEN, status=400)


def mine(
    viewer: Viewer, annotation_id: int, resource_id: str | None, deed: str, on: Subject = SOURCES
) -> Annotation | SpectrumAnnotation | PointAnnotation:
    """An annotation that the viewer wrote, or may change as a system admin."""
    need(viewer, "Annotate")
    annotation = reading.get_annotation(viewer, annotation_id, resource_id, on=on)
    need_right(viewer, annotation, deed, "annotation")
    return annotation


def edit_annotation(
    viewer: Viewer,
    annotation_id: int,
    resource_id: str | None = None,
    *,
    on: Subject = SOURCES,
    origin: Any = None,
    data: Any = None,
    group_ids: Any = None,
) -> None:
    """Replace the data, the origin or the groups; what is not given stays."""
    annotation = mine(viewer, annotation_id, resource_id, "edit", on)
    asked = asked_groups(viewer, group_ids)
    changes: dict[str, Any] = {}
    if origin is not None:
        changes["origin"] = checked_origin(origin)
    if data is not None:
        changes["data"] = checked_data(data)
    if asked:
        changes["audience"] = audience_of(asked, [])
    if not changes:
        return
    with transaction.atomic():
        lock([annotation.obj_id])
        for name, value in changes.items():
            setattr(annotation, name, value)
        if "origin" in changes:
            link = {name: getattr(annotation, name) for name in ("obj_id", *on.columns)}
            _refuse_taken(viewer, on, link, annotation.origin, but=annotation.pk)
        annotation.save(update_fields=[*changes, "modified"])
        make_known([annotation.obj_id], group_ids=asked)
        obj: Obj = annotation.obj
        record(AnnotationChanged(obj.pk, obj.name, viewer.user_id, annotation.pk, "edited", on.resource))


@transaction.atomic
def delete_annotation(
    viewer: Viewer, annotation_id: int, resource_id: str | None = None, *, on: Subject = SOURCES
) -> None:
    annotation = mine(viewer, annotation_id, resource_id, "delete", on)
    obj: Obj = annotation.obj
    annotation.delete()
    record(AnnotationChanged(obj.pk, obj.name, viewer.user_id, annotation_id, "deleted", on.resource))


_PUT = """
    insert into sources_annotation as old (obj_id, origin, data, audience_id, author_id, created_at, modified)
    select obj_id, origin, data::jsonb, audience_id, author_id, now(), now()
    from unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::int[])
        as new(obj_id, origin, data, audience_id, author_id)
    order by obj_id, origin, audience_id
    on conflict (obj_id, origin, audience_id) do update
        set data = excluded.data, author_id = excluded.author_id, modified = excluded.modified
        where old.data is distinct from excluded.data
    returning obj_id, audience_id
"""

Row = tuple[int, str, dict[str, Any], int, int | None]


@transaction.atomic
def put_annotations(rows: Iterable[Row]) -> int:
    """Write what ingestion knows: rows of (obj_id, origin, data, audience_id, author_id); how many were new or other.

    One statement however many. Data that is there already is left alone: no new time of change, nothing recorded.
    """
    newest = {(row[0], row[1], row[3]): row for row in rows}
    if not newest:
        return 0
    obj_ids, origins, data, audience_ids, author_ids = (list(column) for column in zip(*newest.values(), strict=True))
    texts = [orjson.dumps(plain(one)).decode() for one in data]
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [obj_ids, origins, texts, audience_ids, author_ids])
        changed = cursor.fetchall()
    if changed:
        known_by_audience(changed)
        names = Obj.objects.filter(pk__in={obj_id for obj_id, _ in changed}).order_by("pk")
        authors = set(author_ids)
        record(
            AnnotationsPut(
                list(names.values_list("name", flat=True)),
                len(changed),
                authors.pop() if len(authors) == 1 else None,
            )
        )
    return len(changed)
