"""Who reads a point, who may add to it, and what others' points never show."""

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.models import Photometry, PhotStat, Upload
from skyportal.journal.models import JournalEntry

pytestmark = pytest.mark.django_db


def ids(answer):
    status, body = answer
    assert status == 200, body
    return body["data"]["ids"]


@pytest.fixture
def hidden(obj, upload, outsider, api_of):
    """A point of an outsider's own, on an obj that everybody here knows."""
    make_known([obj.pk], group_ids=[outsider.groups.get(single_user_group=True).pk])
    return ids(api_of(outsider).post("photometry", upload(mag=20.0, magerr=0.1)))[0]


def test_a_point_shared_with_nobody_is_its_uploaders(obj, hidden, member, outsider, api_of):
    assert api_of(outsider).get(f"photometry/{hidden}")[0] == 200
    status, answer = api_of(member).get(f"photometry/{hidden}")
    assert (status, answer["message"]) == (400, f"Cannot find photometry point with ID: {hidden}")
    assert answer["message"].replace(str(hidden), "0") == api_of(member).get("photometry/0")[1]["message"]
    assert api_of(member).get(f"sources/{obj.name}/photometry")[1]["data"] == []


def test_a_group_a_stream_and_all_read_what_is_shared_with_them(
    obj, upload, member, stream_member, group, stream, api_of
):
    (by_group,) = ids(api_of(member).post("photometry", upload(mjd=1, mag=20.0, magerr=0.1, group_ids=[group.pk])))
    (by_stream,) = ids(api_of(member).post("photometry", upload(mjd=2, mag=20.0, magerr=0.1, stream_ids=[stream.pk])))
    (by_all,) = ids(api_of(member).post("photometry", upload(mjd=3, mag=20.0, magerr=0.1, group_ids="all")))
    seen = {p["id"] for p in api_of(stream_member).get(f"sources/{obj.name}/photometry")[1]["data"]}
    assert seen == {by_stream, by_all}
    assert by_group in {p["id"] for p in api_of(member).get(f"sources/{obj.name}/photometry")[1]["data"]}


def test_post_refuses_a_point_one_can_see_and_puts_nothing(upload, member, api_of):
    api = api_of(member)
    ids(api.post("photometry", upload(mag=20.0, magerr=0.1)))
    status, answer = api.post("photometry", upload(mjd=[58000.0, 58001.0], mag=20.0, magerr=0.1))
    assert status == 400
    assert "The following photometry already exists in the database" in answer["message"]
    assert (Photometry.objects.count(), Upload.objects.count()) == (1, 1)


def test_post_refuses_the_same_point_twice_in_one_body(upload, member, api_of):
    status, answer = api_of(member).post("photometry", upload(mjd=[1.0, 1.0], mag=20.0, magerr=0.1))
    assert (status, "already exists" in answer["message"]) == (400, True)
    assert not Photometry.objects.exists()


def test_another_filter_is_another_point(upload, member, api_of):
    assert len(ids(api_of(member).post("photometry", upload(filter=["ztfg", "ztfr"], mag=20.0, magerr=0.1)))) == 2


def test_a_hidden_point_refuses_nobody(upload, hidden, member, api_of):
    (own,) = ids(api_of(member).post("photometry", upload(mag=20.0, magerr=0.1)))
    assert own != hidden


def test_put_keeps_what_one_can_see_and_shares_it_more_widely(upload, member, outsider, group, stream, api_of):
    (first,) = ids(api_of(member).post("photometry", upload(mag=20.0, magerr=0.1, group_ids=[group.pk])))
    body = upload(mjd=[58001.0, 58000.0], mag=20.0, magerr=0.1, stream_ids=[stream.pk])
    new, same = ids(api_of(member).put("photometry", body))
    assert (same, new != first) == (first, True)
    assert Photometry.objects.get(pk=first).audience.stream_ids == [stream.pk]
    assert group.pk in Photometry.objects.get(pk=first).audience.group_ids
    assert sum(PhotStat.objects.values_list("num_obs", flat=True)) == 2


def test_put_of_a_hidden_point_never_widens_it(upload, hidden, member, outsider, group, api_of):
    before = Photometry.objects.get(pk=hidden).audience_id
    (own,) = ids(api_of(member).put("photometry", upload(mag=20.0, magerr=0.1, group_ids=[group.pk])))
    assert own != hidden
    assert Photometry.objects.get(pk=hidden).audience_id == before
    assert Photometry.objects.get(pk=own).upload.owner == member


def test_put_twice_changes_nothing_the_second_time(upload, member, api_of):
    body = upload(mjd=[1.0, 2.0], mag=20.0, magerr=0.1)
    first = ids(api_of(member).put("photometry", body))
    about_points = JournalEntry.objects.filter(kind__startswith="Photometry")
    rows, entries = list(Photometry.objects.values()), about_points.count()
    assert ids(api_of(member).put("photometry", body)) == first
    assert (list(Photometry.objects.values()), about_points.count()) == (rows, entries)


