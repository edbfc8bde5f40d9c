"""What lists ask of saved objs says what the tables say that it is made of, whoever wrote them and by which door."""

from __future__ import annotations

import random
import threading

import numpy as np
import pytest
from django.db import connection, connections, transaction

from apps.sources.actions.objs import delete_obj
from apps.sources.actions.photometry import Points, store
from apps.sources.actions.sources import request_save, save_source, unsave_source
from apps.sources.actions.statistics import forget, recount
from apps.sources.models import ListedObj, Obj, Photometry, Source, WholePhotStat
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from tests.factories import GroupFactory, InstrumentFactory, ObjFactory

SYSTEM = Viewer.system("test")
FIGURES = [f.attname for f in WholePhotStat._meta.concrete_fields if f.attname != "obj_id"]


def made_of() -> dict[int, tuple]:
    """The rows as they have to be, worked out from the three tables."""
    saves: dict[int, list[Source]] = {}
    for source in Source.objects.order_by("group_id"):
        if source.active or source.requested:
            saves.setdefault(source.obj_id, []).append(source)
    figures = WholePhotStat.objects.in_bulk()
    nothing = WholePhotStat()
    return {
        obj.pk: (
            [source.group_id for source in saves[obj.pk] if source.active], obj.name, obj.redshift, obj.hpx,
            *(getattr(figures.get(obj.pk, nothing), name) for name in FIGURES),
        )
        for obj in Obj.objects.filter(pk__in=saves)
    }  # fmt: skip


def kept() -> dict[int, tuple]:
    return {
        row.pk: (row.group_ids, row.name, row.redshift, row.hpx, *(getattr(row, name) for name in FIGURES))
        for row in ListedObj.objects.all()
    }


def points_of(obj: Obj, instrument: int, audience: int, mjd: float) -> Points:
    columns = {"obj_id": obj.pk, "mjd": mjd, "flux": 50.0, "fluxerr": 2.0, "instrument_id": instrument,
               "audience_id": audience, "bandpass": "ztfr", "origin": "test"}  # fmt: skip
    return Points(**{name: np.array([value]) for name, value in columns.items()})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_every_door_keeps_the_list(seed):
    chance, groups = random.Random(seed), [GroupFactory() for _ in range(3)]
    objs, instrument = [ObjFactory() for _ in range(6)], InstrumentFactory().pk
    audiences = [Audience.objects.of([group.pk]).pk for group in groups]
    mjd = iter(range(59000, 60000))

    def some_groups():
        return [group.pk for group in chance.sample(groups, chance.randint(1, 3))]

    doors = [
        lambda obj: save_source(SYSTEM, obj, some_groups()),
        lambda obj: unsave_source(SYSTEM, obj, some_groups()),
        lambda obj: request_save(SYSTEM, obj, some_groups()),
        lambda obj: Source.objects.filter(obj=obj).delete(),
        lambda obj: Source.objects.filter(obj=obj, requested=True).update(requested=False),
        lambda obj: Source.objects.filter(obj=obj, active=False).update(obj=chance.choice(objs[:1])),
        lambda obj: Obj.objects.filter(pk=obj.pk).update(redshift=chance.random(), hpx=chance.randint(0, 10**9)),
        lambda obj: store(points_of(obj, instrument, chance.choice(audiences), next(mjd)), owner_id=None),
        lambda obj: recount([obj.pk]),
        lambda obj: (Photometry.objects.filter(obj=obj).delete(), recount([obj.pk])),
        lambda obj: forget([obj.pk]),
    ]  # fmt: skip
    for _ in range(60):
        door = chance.choice(doors)
        if door is doors[5] and Source.objects.filter(obj=objs[0]).exists():
            continue  # an obj is in a group once
        door(chance.choice(objs))
        assert kept() == made_of()
    assert made_of()


@pytest.mark.django_db
def test_many_at_once_and_none_left_when_the_obj_is_gone():
    group, objs = GroupFactory(), [ObjFactory() for _ in range(4)]
    Source.objects.bulk_create(Source(obj=obj, group=group) for obj in objs)
    assert kept() == made_of()
    assert len(kept()) == 4
    delete_obj(SYSTEM, objs[0])
    objs[1].delete()
    group.delete()
    assert kept() == {}
    with connection.cursor() as cursor:  # the checks that wait for the end of the transaction
        cursor.execute("set constraints all immediate")


@pytest.mark.django_db(transaction=True)
def test_a_save_and_a_first_point_that_do_not_see_each_other():
    """Neither is committed when the other looks: the second waits, and reads what the first left."""
    group, obj, instrument = GroupFactory(), ObjFactory(), InstrumentFactory().pk
    audience = Audience.objects.of([group.pk]).pk
    counted, begun = threading.Event(), threading.Event()

    def save() -> None:
        try:
            counted.wait(60)
            begun.set()
            save_source(SYSTEM, obj, [group.pk])
        finally:
            connections.close_all()

    saver = threading.Thread(target=save)
    saver.start()
    with transaction.atomic():
        store(points_of(obj, instrument, audience, 59000.0), owner_id=None)
        counted.set()
        begun.wait(60)
        saver.join(0.2)  # it waits for us where it holds the figures
        assert saver.is_alive()
    saver.join(60)
    assert kept() == made_of()
    assert ListedObj.objects.get().num_det == 1
