"""Events and sky maps that people write into a form, and those of several spacecraft."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.gcn.models import GcnEvent, GcnNotice, Localization
from skyportal.astro.sky import separation
from skyportal.astro.skymaps import shapes, writing
from tests.gcn.events_data import WHEN, an_event, settle

pytestmark = pytest.mark.django_db
BURST = (123.0, -12.0)
CENTRES = ((200.0, 30.0), (60.0, -50.0), (150.0, 60.0))


@pytest.fixture
def as_member(member):
    client = Client()
    client.force_login(member)
    return client


def annuli(count=3, error=0.05):
    return [
        {"ra": ra, "dec": dec, "radius": float(separation(ra, dec, *BURST)) / 3600, "error": error}
        for ra, dec in CENTRES[:count]
    ]


def lines(count=3):
    return "\n".join(f"{one['ra']}, {one['dec']} {one['radius']:.6f} 0.05" for one in annuli(count))


def announce(client, status=302, where="/events/new", **said):
    answer = client.post(where, {"dateobs": "2026-01-02T03:04:05.25", **said})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode() if status != 302 else answer.url


def test_annuli_of_several_spacecraft_become_one_map(member, api_of):
    api = api_of(member)
    body = {"dateobs": "2026-01-02T03:04:05", "tags": ["IPN"], "skymap": {"annuli": annuli()}}
    assert api.post("gcn_event", body)[0] == 200
    settle()
    row = Localization.objects.get()
    assert row.name.startswith("3_annuli_12")
    assert separation(row.ra, row.dec, *BURST) < 100
    assert row.area_90 < 0.05
    assert api.post("gcn_event", body | {"skymap": {"annuli": annuli(1), "localization_name": "KW-INT"}})[0] == 200
    settle()
    assert Localization.objects.get(name="KW-INT").area_90 > 10


@pytest.mark.parametrize(("skymap", "says"), [
    ({"annuli": []}, "one to 20"), ({"annuli": [7]}, "one to 20"),
    ({"annuli": [{"ra": 1, "dec": 2}]}, "radius must be"),
    ({"annuli": [{"ra": 1, "dec": 2, "radius": 5, "error": 0}]}, "error above 0"),
    ({"ra": 1, "dec": 92, "inner": 5, "outer": 6}, "dec from -90"),
    ({"annuli": [{"ra": 0, "dec": 90, "inner": 1, "outer": 2}, {"ra": 0, "dec": 90, "inner": 5, "outer": 6}]},
     "no place in common"),
    ({"ra": 1, "dec": 2, "inner": 5, "outer": 6, "level": 2}, "between 0 and 1"),
])  # fmt: skip
def test_annuli_that_make_no_sense_are_refused(member, api_of, skymap, says):
    status, answer = api_of(member).post("gcn_event", {"dateobs": "2026-01-02", "skymap": skymap})
    assert (status, says in answer["message"]) == (400, True), answer
    assert not GcnEvent.objects.exists()


def test_an_event_is_announced_with_each_kind_of_map(as_member, member, group):
    assert "Announce an event" in as_member.get("/events/new").content.decode()
    there = announce(
        as_member, aliases="GRB 260102A", tags="GRB, IPN", group_ids=[group.pk], kind="annuli", annuli=lines()
    )
    event = GcnEvent.objects.get()
    assert there == f"/event/{event.address}"
    assert (event.aliases, event.sent_by, event.audience.group_ids) == (["GRB 260102A"], member, [group.pk])
    assert set(event.tags.values_list("text", flat=True)) == {"GRB", "IPN"}
    more = f"{there}/maps/new"
    assert 'name="dateobs"' not in as_member.get(more).content.decode()
    announce(as_member, where=more, kind="cone", position="08:12:00 -12:00:00", error="1.5")
    announce(as_member, where=more, kind="ellipse", position="123 -12", amaj="3", amin="1", phi="30", name="GBM")
    announce(
        as_member,
        where=more,
        kind="polygon",
        polygon="120 -15\n8h24m −15d00m\n126;-9\n\n08:00:00,-09:00:00",
        name="box",
    )
    raw = writing.multi_order(shapes.cone(*BURST, 2.0), name="x")
    announce(as_member, where=more, kind="file", file=SimpleUploadedFile("own.fits", raw))
    settle()
    names = set(Localization.objects.values_list("name", flat=True))
    assert {"123.00000_-12.00000_1.50000", "GBM", "box", "own.fits"} < names
    assert len(names) == 5
    box = Localization.objects.get(name="box")
    assert (round(box.ra), round(box.dec)) == (123, -12)
    assert GcnEvent.objects.count() == 1
    assert not GcnNotice.objects.exclude(map_trouble="").exists()


@pytest.mark.parametrize(("said", "says"), [
    ({"dateobs": "soon"}, "Invalid dateobs"), ({"kind": "cone", "position": "1 2"}, "needed for such"),
    ({"kind": "cone", "position": "1 92", "error": "1"}, "1 92 is no position"),
    ({"kind": "annuli", "annuli": "1 2 3 0.1\n4 5 x 0.1"}, "Line 2: 4 5 x 0.1 is not 4 numbers"),
    ({"kind": "polygon", "polygon": "1 2 3"}, "Line 1 has 3 numbers, not 2"),
    ({"kind": "annuli", "annuli": "0 90 10 0.1\n0 90 50 0.1"}, "no place in common"),
    ({"kind": "address", "address": "file:///etc/passwd"}, "valid URL"), ({"kind": "star"}, "valid choice"),
    ({"kind": "polygon", "polygon": "1 2\n1 2"}, "three to a thousand"), ({"group_ids": ["99"]}, "valid choice"),
])  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(as_member, said, says):
    page = announce(as_member, 400, tags="kept words", **said)
    assert says in page
    assert "kept words" in page
    assert not GcnEvent.objects.exists()


def test_only_who_sent_an_event_or_manages_events_is_offered_to_add_a_map(as_member, group_admin, outsider):
    event = an_event()
    there = f"/event/{event.address}/maps"
    assert "Add a sky map" not in as_member.get(there).content.decode()
    page = announce(as_member, 400, where=f"{there}/new", kind="cone", position="1 2", error="3")
    assert "only who sent this event" in page
    client = Client()
    client.force_login(group_admin)
    assert "Add a sky map" in client.get(there).content.decode()
    announce(client, where=f"{there}/new", kind="annuli", annuli=lines(2))
    assert GcnEvent.objects.get().exact_time == WHEN


def test_a_file_that_is_no_sky_map_is_refused_where_it_was_chosen(as_member):
    image = io.BytesIO()
    fits.PrimaryHDU(np.ones((4, 4))).writeto(image)
    for content, says in ((b"name,ra,dec", "begin with SIMPLE"), (image.getvalue(), "an image")):
        assert says in announce(as_member, 400, kind="file", file=SimpleUploadedFile("a.fits", content))
    assert not GcnNotice.objects.exists()
