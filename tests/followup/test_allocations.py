"""Telescope time at the API and on its pages: for its group alone, and its credentials for nobody."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.followup.models import Allocation
from apps.followup.queries import allocations as queries
from tests.factories import AllocationFactory, GroupFactory, InstrumentFactory, join, make_user

pytestmark = pytest.mark.django_db
SECRET = "a-token-nobody-may-read"


@pytest.fixture
def manager(group):
    user = make_user("manager", role="Super admin")
    user.roles.clear()
    user.acls.set(["Manage allocations", "Upload data"])
    join(user, group)
    return user


@pytest.fixture
def ztf():
    return InstrumentFactory(name="ZTF", api_classname_obsplan="ZTFMMAAPI")


def body(group, instrument, **more):
    return {"group_id": group.pk, "instrument_id": instrument.pk, "hours_allocated": 12.5, **more}


def test_one_is_entered_changed_and_deleted(manager, member, group, ztf, api_of):
    api = api_of(manager)
    given = body(
        group, ztf, pi="Kulkarni", proposal_id="2026B-001", types=["observation_plan", "triggered"],
        validity_ranges=[{"start_date": "2026-08-01", "end_date": "2027-01-31T12:00:00"}],
        allocation_admin_ids=[member.pk], default_share_group_ids=[group.pk],
        _altdata=json.dumps({"access_token": SECRET}),
    )  # fmt: skip
    status, made = api.post("allocation", given)
    assert status == 200, made
    pk = made["data"]["id"]
    status, found = api_of(member).get(f"allocation/{pk}")
    row = found["data"]["allocation"]
    assert (row["pi"], row["proposal_id"], row["hours_allocated"]) == ("Kulkarni", "2026B-001", 12.5)
    assert row["validity_ranges"] == [{"start_date": "2026-08-01T00:00:00", "end_date": "2027-01-31T12:00:00"}]
    assert row["types"] == ["triggered", "observation_plan"]
    assert [user["username"] for user in row["allocation_users"]] == [member.username]
    assert row["instrument"]["name"] == "ZTF"
    assert row["telescope"]["id"] == ztf.telescope_id
    assert Allocation.objects.get(pk=pk).settings == {"access_token": SECRET}

    assert api.put(f"allocation/{pk}", {"_altdata": {"queue": "ztfmma.test"}, "pi": "Kasliwal"})[0] == 200
    row = Allocation.objects.get(pk=pk)
    assert (row.pi, row.settings) == ("Kasliwal", {"access_token": SECRET, "queue": "ztfmma.test"})
    assert api.put(f"allocation/{pk}", {"_altdata": {"access_token": "other"}, "replace_altdata": True})[0] == 200
    assert Allocation.objects.get(pk=pk).settings == {"access_token": "other"}
    assert api.delete(f"allocation/{pk}")[0] == 200
    assert not Allocation.objects.exists()


def test_credentials_leave_by_no_door(manager, group, ztf, api_of, client, caplog):
    row = AllocationFactory(group=group, instrument=ztf, settings={"access_token": SECRET, "queue": "ztfmma.test"})
    api = api_of(manager)
    telescope = f"telescope/{ztf.telescope_id}"
    seen = [json.dumps(api.get(path)) for path in ("allocation", f"allocation/{row.pk}", telescope)]
    client.force_login(manager)
    pages = [client.get(f"/allocations{end}").content.decode() for end in ("", f"/{row.pk}")]
    assert "2026B" in seen[2]
    assert "ZTF, multi-messenger queue" in pages[1]
    assert "ztfmma.test" in pages[1]
    row.refresh_from_db()
    assert SECRET not in "".join([*seen, *pages, caplog.text, repr(row.settings)])


def test_those_of_other_groups_are_not_there(manager, outsider, group, ztf, api_of):
    own, other = AllocationFactory(group=group), AllocationFactory(group=GroupFactory())
    api = api_of(manager)
    assert [row["id"] for row in api.get("allocation")[1]["data"]] == [own.pk]
    absent = api.get("allocation/999999")
    hidden = api.get(f"allocation/{other.pk}")
    assert hidden[0] == absent[0] == 400
    assert hidden[1]["message"].replace(str(other.pk), "999999") == absent[1]["message"]
    for verb, given in (("PUT", {"pi": "me"}), ("DELETE", None)):
        assert api(verb, f"allocation/{other.pk}", given)[0] == 400
    assert api.post("allocation", body(other.group, ztf))[0] == 400
    assert Allocation.objects.count() == 2


def test_who_does_not_manage_them_reads_only(member, group, api_of, client):
    row = AllocationFactory(group=group)
    api = api_of(member)
    assert api.get(f"allocation/{row.pk}")[0] == 200
    assert api.put(f"allocation/{row.pk}", {"pi": "me"})[0] == 401
    client.force_login(member)
    page = client.get(f"/allocations/{row.pk}").content.decode()
    assert row.proposal_id in page
    assert '<h2 id="change"' not in page
    assert client.post(f"/allocations/{row.pk}", {"pi": "me"}).status_code in (401, 403)


WRONG = [
    ({"hours_allocated": "many"}, "hours_allocated"),
    ({"hours_allocated": -1}, "hours_allocated"),
    ({"instrument_id": 999999}, "instrument"),
    ({"types": ["spectra"]}, "types"),
    ({"types": "triggered"}, "types"),
    ({"validity_ranges": [{"start_date": "2027-01-01", "end_date": "2026-01-01"}]}, "before end_date"),
    ({"validity_ranges": [{"start_date": "2027-01-01"}]}, "start_date and an end_date"),
    ({"validity_ranges": [{"start_date": "soon", "end_date": "2026-01-01"}]}, "validity_ranges"),
    ({"_altdata": "{not json"}, "_altdata"),
    ({"_altdata": [1]}, "_altdata"),
    ({"_altdata": {"queue": "ztfmma"}}, "access_token is missing"),
    ({"_altdata": {"access_token": "x", "address": "ftp://there"}}, "address"),
    ({"allocation_admin_ids": [999999]}, "not a member"),
    ({"default_share_group_ids": [999999]}, "group"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_makes_no_sense_is_refused_by_name(wrong, words, manager, group, ztf, api_of):
    status, answer = api_of(manager).post("allocation", body(group, ztf) | wrong)
    assert status == 400
    assert words in answer["message"]
    assert not Allocation.objects.exists()


def test_they_are_found_by_instrument_and_by_what_its_driver_can(manager, group, ztf, api_of):
    api, camera = api_of(manager), InstrumentFactory(api_classname="KAITAPI")
    mma, kait = AllocationFactory(group=group, instrument=ztf), AllocationFactory(group=group, instrument=camera)

    def ids(**asked):
        status, answer = api.get("allocation", **asked)
        return [row["id"] for row in answer["data"]] if status == 200 else answer["message"]

    assert ids(instrument_id=camera.pk) == [kait.pk]
    assert ids(apiType="api_classname") == [kait.pk]
    assert ids(apiType="api_classname_obsplan") == [mma.pk]
    assert ids(apiType="api_classname_obsplan", apiImplements="send_skymap,remove_skymap") == [mma.pk]
    assert ids(apiImplements="send_skymap") == []
    assert "apiType" in ids(apiType="rest")
    assert "apiImplements" in ids(apiImplements="dance")


def test_the_list_costs_the_same_however_long(manager, group, ztf, viewer_of, django_assert_num_queries):
    viewer = viewer_of(manager)
    for _ in range(5):
        AllocationFactory(group=group, instrument=ztf).admins.set([manager])
    with django_assert_num_queries(2):
        assert len([queries.shown(row) for row in queries.search(viewer)]) == 5


def test_the_page_takes_it_all(manager, group, ztf, client: Client):
    client.force_login(manager)
    given = {
        "proposal_id": "2026B-007", "pi": "Bond", "group_id": group.pk, "instrument_id": ztf.pk,
        "hours_allocated": "7", "validity_ranges": "2026-12-01 2027-05-31\n2027-08-01 to 2027-12-31",
        "types": ["triggered"],
    }  # fmt: skip
    made = client.post("/allocations/new", given)
    row = Allocation.objects.get()
    assert made.headers["Location"] == f"/allocations/{row.pk}"
    assert [span["end_date"][:10] for span in row.validity_ranges] == ["2027-05-31", "2027-12-31"]
    refused = client.post(f"/allocations/{row.pk}", given | {"validity_ranges": "2026-12-01"})
    assert refused.status_code == 400
    assert "Bond" in refused.content.decode()
    kept = client.post(f"/allocations/{row.pk}", given | {"access_token": SECRET, "queue": "ztfmma.test"})
    assert kept.status_code == 302
    assert client.post(f"/allocations/{row.pk}", given | {"hours_allocated": "8", "queue": "ztfmma"}).status_code == 302
    row.refresh_from_db()
    assert (row.hours_allocated, row.settings) == (8.0, {"access_token": SECRET, "queue": "ztfmma"})
    client.post(f"/allocations/{row.pk}/delete")
    assert not Allocation.objects.exists()
