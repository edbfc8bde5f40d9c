"""Points are stored in bulk, once, shared, and counted."""

import numpy as np
import pytest

from apps.sources.actions.photometry import Points, store
from apps.sources.models import Obj, Photometry, PhotStat, Upload
from skyportal.access.models import Audience
from skyportal.journal.models import JournalEntry
from tests.factories import InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db


def some_points(obj, instrument, audience, mjds, fluxes, fluxerr=0.5, bandpass="ztfg", **more):
    n = len(mjds)
    return Points(
        obj_id=[obj.pk] * n,
        mjd=mjds,
        flux=fluxes,
        fluxerr=[fluxerr] * n,
        bandpass=[bandpass] * n,
        instrument_id=[instrument.pk] * n,
        origin=["alert"] * n,
        audience_id=[audience.pk] * n,
        **more,
    )


@pytest.fixture
def audience(group):
    return Audience.objects.of(groups=[group.pk])


def test_ids_come_back_in_the_order_of_the_input(audience, member):
    obj, camera = ObjFactory(), InstrumentFactory()
    stored = store(some_points(obj, camera, audience, [3.0, 1.0, 2.0], [1.0, 2.0, 3.0]), owner_id=member.pk)
    assert [Photometry.objects.get(pk=i).mjd for i in stored.ids] == [3.0, 1.0, 2.0]
    assert stored.is_new == [True, True, True]
    assert Upload.objects.get(pk=stored.upload_id).uuid == stored.upload_uuid


def test_what_is_there_already_keeps_its_row_and_tells_nobody(audience, member):
    obj, camera = ObjFactory(), InstrumentFactory()
    points = some_points(obj, camera, audience, [1.0, 2.0], [np.nan, 5.0])
    first, entries = store(points, owner_id=member.pk), JournalEntry.objects.count()
    again = store(points, owner_id=member.pk)
    assert (again.ids, again.is_new, again.upload_id) == (first.ids, [False, False], None)
    assert (Photometry.objects.count(), Upload.objects.count(), JournalEntry.objects.count()) == (2, 1, entries)
    assert PhotStat.objects.get().num_obs == 2


def test_a_point_twice_in_one_upload_is_one_row(audience):
    obj, camera = ObjFactory(), InstrumentFactory()
    stored = store(some_points(obj, camera, audience, [1.0, 1.0], [5.0, 5.0]), owner_id=None)
    assert stored.ids[0] == stored.ids[1]
    assert sorted(stored.is_new) == [False, True]


def test_sharing_a_point_lets_its_audience_know_of_the_obj(audience, member, outsider, viewer_of):
    obj, camera = ObjFactory(), InstrumentFactory()
    store(some_points(obj, camera, audience, [1.0], [5.0]), owner_id=None)
    assert Obj.objects.visible_to(viewer_of(member)).filter(pk=obj.pk).exists()
    assert not Obj.objects.visible_to(viewer_of(outsider)).filter(pk=obj.pk).exists()


def test_statistics_counted_little_by_little_equal_those_counted_at_once(audience):
    from apps.sources.actions.statistics import recount

    obj, camera = ObjFactory(), InstrumentFactory()
    rng = np.random.default_rng(3)
    for k in range(5):
        mjds = rng.uniform(0, 100, 20)
        fluxes = np.where(rng.random(20) < 0.3, np.nan, rng.normal(2, 3, 20))
        store(some_points(obj, camera, audience, mjds, fluxes, bandpass=["ztfg", "ztfr"][k % 2]), owner_id=None)
    little = PhotStat.objects.filter(obj=obj).values().get()
    recount([obj.pk])
    at_once = PhotStat.objects.filter(obj=obj).values().get()
    for name in set(little) - {"id", "created_at", "modified"}:
        assert little[name] == (pytest.approx(at_once[name]) if isinstance(at_once[name], float) else at_once[name])


def test_an_upload_is_one_entry_however_many_points(audience, member):
    obj, camera = ObjFactory(), InstrumentFactory()
    store(some_points(obj, camera, audience, np.arange(200.0), np.arange(200.0)), owner_id=member.pk)
    entry = JournalEntry.objects.get(kind="PhotometryAdded")
    assert entry.payload["count"] == 200
    assert entry.topics == [f"source:{obj.name}"]


def test_storing_takes_a_fixed_number_of_queries(audience, django_assert_max_num_queries):
    obj, camera = ObjFactory(), InstrumentFactory()
    store(some_points(obj, camera, audience, [0.5], [1.0]), owner_id=None)
    for n in (1, 500):
        with django_assert_max_num_queries(13):
            store(some_points(obj, camera, audience, np.arange(n) + n * 1.0, np.ones(n)), owner_id=None)