def test_ignoring_the_flux_is_for_system_admins(upload, member, system_admin, group, api_of):
    (old,) = ids(api_of(member).post("photometry", upload(mag=20.0, magerr=0.1, origin="pipe", group_ids=[group.pk])))
    query = {"duplicate_ignore_flux": "true", "overwrite_flux": "true"}
    newer = upload(mag=19.0, magerr=0.1, origin="pipe")
    status, answer = api_of(member).put("photometry", newer, **query)
    words = "Ignoring flux/fluxerr when checking for duplicates is reserved to super admin users only"
    assert (status, answer["message"]) == (400, words)
    assert ids(api_of(system_admin).put("photometry", newer, **query)) == [old]
    assert api_of(member).get(f"photometry/{old}")[1]["data"]["mag"] == pytest.approx(19.0)


def test_only_its_owner_changes_a_point(upload, member, group_admin, group, api_of):
    (pk,) = ids(api_of(member).post("photometry", upload(mag=20.0, magerr=0.1, group_ids=[group.pk])))
    for verb, body in (("PATCH", upload(mag=19.0, magerr=0.1)), ("DELETE", None)):
        status, answer = api_of(group_admin)(verb, f"photometry/{pk}", body)
        assert (status, answer["message"]) == (400, f"Cannot find photometry point with ID: {pk}")
    assert api_of(member).patch(f"photometry/{pk}", upload(mag=19.0, magerr=0.1))[0] == 200
    assert api_of(member).get(f"photometry/{pk}")[1]["data"]["mag"] == pytest.approx(19.0)
    assert PhotStat.objects.get(num_obs=1).peak_mag == pytest.approx(19.0)
    assert api_of(member).delete(f"photometry/{pk}")[0] == 200
    assert not Photometry.objects.exists()
    assert not PhotStat.objects.exists()


def test_patch_replaces_groups_when_given_and_keeps_the_owner(upload, member, group_admin, group, api_of):
    (pk,) = ids(api_of(member).post("photometry", upload(mag=20.0, magerr=0.1, group_ids=[group.pk])))
    own = member.groups.get(single_user_group=True).pk
    assert api_of(member).patch(f"photometry/{pk}", upload(mag=20.0, magerr=0.1))[0] == 200
    assert Photometry.objects.get(pk=pk).audience.group_ids == sorted([own, group.pk])
    assert api_of(member).patch(f"photometry/{pk}", {"group_ids": []})[0] == 200
    assert Photometry.objects.get(pk=pk).audience.group_ids == [own]


def test_statistics_show_nothing_of_points_one_may_not_read(obj, hidden, member, outsider, api_of):
    assert api_of(outsider).get(f"sources/{obj.name}/phot_stat")[1]["data"]["num_det_global"] == 1
    assert api_of(member).get(f"sources/{obj.name}/phot_stat")[0] == 404
    assert api_of(member).get(f"sources/{obj.name}")[1]["data"]["photstats"] == []
    asked = {"includeDetectionStats": "true", "includePhotometryExists": "true"}
    seen = api_of(member).get(f"sources/{obj.name}", **asked)[1]["data"]
    assert (seen["photometry_exists"], seen["photstats"]) == (False, [])


def test_an_upload_is_deleted_whole_by_its_number(upload, member, system_admin, api_of):
    answer = api_of(member).post("photometry", upload(mjd=[1, 2, 3], mag=20.0, magerr=0.1))[1]
    path = f"photometry/bulk_delete/{answer['data']['upload_id']}"
    assert api_of(member).delete(path)[0] == 401
    status, said = api_of(system_admin).delete(path)
    assert (status, said["data"]) == (200, "Deleted 3 photometry points.")
    assert api_of(system_admin).delete(path)[0] == 400
    assert api_of(system_admin).delete("photometry/bulk_delete/x")[0] == 400


def test_all_points_of_an_obj_are_deleted_by_who_may(obj, upload, member, system_admin, api_of):
    ids(api_of(member).post("photometry", upload(mjd=[1, 2, 3], mag=20.0, magerr=0.1)))
    assert api_of(member).delete(f"sources/{obj.name}/photometry")[0] == 401
    assert api_of(system_admin).delete(f"sources/{obj.name}/photometry")[0] == 200
    assert not Photometry.objects.exists()


def test_photometry_of_a_hidden_obj_is_forbidden_in_the_words_of_an_absent_one(obj, outsider, api_of):
    for name in (obj.name, "nothing"):
        status, answer = api_of(outsider).get(f"sources/{name}/photometry")
        assert status == 403
        assert answer["message"] == f"Insufficient permissions for User {outsider.pk} to read Obj {name}"
