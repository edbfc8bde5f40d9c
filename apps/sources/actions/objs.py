"""Making objs, and letting groups and streams know of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from skyportal.access.errors import Invalid
from skyportal.access.models import GROUP, STREAM
from skyportal.astro import sky

from ..models import Obj

NAME = re.compile(r"^[A-Za-z0-9_\-;:+.]{1,200}$")


def checked_name(name: Any) -> str:
    """An obj's public name; numbers are accepted and become text."""
    text = str(name).strip()
    if not NAME.match(text):
        raise Invalid(f"Invalid object ID {text[:60]!r}: use letters, digits and _ - ; : + . only.")
    return text


def place(obj: Obj) -> Obj:
    """Keep the pixel index in step with the position."""
    obj.hpx = None if obj.ra is None or obj.dec is None else int(sky.hpx(obj.ra, obj.dec))
    return obj


def ensure_objs(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Ids of objs by name, made where they are new from columns of `Obj` (``name``, ``ra`` and ``dec`` at least).

    One statement however many; what exists is left as it is.
    """
    objs = [place(Obj(**row)) for row in rows]
    Obj.objects.bulk_create(objs, ignore_conflicts=True)
    return dict(Obj.objects.filter(name__in=[obj.name for obj in objs]).values_list("name", "pk"))


def make_known(obj_ids: Iterable[int], *, group_ids: Iterable[int] = (), stream_ids: Iterable[int] = ()) -> None:
    """These groups and streams may know of these objs from now on (see `ObjReader`)."""
    refs = [(GROUP, g) for g in group_ids] + [(STREAM, s) for s in stream_ids]
    make_known_pairs((obj_id, kind, ref) for obj_id in obj_ids for kind, ref in refs)


def make_known_pairs(triples: Iterable[tuple[int, int, int]]) -> None:
    """The same for (obj, kind, ref) that differ from obj to obj."""
    rows = sorted(set(triples))
    if not rows:
        return
    obj_ids, kinds, refs = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into sources_objreader (obj_id, kind, ref)"
            " select * from unnest(%s::int[], %s::smallint[], %s::int[]) on conflict do nothing",
            [obj_ids, kinds, refs],
        )


def make_known_to_audiences(pairs: Iterable[tuple[int, int]]) -> None:
    """Whoever is in the audience may know of the obj, for many (obj, audience)."""
    rows = sorted(set(pairs))
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into sources_objreader (obj_id, kind, ref)"
            " select distinct given.obj_id, m.kind, m.ref"
            " from unnest(%s::int[], %s::int[]) as given(obj_id, audience_id)"
            " join access_audiencemember m using (audience_id) order by 1, 2, 3 on conflict do nothing",
            [[row[0] for row in rows], [row[1] for row in rows]],
        )
