"""Frozen versions of photometry: always the same points, for those who read every one of them."""

from __future__ import annotations

import pytest
from astropy.table import Table

from apps.sources.models import FrozenPhotometry, Photometry
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(member):
    found = GroupFactory(name="Secretive")
    join(member, found)
    return found


@pytest.fixture
def points(obj, member, group, other, stream, upload, api_of):
    """Two points of the group, one of the stream, one of another group."""
    api = api_of(member)
    bodies = [
        upload(mjd=58000.0, filter="ztfg", flux=12.24, fluxerr=0.031, zp=23.9, group_ids=[group.pk]),
        upload(mjd=58001.0, filter="ztfr", mag=None, magerr=None, limiting_mag=20.5, group_ids=[group.pk]),
        upload(mjd=58002.0, filter="ztfg", mag=18.0, magerr=0.1, limiting_mag=20.5, stream_ids=[stream.pk]),
        upload(mjd=58003.0, filter="ztfr", mag=18.5, magerr=0.1, limiting_mag=20.5, group_ids=[other.pk]),
    ]
    ids = []
    for body in bodies:
        status, answer = api.post("photometry", body)
        assert status == 200, answer
        ids += answer["data"]["ids"]
    return ids


@pytest.fixture
def freeze(obj, points, member, api_of):
    def frozen(**more):
        status, answer = api_of(member).post(f"sources/{obj.name}/frozen_photometry", {"name": "for the paper"} | more)
        assert status == 200, answer
        return answer["data"]["key"]

    return frozen


def test_it_gives_exactly_those_points_whatever_becomes_of_them(obj, points, freeze, member, group, upload, api_of):
    api, key = api_of(member), freeze(note="all there is")
    before = api.get(f"frozen_photometry/{key}")[1]["data"]
    assert [p["id"] for p in before["points"]] == points
    first = {"mjd": 58000.0, "flux": 12.24, "fluxerr": 0.031, "bandpass": "ztfg"}
    assert first.items() <= before["points"][0].items()
    assert (before["points"][1]["flux"], before["points"][1]["mag"], before["points"][1]["limit"]) == (None, None, 20.5)
    assert (before["count"], before["obj_id"], before["note"]) == (4, obj.name, "all there is")
    assert api.patch(f"photometry/{points[0]}", upload(flux=99.0, fluxerr=1.0, zp=23.9))[0] == 200
    assert api.delete(f"photometry/{points[1]}")[0] == 200
    assert api.post("photometry", upload(mjd=59000.0, mag=17.0, magerr=0.1, group_ids=[group.pk]))[0] == 200
    assert api.get(f"frozen_photometry/{key}")[1]["data"] == before
    assert before["hash"][:16] in before["citation"]
    assert before["url"] in before["citation"]
    assert JournalEntry.objects.get(kind="PhotometryFrozen").payload["count"] == 4


def test_who_reads_a_part_of_it_sees_nothing_of_it(obj, freeze, group, group_admin, stream_member, api_of, client):
    everything, shared = freeze(), freeze(group_id=group.pk)
    person = api_of(group_admin)  # in the group and reading the stream, but not in the other group
    said = [person.get(f"frozen_photometry/{key}") for key in (everything, "0" * 12)]
    assert said[0] == said[1]
    assert said[0][0] == 404
    assert person.get(f"frozen_photometry/{shared}")[1]["data"]["count"] == 2
    listed = person.get(f"sources/{obj.name}/frozen_photometry")[1]["data"]
    assert [row["key"] for row in listed] == [shared]
    assert api_of(stream_member).get(f"sources/{obj.name}/frozen_photometry")[1]["data"] == []
    client.force_login(group_admin)
    assert client.get(f"/frozen/{everything}").status_code == 404
    assert client.get(f"/frozen/{everything}/photometry.csv").status_code == 404
    assert client.get(f"/frozen/{shared}").status_code == 200


def test_it_is_no_wider_than_its_points_were(points, freeze, member, group, other, group_admin, api_of):
    key = freeze()
    assert api_of(member).post("sharing", {"groupIDs": [group.pk], "photometryIDs": points})[0] == 200
    assert api_of(group_admin).get(f"photometry/{points[3]}")[0] == 200
    assert api_of(group_admin).get(f"frozen_photometry/{key}")[0] == 404
    wider = freeze(name="shared since")
    assert api_of(group_admin).get(f"frozen_photometry/{wider}")[1]["data"]["count"] == 4


