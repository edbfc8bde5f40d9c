"""Ingestion keeps the newest cutout of each obj, type and audience."""

import pytest
from django.core.files.storage import default_storage

from apps.sources.actions.thumbnails import Cutout, store_many
from apps.sources.models import Thumbnail
from apps.sources.queries import thumbnails as queries
from skyportal.access.models import Audience
from skyportal.journal.models import JournalEntry
from tests.factories import ObjFactory, StreamFactory
from tests.sources.remarks import known_obj, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def audience(stream):
    return Audience.objects.of(streams=[stream.pk])


def store_alert(obj_id, pictures, audience_id, mjd, origin=None):
    return store_many(Cutout(obj_id, kind, drawn, audience_id, mjd, origin) for kind, drawn in pictures.items())


def alert(shade):
    return {kind: png(colour=shade + n) for n, kind in enumerate(("new", "ref", "sub"))}


def test_only_what_is_kept_is_drawn_and_what_is_no_picture_replaces_nothing(audience):
    obj, drawn = ObjFactory(), []

    def drawing(shade):
        return {"new": lambda: drawn.append(shade) or png(colour=shade)}

    both = [(drawing(10), 59000.0), (drawing(20), 59001.0)]
    store_many(Cutout(obj.pk, "new", pictures["new"], audience.pk, mjd) for pictures, mjd in both)
    store_alert(obj.pk, drawing(30), audience.pk, 58999.0)
    assert drawn == [20]
    assert store_alert(obj.pk, {"new": lambda: None}, audience.pk, 59002.0) == 0
    assert Thumbnail.objects.get().mjd == 59001.0


def test_a_newer_alert_replaces_the_cutouts_an_older_does_not(audience):
    obj = ObjFactory()
    assert store_alert(obj.pk, alert(10), audience.pk, 59000.0, "ZTF") == 3
    assert store_alert(obj.pk, alert(20), audience.pk, 59001.0, "ZTF") == 3
    assert store_alert(obj.pk, alert(30), audience.pk, 58999.0, "ZTF") == 0
    assert {t.mjd for t in Thumbnail.objects.all()} == {59001.0}
    assert Thumbnail.objects.count() == 3


def test_the_same_alert_again_changes_nothing(audience):
    obj = ObjFactory()
    store_alert(obj.pk, alert(10), audience.pk, 59000.0)
    before = list(Thumbnail.objects.order_by("pk").values())
    entries = JournalEntry.objects.count()
    assert store_alert(obj.pk, alert(10), audience.pk, 59000.0) == 0
    assert list(Thumbnail.objects.order_by("pk").values()) == before
    assert JournalEntry.objects.count() == entries


def test_files_are_named_by_content_and_written_once(audience):
    objs = [ObjFactory(), ObjFactory()]
    store_many((obj.pk, "new", png(), audience.pk, 59000.0, None) for obj in objs)
    (name,) = set(Thumbnail.objects.values_list("file", flat=True))
    folder, two, file = name.split("/")
    assert (folder, two, file[64:]) == ("thumbs", file[:2], ".png")
    with default_storage.open(name) as stored:
        assert stored.read() == png()


def test_a_new_picture_has_a_new_address_so_browsers_may_keep_the_old(audience, stream_member, viewer_of):
    obj = ObjFactory()
    viewer = viewer_of(stream_member)
    store_alert(obj.pk, {"new": png(colour=1)}, audience.pk, 59000.0)
    first = queries.by_obj(viewer, [obj.pk])[obj.pk][0]["public_url"]
    store_alert(obj.pk, {"new": png(colour=2)}, audience.pk, 59001.0)
    assert queries.by_obj(viewer, [obj.pk])[obj.pk][0]["public_url"] != first


def test_each_viewer_sees_the_newest_they_may(audience, stream_member, member, outsider, viewer_of):
    obj = ObjFactory()
    partnership = StreamFactory(name="Partners")
    member.stream_grants.create(stream=partnership)
    own = Audience.objects.of(streams=[partnership.pk])
    store_alert(obj.pk, {"new": png(colour=1)}, audience.pk, 59000.0)
    store_alert(obj.pk, {"new": png(colour=2)}, own.pk, 59001.0)

    def seen(user):
        return [t["mjd"] for t in queries.by_obj(viewer_of(user), [obj.pk])[obj.pk]]

    assert (seen(stream_member), seen(member), seen(outsider)) == ([59000.0], [59001.0], [])


def test_a_night_takes_hardly_more_queries_than_an_alert(audience, django_assert_num_queries):
    objs = [ObjFactory() for _ in range(20)]
    with django_assert_num_queries(8):
        store_alert(objs[0].pk, alert(10), audience.pk, 59000.0)
    with django_assert_num_queries(9):
        store_many((o.pk, k, p, audience.pk, 59001.0, "ZTF") for o in objs for k, p in alert(20).items())


def test_many_objs_are_read_in_one_query(audience, group, member, viewer_of, django_assert_num_queries):
    objs = [known_obj(group) for _ in range(4)]
    store_many((o.pk, k, p, audience.pk, 59001.0, "ZTF") for o in objs for k, p in alert(20).items())
    viewer = viewer_of(member)
    with django_assert_num_queries(1):
        found = queries.by_obj(viewer, [obj.pk for obj in objs])
    assert [[t["type"] for t in found[obj.pk]] for obj in objs] == [["new", "ref", "sub"]] * 4
