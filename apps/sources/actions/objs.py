"""Making objs, and letting groups and streams know of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.utils import timezone

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.models import GROUP, STREAM
from skyportal.access.policy import INTERNAL
from skyportal.access.viewer import Viewer
from skyportal.astro import sky
from skyportal.journal.recording import record

from .. import totals
from ..entries import ObjChanged, ObjDeleted
from ..models import FrozenPhotometry, Listing, Obj, ObjReader, PeriodSearch
from ..slots import position_locks

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


_OURS = {"id", "name", "internal_key", "hpx", "created_at", "modified", "redshift_history", "summary_history"}
EDITABLE = {f.attname: f for f in Obj._meta.concrete_fields if f.name not in _OURS}
_BOUNDS = {"ra": (0, 360), "dec": (-90, 90), "ra_dis": (0, 360), "dec_dis": (-90, 90)}


def clean_columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an obj found in a request body, each of its type; one sentence names all that are wrong."""
    clean, wrong = {}, []
    for name in EDITABLE.keys() & data.keys():
        try:
            clean[name] = _clean(name, data[name])
        except ValueError as problem:
            wrong.append(f"{name}: {problem}")
    if wrong:
        raise Invalid("Invalid/missing parameters: " + "; ".join(sorted(wrong)))
    return clean


def _clean(name: str, value: Any) -> Any:
    field = EDITABLE[name]
    if value is None:
        return None
    match field:
        case models.FloatField():
            return _clean_float(name, value)
        case models.BooleanField():
            if not isinstance(value, bool):
                raise ValueError("Not a valid boolean.")
        case models.IntegerField():
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
                raise ValueError("Not a valid integer.")
        case models.ForeignKey():
            if isinstance(value, bool) or not isinstance(value, int) or not _has_row(field, value):
                raise ValueError(f"No {field.related_model._meta.verbose_name} has this id.")
        case ArrayField():
            value = [value] if isinstance(value, str) else value
            if not isinstance(value, list) or not all(isinstance(v, str) and "\x00" not in v for v in value):
                raise ValueError("Not a valid list of strings.")
        case models.TextField():
            if not isinstance(value, str) or "\x00" in value:
                raise ValueError("Not a valid string.")
    return value


def _has_row(field: Any, pk: int) -> bool:
    return abs(pk) < 2**63 and field.related_model.objects.filter(pk=pk).exists()


def _clean_float(name: str, value: Any) -> float | None:
    if isinstance(value, bool):
        raise ValueError("Not a valid number.")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("Not a valid number.") from None
    if math.isnan(number):
        return None
    low, high = _BOUNDS.get(name, (-math.inf, math.inf))
    if math.isinf(number) or not low <= number <= high:
        raise ValueError(f"must be between {low} and {high}." if name in _BOUNDS else "must be finite.")
    return number


@transaction.atomic
def create_obj(viewer: Viewer, name: str, columns: Mapping[str, Any]) -> tuple[Obj, bool]:
    """The obj of this name and whether it is new; a new one must have a position."""
    found = Obj.objects.filter(name=name).first()
    if found:
        return found, False
    if columns.get("ra") is None:
        raise Invalid("RA must not be null for a new Obj")
    if columns.get("dec") is None:
        raise Invalid("Dec must not be null for a new Obj")
    first = {"ra_dis": columns["ra"], "dec_dis": columns["dec"], **columns}
    obj = _with_histories(viewer, place(Obj(name=name, **first)), columns)
    Obj.objects.bulk_create([obj], ignore_conflicts=True)
    made = Obj.objects.get(name=name)
    return made, made.internal_key == obj.internal_key


@transaction.atomic
def change_obj(viewer: Viewer, obj: Obj, columns: Mapping[str, Any]) -> list[str]:
    """Change columns of an obj that the viewer sees; the names of those that differ now."""
    changed = [name for name, value in columns.items() if getattr(obj, name) != value]
    if lost := [name for name in ("ra", "dec") if name in changed and columns[name] is None]:
        raise Invalid(f"Invalid/missing parameters: {lost[0]}: an object keeps its position.")
    if not changed:
        return []
    if {"ra", "dec"} & set(changed) and any(holds(obj.pk) for holds in position_locks):
        raise Invalid("Cannot change the position of an object that has candidates.")
    for name in changed:
        setattr(obj, name, columns[name])
    _with_histories(viewer, place(obj), {name: columns[name] for name in changed})
    extra = ["hpx", "redshift_history", "summary_history", "modified"]
    obj.save(update_fields=[*changed, *extra])
    record(ObjChanged(obj.pk, obj.name, viewer.user_id, sorted(changed)))
    return changed


def _with_histories(viewer: Viewer, obj: Obj, columns: Mapping[str, Any]) -> Obj:
    """Earlier redshifts and summaries stay readable: each new value goes on a list with who and when."""
    by = {"set_by_user_id": viewer.user_id, "set_at_utc": timezone.now().replace(tzinfo=None).isoformat()}
    if {"redshift", "redshift_error", "redshift_origin"} & columns.keys():
        now = {"value": obj.redshift, "uncertainty": obj.redshift_error, "origin": obj.redshift_origin}
        obj.redshift_history = [*(obj.redshift_history or []), {**by, **now}]
    if columns.get("summary"):
        obj.summary_history = [{**by, "summary": obj.summary, "is_bot": viewer.by_token}, *(obj.summary_history or [])]
    return obj


_ONES_OWN = (Listing, PeriodSearch)
"""What people keep for themselves: it goes with the obj and never tells anybody that it was there."""


@transaction.atomic
def delete_obj(viewer: Viewer, obj: Obj) -> None:
    """Delete an obj and all that hangs on it, for whoever could delete each part of it."""
    if not viewer.sees_all:
        for link in Obj._meta.related_objects:
            model = link.related_model
            if model in _ONES_OWN or getattr(model, "access", INTERNAL) is INTERNAL:
                continue
            rows: Any = model._default_manager.filter(**{link.field.name: obj})
            if rows.count() != rows.deletable_by(viewer).count():
                raise NotAllowed(
                    f"Insufficient permissions: not all data of {obj.name} are yours to delete.", status=400
                )
    if FrozenPhotometry.objects.filter(obj=obj).exists():
        raise NotAllowed(f"Photometry of {obj.name} was frozen, to be cited: it stays.", status=400)
    record(ObjDeleted(obj.pk, obj.name, viewer.user_id))
    obj.delete()
    totals.changed()


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


def forget_reader(kind: int, ref: int) -> None:
    """A group or stream is gone, and with it what it knew of; its id is never given again."""
    ObjReader.objects.filter(kind=kind, ref=ref).delete()
