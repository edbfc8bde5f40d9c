"""Only objs that nobody ever cared for are purged, a batch at a time, by system admins."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.sources.actions.objs import make_known
from apps.sources.models import Comment, Listing, Obj, Photometry, Source
from skyportal.access.models import Audience
from skyportal.journal.models import JournalEntry
from tests.factories import FilterFactory, InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def objs(group, stream, member, api_of):
    """Old ones that go (old, rejected) and all that must stay."""
    one = FilterFactory(group=group, stream=stream)
    names = ("old", "rejected", "young", "saved", "unsaved", "commented", "favourite", "never passed")
    made = {name: ObjFactory(name=name.replace(" ", "")) for name in names}
    now = timezone.now()
    for name, obj in made.items():
        days = 10 if name == "young" else 400
        if name != "never passed":
            add([Passing(obj.pk, one.pk, now - timedelta(days=days))], uploader_id=None)
    audience = Audience.objects.of([group.pk])
    Source.objects.create(obj=made["saved"], group=group)
    Source.objects.create(obj=made["unsaved"], group=group, active=False)
    Comment.objects.create(obj=made["commented"], text="hm", author=member, audience=audience)
    Listing.objects.create(obj=made["favourite"], user=member, list_name="favorites")
    Listing.objects.create(obj=made["rejected"], user=member, list_name="rejected_candidates")
    camera = InstrumentFactory(filters=["ztfg"])
    body = {"obj_id": "old", "instrument_id": camera.pk, "mjd": 59000, "filter": "ztfg", "magsys": "ab"}
    make_known([made["old"].pk], group_ids=[group.pk])
    assert api_of(member).post("photometry", body | {"limiting_mag": 20.0, "mag": 19.0, "magerr": 0.1})[0] == 200
    return made


def names():
    return set(Obj.objects.values_list("name", flat=True))


def test_a_dry_run_counts_and_a_purge_deletes_in_batches(objs, api_of, system_admin):
    boss, before = api_of(system_admin), names()
    status, answer = boss.post("candidates/bulk_delete", {"maxAgeMonths": 12, "batchSize": 1, "dryRun": True})
    assert (status, answer["data"]) == (200, {"deleted": 1, "remaining": 1, "dryRun": True})
    assert names() == before
    for remaining in (1, 0):
        answer = boss.post("candidates/bulk_delete", {"maxAgeMonths": 12, "batchSize": 1})[1]
        assert answer["data"] == {"deleted": 1, "remaining": remaining, "dryRun": False}
    assert names() == before - {"old", "rejected"}
    assert not Photometry.objects.exists()
    assert JournalEntry.objects.filter(kind="ObjsPurged").count() == 2
    assert boss.post("candidates/bulk_delete", {"maxAgeMonths": 12})[1]["data"]["deleted"] == 0


@pytest.mark.parametrize("body", [{}, {"maxAgeMonths": 0}, {"maxAgeMonths": "x"}, {"maxAgeMonths": 12, "batchSize": 0}])
def test_what_is_not_said_clearly_deletes_nothing(objs, api_of, system_admin, body):
    before = names()
    assert api_of(system_admin).post("candidates/bulk_delete", body)[0] == 400
    assert names() == before


def test_others_may_not(objs, api_of, group_admin):
    before = names()
    assert api_of(group_admin).post("candidates/bulk_delete", {"maxAgeMonths": 12})[0] == 401
    assert names() == before
