"""Images of surveys: asked for, fetched by a worker, kept for everybody who sees the source; or the reason why not."""

import io

import pytest
from PIL import Image

from apps.sources.models import Thumbnail
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from tests.emulators.server import serve

pytestmark = pytest.mark.django_db

LIST = "projcell subcell ra dec filter mjd type filename shortname\n"


def picture(fmt="JPEG", side=240, plain=False):
    image = Image.new("RGB", (side, side), (9, 9, 12))
    if not plain:
        image.paste((200, 180, 90), (100, 100, 130, 130))
    file = io.BytesIO()
    image.save(file, fmt)
    return file.getvalue()


class Surveys:
    """What SDSS, the Legacy Surveys and Pan-STARRS say, each at a path of its own."""

    covered = True

    def __call__(self, path, query):
        assert {"ra", "dec"} <= set(query)
        if path == "/ps1/ps1filenames.py":
            rows = [f"1322 42 150 2 {b} 0 stack /rings.v3/{b}.fits {b}.fits" for b in "gri"] if self.covered else []
            return 200, "text/plain", (LIST + "\n".join(rows)).encode()
        if path == "/ps1/fitscut.cgi":
            assert (query["red"], query["blue"]) == ("/rings.v3/i.fits", "/rings.v3/g.fits")
        return 200, "image/jpeg", picture(plain=not self.covered)


@pytest.fixture
def surveys(settings, own_cache):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(Surveys()) as emulator:
        settings.SDSS_CUTOUTS, settings.LEGACY_CUTOUTS = f"{emulator.address}/sdss", f"{emulator.address}/legacy"
        settings.PS1_CUTOUTS = f"{emulator.address}/ps1"
        yield emulator


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def work():
    """What a worker does with what was asked."""
    for one in Delivery.objects.filter(state=Delivery.WAITING):
        delivery.run(one.pk)
    return list(Delivery.objects.values_list("state", flat=True))


def test_images_are_fetched_once_and_kept_for_everybody(client, member, stream_member, obj, surveys, api):
    assert api.post("internal/survey_thumbnail", {"objID": obj.name})[0] == 200
    assert not surveys.asked
    assert set(work()) == {Delivery.DONE}
    kept = {row.type: row for row in Thumbnail.objects.all()}
    assert set(kept) == {"sdss", "ls", "ps1"}
    client.force_login(stream_member)
    page = client.get(f"/source/{obj.name}/images").content.decode()
    for row in kept.values():
        assert f"/thumbnails/{row.pk}.png" in page
        image = Image.open(io.BytesIO(client.get(f"/thumbnails/{row.pk}.png").content))
        assert (image.format, image.size) == ("PNG", (240, 240))
    assert 'data-scale="0.25"' in page
    asked = len(surveys.asked)
    api.post("internal/survey_thumbnail", {"objIDs": [obj.name], "types": ["sdss", "ps1"]})
    work()
    assert len(surveys.asked) == asked


@pytest.mark.parametrize("mood", ["error", "garbage", "outside"])
def test_why_there_is_no_image_is_said_and_it_can_be_asked_again(client, member, obj, surveys, mood):
    client.force_login(member)
    if mood == "outside":
        surveys.speak.covered = False
    else:
        surveys.mood = mood
    address = f"/source/{obj.name}/images"
    assert "Asking …" in client.post(address, headers={"HX-Request": "true"}).content.decode()
    assert set(work()) == {Delivery.DONE}
    page = client.get(address).content.decode()
    words = {"error": "answered 500", "garbage": "no picture", "outside": "has no image of this place"}
    assert words[mood] in page
    assert not Thumbnail.objects.exists()
    surveys.mood, surveys.speak.covered = "well", True
    client.post(address)
    work()
    assert Thumbnail.objects.count() == 3
    assert words[mood] not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "objID"),
        ({"objIDs": []}, "objID"),
        ({"objID": "absent"}, "Source not found"),
        ({"objID": "ZTF26abc", "types": ["hst"]}, "Invalid types: hst"),
        ({"objID": "ZTF26abc", "types": "sdss"}, "Invalid types"),
        ({"objIDs": [f"x{n}" for n in range(101)]}, "1 to 100"),
    ],
)
def test_what_makes_no_sense_is_refused(api, obj, surveys, body, words):
    status, answer = api.post("internal/survey_thumbnail", body)
    assert status in (400, 404)
    assert words in answer["message"]
    assert not Delivery.objects.exists()


def test_the_scale_of_a_picture_is_drawn_only_where_it_is_known(client, member, obj, group, api, stream):
    from apps.sources.actions.thumbnails import store_many
    from skyportal.access.models import Audience
    from tests.sources.remarks import base64_of, png

    audience = Audience.objects.of(streams=[stream.pk])
    store_many(
        [(obj.pk, "new", png(), audience.pk, 60000.0, "ZTF"), (obj.pk, "ref", png(), audience.pk, 60000.0, None)]
    )
    api.post("thumbnail", {"obj_id": obj.name, "data": base64_of(png()), "ttype": "sdss"})
    client.force_login(member)
    page = client.get(f"/source/{obj.name}/images").content.decode()
    assert page.count("data-image=") == 3
    assert page.count("data-scale=") == page.count("data-north-up") == 1
