"""Objects and candidates to look at."""

from __future__ import annotations

import itertools
from datetime import timedelta

from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.candidates.models import Filter
from apps.groups.models import Group, Stream
from apps.sources.actions.objs import ensure_objs, make_known
from apps.sources.models import Obj
from tests.factories import FilterFactory, FilterVersionFactory, StreamFactory

_numbers = itertools.count(1)


def an_obj(group: Group) -> Obj:
    """An object this group knows, at a place of its own."""
    number = next(_numbers)
    name = f"ZTF26browser{number:03}"
    ids = ensure_objs([{"name": name, "ra": 12.5 + 3 * number, "dec": -8.25}])
    make_known(ids.values(), group_ids=[group.pk])
    return Obj.objects.get(name=name)


def a_stream() -> Stream:
    return StreamFactory(altdata={"survey": "ZTF", "programids": [1]})


def a_filter(group: Group, stream: Stream) -> Filter:
    found = FilterFactory(name="bright", group=group, stream=stream)
    FilterVersionFactory(filter=found, annotations={"drb": "candidate.drb"})
    return found


def candidates(group: Group, stream: Stream, count: int) -> list[Obj]:
    """Objects that passed a filter of this group, newest first."""
    passed = a_filter(group, stream)
    objs = [an_obj(group) for _ in range(count)]
    now = timezone.now()
    add([Passing(o.pk, passed.pk, now - timedelta(hours=n + 1)) for n, o in enumerate(objs)], uploader_id=None)
    return objs
