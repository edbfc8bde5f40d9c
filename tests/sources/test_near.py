"""What lies near a place: hidden neighbours, however many, do not push visible ones out."""

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.queries.objs import near
from tests.factories import ObjFactory

pytestmark = pytest.mark.django_db


def test_a_crowd_of_hidden_objs_hides_no_visible_one(group, member, viewer_of, client):
    for n in range(60):
        ObjFactory(ra=10.0 + n * 1e-5, dec=20.0)
    far = ObjFactory(name="ZTF26far", ra=10.003, dec=20.0)
    farther = ObjFactory(name="ZTF26farther", ra=10.004, dec=20.0)
    make_known([far.pk, farther.pk], group_ids=[group.pk])
    found = near(viewer_of(member), 10.0, 20.0, 60.0, most=8)
    assert [obj.name for obj, _ in found] == ["ZTF26far", "ZTF26farther"]
    assert found[0][1] == pytest.approx(0.003 * 3600 * 0.93969, rel=1e-4)
    client.force_login(member)
    results = client.get("/search", {"q": "10.0 20.0"}).json()["results"]
    assert [row["label"] for row in results[:2]] == ["ZTF26far", "ZTF26farther"]