def test_who_left_a_group_reads_no_more_what_it_alone_read(
    obj, points, freeze, member, group, other, group_admin, api_of
):
    body = {"name": "hers", "group_id": group.pk}
    hers = api_of(group_admin).post(f"sources/{obj.name}/frozen_photometry", body)[1]["data"]["key"]
    mine = freeze()
    group_admin.memberships.filter(group=group).delete()
    member.memberships.filter(group__in=[group, other]).delete()
    assert api_of(group_admin).get(f"frozen_photometry/{hers}")[0] == 404
    assert api_of(member).get(f"frozen_photometry/{mine}")[0] == 200, "an uploader reads what they uploaded"


def test_the_same_points_are_frozen_once(obj, freeze, member, api_of):
    key = freeze()
    status, answer = api_of(member).post(f"sources/{obj.name}/frozen_photometry", {"name": "again"})
    assert (status, key in answer["message"]) == (400, True)
    assert FrozenPhotometry.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "name"),
        ({"name": "x", "query": [1]}, "Invalid query"),
        ({"name": "x", "query": {"bandpass": "sdssu"}}, "no such points"),
        ({"name": "x", "group_id": "x"}, "Invalid group_id"),
        ({"name": "x", "group_id": 999_999}, "Cannot find group_id 999999"),
    ],
)
def test_what_cannot_be_frozen(obj, points, member, api_of, body, words):
    status, answer = api_of(member).post(f"sources/{obj.name}/frozen_photometry", body)
    assert status == 400
    assert words in answer["message"]


def test_a_source_that_was_frozen_is_not_deleted(obj, freeze, system_admin, api_of):
    freeze()
    status, answer = api_of(system_admin).delete(f"objs/{obj.name}")
    assert (status, "to be cited" in answer["message"]) == (400, True)


def test_files_hold_the_points_and_say_how_to_cite_them(freeze, member, api_of):
    key = freeze(query={"bandpass": "ztfg", "all": "1"})
    api = api_of(member)
    citation = api.get(f"frozen_photometry/{key}")[1]["data"]["citation"]
    text = api.get(f"frozen_photometry/{key}", format="ecsv")[1].decode()
    table = Table.read(text.splitlines(), format="ascii.ecsv")
    assert table["mjd"].tolist() == [58000.0, 58002.0]
    assert table["flux"][0] == 12.24
    assert (str(table["flux"].unit), table.meta["citation"]) == ("uJy", citation)
    assert api.get(f"frozen_photometry/{key}", format="csv")[1].decode().splitlines()[0].startswith("mjd,bandpass,flux")
    assert api.get(f"frozen_photometry/{key}", format="fits")[0] == 400


def test_pages_freeze_what_the_table_shows(obj, points, member, group, client):
    client.force_login(member)
    page = client.get(f"/source/{obj.name}/freeze?bandpass=ztfr&all=1")
    assert '<b class="num">2</b>' in page.content.decode()
    form = {"name": "red ones", "note": "", "bandpass": "ztfr", "all": "1", "group": str(group.pk)}
    answer = client.post(f"/source/{obj.name}/freeze", form)
    version = FrozenPhotometry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/frozen/{version.key}")
    assert (version.count, version.data["mjd"]) == (1, [58001.0])
    assert "red ones" in client.get(f"/source/{obj.name}/frozen").content.decode()
    shown = client.get(f"/frozen/{version.key}").content.decode()
    assert version.hash in shown
    assert client.get(f"/frozen/{version.key}/photometry.ecsv").status_code == 200
    assert client.get(f"/frozen/{version.key}/photometry.exe").status_code == 404
    refused = client.post(f"/source/{obj.name}/freeze", form)
    assert (refused.status_code, "frozen already" in refused.content.decode()) == (400, True)
    assert "red ones" in refused.content.decode(), "what was typed is not lost"


def test_a_frozen_version_is_published_with_its_citation(obj, points, freeze, group, group_admin, client, api_of):
    key, everything = freeze(group_id=group.pk), freeze()
    Photometry.objects.filter(pk=points[0]).delete()
    api = api_of(group_admin)
    status, answer = api.post(f"public_pages/source/{obj.name}", {"options": {"groups": [group.pk], "frozen": key}})
    assert status == 200, answer
    shown = client.get(f"/public/sources/{obj.name}").content.decode()
    assert (f"/frozen/{key}" in shown, "2 points" in shown) == (True, True)
    for refused in (everything, "nothing"):
        body = {"options": {"groups": [group.pk], "frozen": refused}}
        assert api.post(f"public_pages/source/{obj.name}", body)[0] in (400, 404)


def test_only_where_every_point_is_shared_with_the_readers_is_it_published(obj, freeze, group, other, member, api_of):
    member.roles.add("Group admin")
    key = freeze()
    status, answer = api_of(member).post(
        f"public_pages/source/{obj.name}", {"options": {"groups": [group.pk], "frozen": key}}
    )
    assert (status, "not shared with" in answer["message"]) == (400, True)
