"""Keeping the vetting score's terms as candidates arrive, and choosing what they count."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F

from apps.sources.models import Annotation
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.models import GROUP
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..alerts import catalogued
from ..alerts.vetting import TERMS, WEIGHTS, terms
from ..entries import VettingWeighed
from ..models import Vetting, VettingWeights
from ..queries.vetting import weights_to_set

MOST_WEIGHT = 10.0
OF_PACKET = [name for name in TERMS if name != "known"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a packet that passed a filter says of itself."""

    obj_id: int
    filter_id: int
    passed_at: datetime
    facts: Mapping[str, Any]


_KEEP = f"""
    insert into candidates_vetting as old (obj_id, filter_id, passed_at, {", ".join(OF_PACKET)}, facts, said)
    select distinct on (obj_id, filter_id) * from unnest(
        %(obj_id)s::int[], %(filter_id)s::bigint[], %(passed_at)s::timestamptz[],
        {", ".join(f"%({name})s::float8[]" for name in OF_PACKET)}, %(facts)s::jsonb[], %(said)s::text[]
    ) as given(obj_id, filter_id, passed_at, {", ".join(OF_PACKET)}, facts, said)
    order by obj_id, filter_id, passed_at desc
    on conflict (obj_id, filter_id) do update set passed_at = excluded.passed_at, facts = excluded.facts,
        {", ".join(f"{name} = excluded.{name}" for name in OF_PACKET)}
    where excluded.passed_at > old.passed_at
    returning obj_id
"""  # noqa: S608 - names of our own columns


def keep(told: Iterable[Told]) -> None:
    """The terms of each obj's newest passing, in one statement; older packets, come late, change nothing."""
    rows = [row for row in told if row.facts]
    if not rows:
        return
    values = [terms(row.facts) for row in rows]
    columns: dict[str, list[Any]] = {name: [value[name] for value in values] for name in OF_PACKET}
    columns |= {name: [getattr(row, name) for row in rows] for name in ("obj_id", "filter_id", "passed_at")}
    columns |= {"facts": [orjson.dumps(row.facts).decode() for row in rows], "said": [""] * len(rows)}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)
        changed = {obj_id for (obj_id,) in cursor.fetchall()}
    if changed:
        look_in_catalogues(changed)


def look_in_catalogues(obj_ids: Iterable[int]) -> None:
    """The term of known variables and AGN, from the annotations that each filter's group may read."""
    wanted = list(obj_ids)
    said: dict[tuple[int, int], list[tuple[str, Any]]] = defaultdict(list)
    rows = Annotation.objects.filter(
        obj_id__in=wanted, origin__in=catalogued.ORIGINS, audience__members__kind=GROUP
    ).order_by("origin", "pk")
    for obj_id, group_id, origin, data in rows.values_list("obj_id", "audience__members__ref", "origin", "data"):
        said[obj_id, group_id].append((origin, data))
    kept = Vetting.objects.filter(obj_id__in=wanted).annotate(group_id=F("filter__group_id"))
    if not said:
        kept.exclude(known=None).update(known=None, said="")
        return
    changed = []
    for row in kept.select_for_update(of=("self",)):
        known, words = catalogued.verdict(said.get((row.obj_id, row.group_id), []))  # type: ignore[attr-defined]
        if (row.known, row.said) != (known, words):
            row.known, row.said = known, words
            changed.append(row)
    Vetting.objects.bulk_update(changed, ["known", "said"], batch_size=1000)


@transaction.atomic
def weigh(viewer: Viewer, group_id: int, given: Mapping[str, Any]) -> dict[str, float]:
    """What the terms count for a group from now on; without any, what they usually count."""
    group, now, may = weights_to_set(viewer, group_id)
    if not may:
        raise NotAllowed(f"Only a group admin of {group.name} or a system admin may set its weights.")
    weights = {name: _weight(TERMS[name], given.get(name, now[name])) for name in WEIGHTS} if given else dict(WEIGHTS)
    if not any(weights.values()):
        raise Invalid("At least one term must count: give it a weight other than 0.")
    VettingWeights.objects.update_or_create(group=group, defaults={"weights": weights, "author_id": viewer.user_id})
    record(VettingWeighed(group.pk, weights, viewer.user_id))
    return weights


def _weight(label: str, text: Any) -> float:
    try:
        weight = float(text)
    except (TypeError, ValueError):
        weight = math.nan
    if not abs(weight) <= MOST_WEIGHT:
        raise Invalid(f"{label}: the weight must be a number from -{MOST_WEIGHT:g} to {MOST_WEIGHT:g}.")
    return weight
