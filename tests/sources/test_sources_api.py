"""Saving, seeing, changing, leaving and deleting sources."""

import pytest
from django.utils import timezone

from apps.candidates.models import Filter, LatestCandidate
from apps.sources.models import Obj, Source, SourceView
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, ObjFactory, join, make_user

pytestmark = pytest.mark.django_db


def saved(api, name="ZTF26new", **more):
    status, answer = api.post("sources", {"id": name, "ra": 234.22, "dec": -22.33} | more)
    assert status == 200, answer
    return answer["data"]


def test_a_new_name_makes_an_obj_and_saves_it(member, group, api_of):
    answer = saved(api_of(member), group_ids=[group.pk], redshift=0.1)
    assert answer == {"id": "ZTF26new", "saved_to_groups": [group.pk]}
    obj = Obj.objects.get(name="ZTF26new")
    assert (obj.ra_dis, obj.dec_dis, obj.hpx is not None) == (234.22, -22.33, True)
    assert obj.redshift_history[0]["value"] == 0.1
    entry = JournalEntry.objects.get(kind="SourceSaved")
    assert entry.topics == ["source:ZTF26new", f"group:{group.pk}"]


def test_without_groups_it_goes_wherever_one_may_save(member, group, api_of):
    readonly = GroupFactory(name="Read only")
    join(member, readonly, can_save=False)
    groups = saved(api_of(member))["saved_to_groups"]
    assert group.pk in groups
    assert readonly.pk not in groups
    assert len(groups) == 3


def test_a_foreign_group_is_refused_and_nothing_made(member, api_of):
    foreign = GroupFactory(name="Foreign")
    for pk in (foreign.pk, 999_999):  # nobody can tell one that is absent
        status, answer = api_of(member).post("sources", {"id": "X1", "ra": 1, "dec": 1, "group_ids": [pk]})
        assert (status, answer["message"]) == (400, f"Cannot find group_id {pk}. Please remove and try again.")
    assert not Obj.objects.filter(name="X1").exists()


def test_saving_twice_is_one_row_and_one_entry(member, group, api_of):
    for _ in range(2):
        saved(api_of(member), group_ids=[group.pk])
    assert Source.objects.count() == 1
    assert JournalEntry.objects.filter(kind="SourceSaved").count() == 1


def test_a_save_may_be_left_out_where_other_groups_have_it(member, group, api_of):
    other = GroupFactory(name="Other")
    join(member, other)
    saved(api_of(member), group_ids=[other.pk])
    answer = saved(api_of(member), group_ids=[group.pk], ignore_if_in_group_ids={str(group.pk): [other.pk]})
    assert answer["saved_to_groups"] == []
    assert len(answer["warnings"]) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"ra": 1, "dec": 1}, "Missing required parameter: id"),
        ({"id": "A", "dec": 1}, "RA must not be null for a new Obj"),
        ({"id": "A", "ra": 1}, "Dec must not be null for a new Obj"),
        ({"id": "A/B", "ra": 1, "dec": 1}, "Invalid object ID"),
        ({"id": "A\x00", "ra": 1, "dec": 1}, "contains a NUL character"),
        ({"id": "a" * 300, "ra": 1, "dec": 1}, "Invalid object ID"),
        ({"id": "'; drop table x", "ra": 1, "dec": 1}, "Invalid object ID"),
        ({"id": "A", "ra": "x", "dec": 1}, "ra: Not a valid number."),
        ({"id": "A", "ra": 400, "dec": -100}, "dec: must be between -90 and 90.; ra: must be between 0 and 360."),
        ({"id": "A", "ra": 1, "dec": 1, "redshift": float("inf")}, "redshift: must be finite."),
        ({"id": "A", "ra": 1, "dec": 1, "transient": "maybe"}, "transient: Not a valid boolean."),
        ({"id": "A", "ra": 1, "dec": 1, "alias": [1]}, "alias: Not a valid list of strings."),
        ({"id": "A", "ra": 1, "dec": 1, "group_ids": ["x"]}, "Invalid group_ids"),
        ({"id": "A", "ra": 1, "dec": 1, "altdata": {"k": "\x00"}}, ""),
    ],
)
def test_what_makes_no_sense_is_refused(member, api_of, body, words):
    status, answer = api_of(member).post("sources", body)
    assert (status, words in answer["message"]) == (400, True), answer
    assert not Obj.objects.exists()


def test_a_hidden_obj_is_saved_by_name_but_keeps_its_facts(member, outsider, group, api_of):
    saved(api_of(member), group_ids=[group.pk], redshift=0.1)
    assert api_of(outsider).get("sources/ZTF26new")[0] == 404
    saved(api_of(outsider), ra=1.0, dec=2.0, redshift=3.0)
    seen = api_of(outsider).get("sources/ZTF26new")[1]["data"]
    assert (seen["ra"], seen["dec"], seen["redshift"]) == (234.22, -22.33, 0.1)


