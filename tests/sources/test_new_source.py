"""A source named by hand, by page."""

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.models import Obj, Source
from tests.factories import ObjFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, member, group):
    client.force_login(member)

    def send(**fields):
        said = {"name": "AT2026abc", "position": "13:30:01.21 +13:24:40.3", "group_ids": [group.pk]}
        return client.post("/sources/new", said | fields)

    return send


def test_a_source_is_named_by_hand(post, group, member):
    answer = post(redshift="0.0246")
    assert (answer.status_code, answer["Location"]) == (302, "/source/AT2026abc")
    obj = Obj.objects.get(name="AT2026abc")
    assert (obj.ra, obj.dec, obj.redshift) == (pytest.approx(202.505042, abs=1e-5), pytest.approx(13.411194), 0.0246)
    assert list(Source.objects.values_list("obj__name", "group", "saved_by")) == [(obj.name, group.pk, member.pk)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "a/b"}, "use letters, digits"),
        ({"name": " "}, "Give it a name"),
        ({"position": "north"}, "Write the position as RA and Dec"),
        ({"redshift": "far"}, "must be a number"),
        ({"redshift": "nan"}, "must be a number"),
        ({"group_ids": []}, "Choose the groups"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(fields, words, post):
    answer = post(**fields)
    text = answer.content.decode()
    assert (answer.status_code, words in text) == (400, True), text[text.find("field-error") :][:300]
    assert f'value="{fields.get("position", "13:30:01.21 +13:24:40.3")}"' in text
    assert not Obj.objects.exists()


def test_what_lies_there_already_is_shown_first(post, group):
    known = ObjFactory(name="ZTF26there", ra=202.50505, dec=13.41119)
    hidden = ObjFactory(name="ZTF26hidden", ra=202.50505, dec=13.41119)
    make_known([known.pk], group_ids=[group.pk])
    text = post().content.decode()
    assert "There already, at this place" in text
    assert known.name in text
    assert hidden.name not in text
    assert not Obj.objects.filter(name="AT2026abc").exists()
    assert post(anyway="1").status_code == 302
    assert Obj.objects.filter(name="AT2026abc").exists()


def test_who_may_not_upload_is_told_so(client, group):
    client.force_login(make_user("looker", role="View only", groups_=[group]))
    answer = client.get("/sources/new")
    assert (answer.status_code, "Upload data" in answer.content.decode()) == (403, True)
