"""Ingestion annotates many objs in one statement, and what is there already stays as it was."""

import numpy as np
import pytest

from apps.sources.actions.annotations import put_annotations
from apps.sources.models import Annotation, ObjReader
from apps.sources.queries import annotations as queries
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.models import JournalEntry
from tests.factories import ObjFactory
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db
ALL = Viewer.system("test")


@pytest.fixture
def audience(group):
    return Audience.objects.of([group.pk])


def rows(objs, audience, **data):
    return [(obj.pk, "ZTF:filter", {"drb": 0.9, **data}, audience.pk, None) for obj in objs]


def test_the_same_again_changes_nothing(audience):
    objs = [ObjFactory(), ObjFactory()]
    assert put_annotations(rows(objs, audience)) == 2
    before = list(Annotation.objects.order_by("pk").values())
    assert JournalEntry.objects.count() == 1
    assert put_annotations(rows(objs, audience)) == 0
    assert list(Annotation.objects.order_by("pk").values()) == before
    assert JournalEntry.objects.count() == 1


def test_only_what_differs_is_written_and_told(audience):
    objs = [ObjFactory(), ObjFactory()]
    put_annotations(rows(objs, audience))
    assert put_annotations([*rows(objs[:1], audience, drb=0.1), *rows(objs[1:], audience)]) == 1
    entry = JournalEntry.objects.latest("pk")
    assert entry.topics == [f"source:{objs[0].name}"]
    assert Annotation.objects.get(obj=objs[0]).data == {"drb": 0.1}


def test_groups_of_the_audience_learn_of_the_obj(audience, group, member, viewer_of):
    obj = ObjFactory()
    put_annotations(rows([obj], audience))
    assert ObjReader.objects.filter(obj=obj, ref=group.pk).exists()
    assert queries.by_obj(viewer_of(member), [obj.pk])[obj.pk][0]["data"] == {"drb": 0.9}


def test_numbers_of_numpy_and_what_json_cannot_hold_are_made_plain(audience):
    obj = ObjFactory()
    put_annotations(rows([obj], audience, a=np.float32(0.5), b=np.nan, c=np.int64(3), d="x\x00y", e=np.arange(2)))
    assert Annotation.objects.get().data == {"drb": 0.9, "a": 0.5, "b": None, "c": 3, "d": "xy", "e": [0, 1]}


def test_the_last_of_a_batch_counts_where_an_origin_comes_twice(audience):
    obj = ObjFactory()
    assert put_annotations([*rows([obj], audience, drb=0.1), *rows([obj], audience, drb=0.2)]) == 1
    assert Annotation.objects.get().data == {"drb": 0.2}


def test_a_thousand_take_as_many_queries_as_one(audience, django_assert_num_queries):
    objs = [ObjFactory() for _ in range(30)]
    with django_assert_num_queries(6):
        put_annotations(rows(objs[:1], audience))
    with django_assert_num_queries(6):
        put_annotations(rows(objs, audience, drb=0.2))
    with django_assert_num_queries(3):
        put_annotations(rows(objs, audience, drb=0.2))


def test_reading_many_objs_takes_as_many_queries_as_one(group, member, viewer_of, audience, django_assert_num_queries):
    objs = [known_obj(group) for _ in range(5)]
    put_annotations(rows(objs, audience))
    viewer = viewer_of(member)
    with django_assert_num_queries(2):
        found = queries.by_obj(viewer, [obj.pk for obj in objs])
    assert [len(found[obj.pk]) for obj in objs] == [1] * 5
    with django_assert_num_queries(1):
        queries.by_obj(viewer, [obj.pk for obj in objs], groups=False)