def test_absent_and_hidden_are_the_same_to_an_outsider(obj, outsider, api_of):
    api = api_of(outsider)
    for verb, tail in (("GET", ""), ("HEAD", ""), ("GET", "/groups"), ("GET", "/phot_stat"), ("GET", "/position")):
        hidden, absent = api(verb, f"sources/{obj.name}{tail}"), api(verb, f"sources/nothing{tail}")
        assert hidden == absent
        assert hidden[0] == 404
    for verb, path in (("PATCH", "sources/{}"), ("DELETE", "objs/{}")):
        assert api(verb, path.format(obj.name), {}) == api(verb, path.format("nothing"), {})
    assert api.get(f"source_exists/{obj.name}")[1] == api.get("source_exists/nothing")[1]


def test_detail_has_everything(member, group, api_of):
    api = api_of(member)
    saved(api, group_ids=[group.pk], redshift=0.05, alias=["SN1"], altdata={"a": 1})
    saved(api, "ZTF26dup", ra=234.2201, group_ids=[group.pk])
    seen = api.get("sources/ZTF26new")[1]["data"]
    assert (seen["id"], seen["alias"], seen["altdata"]) == ("ZTF26new", ["SN1"], {"a": 1})
    assert "hpx" not in seen
    assert len(seen["internal_key"]) == 32
    (in_group,) = seen["groups"]
    assert (in_group["name"], in_group["active"], in_group["saved_by"]["username"]) == ("Transients", True, "member")
    (twin,) = seen["duplicates"]
    assert twin["obj_id"] == "ZTF26dup"
    assert twin["separation"] == pytest.approx(0.333, abs=0.01)
    assert seen["luminosity_distance"] == pytest.approx(230, abs=3)
    assert seen["dm"] == pytest.approx(36.8, abs=0.1)
    assert {"gal_lat", "gal_lon", "classifications", "annotations", "photstats", "followup_requests"} <= seen.keys()


def test_groups_of_others_are_not_named(member, outsider, group, api_of):
    saved(api_of(member), group_ids=[group.pk])
    saved(api_of(outsider))
    names = {g["name"] for g in api_of(outsider).get("sources/ZTF26new")[1]["data"]["groups"]}
    assert "Transients" not in names
    assert {g["name"] for g in api_of(member).get("sources/ZTF26new/groups")[1]["data"]} >= {"Transients"}


def test_a_view_by_token_is_counted(obj, member, api_of):
    api_of(member).get(f"sources/{obj.name}")
    assert SourceView.objects.get().user == member


def test_head_tells_whether_it_is_saved(obj, member, group, api_of):
    assert api_of(member)("HEAD", f"sources/{obj.name}")[0] == 404
    saved(api_of(member), obj.name, group_ids=[group.pk])
    assert api_of(member)("HEAD", f"sources/{obj.name}")[0] == 200


def test_patch_changes_columns_and_keeps_their_history(obj, member, api_of):
    api = api_of(member)
    assert api.patch(f"sources/{obj.name}", {"redshift": 0.1, "redshift_error": 0.01})[0] == 200
    assert api.patch(f"sources/{obj.name}", {"redshift": 0.2, "ra": 151.0, "summary": "A supernova."})[0] == 200
    seen = api.get(f"sources/{obj.name}")[1]["data"]
    assert (seen["redshift"], seen["redshift_error"], seen["ra"]) == (0.2, 0.01, 151.0)
    assert [h["value"] for h in seen["redshift_history"]] == [0.1, 0.2]
    assert seen["summary_history"][0]["summary"] == "A supernova."
    assert Obj.objects.get(pk=obj.pk).hpx != obj.hpx
    assert api.patch(f"sources/{obj.name}", {"redshift": "high"})[0] == 400
    assert api_of(member, acls=["Comment"]).patch(f"sources/{obj.name}", {"redshift": 1})[0] == 401


def test_unsaving_leaves_the_row_inactive(member, group_admin, group, api_of):
    saved(api_of(member), group_ids=[group.pk])
    assert api_of(member).delete("sources/ZTF26new", {"group_id": group.pk})[0] == 401
    assert api_of(group_admin).delete("sources/ZTF26new", {})[0] == 400
    assert api_of(group_admin).delete("sources/ZTF26new", {"group_id": group.pk})[0] == 200
    source = Source.objects.get()
    assert (source.active, source.unsaved_by) == (False, group_admin)
    assert api_of(member).get("sources")[1]["data"]["totalMatches"] == 0
    assert api_of(member).get("sources/ZTF26new")[0] == 200


def test_a_group_is_asked_to_save_and_decides(obj, member, api_of):
    other = GroupFactory(name="Other")
    decider = make_user("decider", groups_=[other])
    body = {"objId": obj.name, "inviteGroupIds": [other.pk]}
    assert api_of(decider).post("source_groups", body)[0] == 404
    assert api_of(member).post("source_groups", body)[0] == 200
    pending = api_of(decider).get("sources", pendingOnly="true")[1]["data"]["sources"]
    assert [s["id"] for s in pending] == [obj.name]
    assert pending[0]["groups"][0]["requested"] is True
    decision = {"objId": obj.name, "groupID": other.pk, "active": True, "requested": False}
    assert api_of(member).patch("source_groups", decision)[0] == 400
    assert api_of(decider).patch("source_groups", decision)[0] == 200
    assert api_of(decider).get("sources")[1]["data"]["totalMatches"] == 1
    assert api_of(member).post("source_groups", {"objId": obj.name})[0] == 400
    assert api_of(decider).post("source_groups", {"objId": obj.name, "unsaveGroupIds": [other.pk]})[0] == 200
    assert api_of(decider).get("sources")[1]["data"]["totalMatches"] == 0


