"""`/api/thumbnail` and the pictures: words, codes and shapes that clients depend on."""

import zlib

import pytest

from apps.sources.models import Thumbnail
from tests.factories import make_user
from tests.sources.remarks import base64_of, known_obj, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def picture(obj, body=None, **more):
    return {"obj_id": obj.name, "data": base64_of(body or png()), "ttype": "ref", **more}


def test_a_picture_is_posted_and_served(api, obj, member, client):
    status, body = api.post("thumbnail", picture(obj, survey="sdss"))
    assert status == 200
    status, body = api.get(f"thumbnail/{body['data']['id']}")
    found = body["data"]
    assert (found["type"], found["obj_id"], found["origin"], found["is_grayscale"]) == ("ref", obj.name, "sdss", True)
    client.force_login(member)
    answer = client.get(found["public_url"])
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, png(), "image/png")
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_colours_are_noticed(api, obj):
    api.post("thumbnail", picture(obj, png(mode="RGB", colour=(200, 10, 10)), ttype="ls"))
    assert Thumbnail.objects.get().is_grayscale is False


def test_the_same_picture_again_is_the_same_row(api, obj):
    assert api.post("thumbnail", picture(obj))[1]["data"] == api.post("thumbnail", picture(obj))[1]["data"]


def test_a_picture_is_for_those_who_see_the_source(api, obj, outsider, api_of, client):
    posted = api.post("thumbnail", picture(obj))[1]["data"]["id"]
    assert api_of(outsider).get(f"thumbnail/{posted}")[0] == 400
    assert client.get(f"/thumbnails/{posted}.png").status_code == 401
    client.force_login(outsider)
    assert client.get(f"/thumbnails/{posted}.png").status_code == 404
    assert client.get("/thumbnails/99999.png").status_code == 404


def huge_png():
    """A small file that says it is 60,000 pixels a side."""
    body = png()
    head = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + body[24:29]
    return body[:12] + head + zlib.crc32(head).to_bytes(4, "big") + body[33:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ttype": "selfie"}, "is not among the defined enum values"),
        ({"ttype": ["ref"]}, "is not among the defined enum values"),
        ({"data": base64_of(png(fmt="JPEG"))}, "Invalid thumbnail image type. Only PNG are supported."),
        ({"data": base64_of(png(13))}, "Invalid thumbnail size."),
        ({"data": base64_of(png(501))}, "Invalid thumbnail size."),
        ({"data": base64_of(huge_png())}, "cannot identify image file"),
        ({"data": base64_of(b"not a picture")}, "cannot identify image file"),
        ({"data": "%%%"}, "cannot identify image file"),
        ({"data": base64_of(png()[:60])}, "cannot identify image file"),
        ({"data": 5}, "Invalid data"),
        ({"data": None}, "`data`"),
        ({"obj_id": "absent"}, "Invalid obj_id"),
        ({"obj_id": None}, "`obj_id`"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, obj, change, words):
    status, body = api.post("thumbnail", picture(obj, **change))
    assert status == 400
    assert words in body["message"]
    assert not Thumbnail.objects.exists()


def test_records_are_edited_and_deleted_with_the_permission(api, obj, group, group_admin, api_of):
    posted = api.post("thumbnail", picture(obj))[1]["data"]["id"]
    assert api.put(f"thumbnail/{posted}", {"type": "new"})[0] == 401
    assert api.delete(f"thumbnail/{posted}")[0] == 401
    manager = api_of(group_admin)
    assert manager.put(f"thumbnail/{posted}", {"type": "selfie"})[0] == 400
    assert manager.put(f"thumbnail/{posted}", {"type": "new", "origin": "me"})[0] == 200
    assert Thumbnail.objects.get().type == "new"
    assert manager.delete(f"thumbnail/{posted}")[0] == 200
    assert not Thumbnail.objects.exists()


def test_a_client_never_says_which_file_is_served(api, obj, group_admin, api_of):
    posted = api.post("thumbnail", picture(obj))[1]["data"]["id"]
    body = {"file_uri": "/etc/passwd", "file": "/etc/passwd", "public_url": "javascript:alert(1)"}
    api_of(group_admin).put(f"thumbnail/{posted}", body)
    assert Thumbnail.objects.get().file.startswith("thumbs/")
    assert Thumbnail.objects.get().public_url is None


def test_without_the_permission_nothing_is_uploaded(obj, group, api_of):
    assert api_of(make_user("looker", role="View only", groups_=[group])).post("thumbnail", picture(obj))[0] == 401
    assert not Thumbnail.objects.exists()