def test_existence_by_name_and_place(obj, member, api_of):
    api = api_of(member)
    assert api.get(f"source_exists/{obj.name}")[1]["data"]["source_exists"] is True
    near = api.get("source_exists", ra=150.0001, dec=2.0, radius=0.001)[1]["data"]
    assert (near["source_exists"], obj.name in near["message"]) == (True, True)
    assert api.get("source_exists", ra=151, dec=2.0, radius=0.001)[1]["data"]["source_exists"] is False
    assert api.get("source_exists", ra=151)[0] == 400


def test_an_obj_is_deleted_by_whoever_could_delete_all_of_it(obj, upload, member, group_admin, system_admin, api_of):
    api_of(member).post("photometry", upload(mag=20.0, magerr=0.1))
    assert api_of(group_admin).delete(f"objs/{obj.name}")[0] == 400
    assert api_of(member).delete(f"objs/{obj.name}")[0] == 200
    assert not Obj.objects.exists()
    ObjFactory(name="Other")
    assert api_of(system_admin).delete("objs/Other")[0] == 200


def test_the_weighted_position_knows_no_seam(member, group, upload, camera, api_of):
    api = api_of(member)
    saved(api, ra=0.0001, dec=10.0, group_ids=[group.pk])
    body = upload(obj_id="ZTF26new", mjd=[1, 2], ra=[359.9999, 0.0001], dec=10.0, mag=18.0, magerr=0.1)
    assert api.post("photometry", body)[0] == 200
    seen = api.get("sources/ZTF26new/position")[1]["data"]
    assert min(seen["ra"], 360 - seen["ra"]) == pytest.approx(0, abs=1e-6)
    assert seen["separation"] == pytest.approx(0.3545, abs=1e-3)


def test_statistics_are_recounted_by_system_admins(obj, upload, member, system_admin, group, api_of):
    path = f"sources/{obj.name}/phot_stat"
    for verb in ("POST", "PUT", "DELETE"):
        status, answer = api_of(member)(verb, path)
        assert (status, "Unauthorized" in answer["message"]) == (401, True)
    api_of(member).post("photometry", upload(mag=20.0, magerr=0.1, group_ids=[group.pk]))
    assert "already exists" in api_of(system_admin).post(path, {})[1]["message"]
    assert api_of(system_admin).delete(path)[0] == 200
    assert api_of(member).get(path)[0] == 404
    assert api_of(system_admin).post(path, {})[0] == 200
    assert api_of(member).get(path)[1]["data"]["peak_mag_global"] == pytest.approx(20.0)
    assert api_of(system_admin).put(path, {})[0] == 200


def test_the_first_page_counts_only_what_one_sees(
    obj, member, outsider, group, stream, api_of, client, django_assert_max_num_queries
):
    saved(api_of(member), obj.name, group_ids=[group.pk])
    api_of(member).get(f"sources/{obj.name}")
    for user, count in ((member, 1), (outsider, 0)):
        api = api_of(user)
        assert len(api.get("internal/recent_sources")[1]["data"]) == count
        assert len(api.get("internal/source_views")[1]["data"]) == count
        assert api.get("internal/source_counts")[1]["data"]["count"] == count
        assert len(api.get("internal/source_savers")[1]["data"]) == count
        client.force_login(user)
        with django_assert_max_num_queries(8):
            page = client.get("/home/top", {"days": "30"}).content.decode()
        assert (f'href="/source/{obj.name}"' in page, "Nobody looked yet" in page) == (count == 1, count == 0)
    assert api_of(member).get("internal/source_views")[1]["data"][0]["views"] == 1
    assert api_of(member).get("internal/source_counts", sinceDaysAgo="-1")[0] == 400
    assert api_of(member).get("internal/source_savers", candidatesOnly="true")[1]["data"] == []
    passed = Filter.objects.create(name="all", group=group, stream=stream)
    LatestCandidate.objects.create(obj=obj, filter=passed, passed_at=timezone.now(), first_passed_at=timezone.now())
    for user, count in ((member, 1), (outsider, 0)):
        assert len(api_of(user).get("internal/source_savers", candidatesOnly="true")[1]["data"]) == count
    for door in ("source_savers", "source_counts", "recent_sources", "source_views"):
        status, answer = api_of(member).get(f"internal/{door}", teamID=7)
        assert (status, "no team" in answer["message"]) == (400, True), door
    assert api_of(member).post(f"internal/source_views/{obj.name}", {})[0] == 400


def test_only_who_sees_an_obj_watches_it(obj, member, outsider, viewer_of):
    from skyportal.live.topics import may_watch

    assert may_watch(viewer_of(member), f"source:{obj.name}")
    assert not may_watch(viewer_of(outsider), f"source:{obj.name}")
    assert not may_watch(viewer_of(member), "source:")
