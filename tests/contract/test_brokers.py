"""`/api/brokers`: connections and asking through them, as the public API has them; brokers are emulated."""

import pytest

from apps.candidates.models import Broker
from apps.sources.models import Obj, Photometry, Source, Thumbnail
from tests.emulators import brokers as emulated
from tests.emulators.brokers import DEC, NAME, PASSWORD, RA, SPEAK, settings_for
from tests.emulators.server import serve
from tests.factories import FilterFactory, StreamFactory

KEYS = sorted(SPEAK)
CONES = ("alerce", "antares", "boom", "fink", "lasair")


@pytest.fixture(autouse=True)
def reachable(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def connect(api_of, system_admin):
    """Make and activate a connection to an emulated broker; (its id, the emulator)."""
    api, running = api_of(system_admin), []

    def make(key):
        serving = serve(SPEAK[key])
        running.append(serving)
        emulator = serving.__enter__()
        body = {"name": f"my {key}", "broker_classname": f"{key.upper()}BROKER",
                "altdata": settings_for(key, emulator.address)}  # fmt: skip
        status, answer = api.post("brokers", body)
        assert status == 200, answer
        broker_id = answer["data"]["id"]
        assert api.patch(f"brokers/{broker_id}", {"active": True})[0] == 200
        return broker_id, emulator

    yield make
    for serving in running:
        serving.__exit__(None, None, None)


def test_a_connection_is_made_read_changed_and_deleted(api_of, system_admin, member):
    api = api_of(system_admin)
    body = {"name": "One", "broker_classname": "GENERICBROKER",
            "altdata": {"base_url": "https://broker.test", "token": "hush"}}  # fmt: skip
    broker_id = api.post("brokers", body)[1]["data"]["id"]
    shown = api.get(f"brokers/{broker_id}")[1]["data"]
    assert (shown["name"], shown["broker_classname"], shown["active"]) == ("One", "GENERICBROKER", True)
    assert shown["altdata"] == {"base_url": "https://broker.test"}
    assert shown["capabilities"]["query_alerts"] is True
    assert shown["capabilities"]["cone_search"] is shown["capabilities"]["cross_match_catalogs"] is False
    assert api.patch(f"brokers/{broker_id}", {"altdata": {"base_url": "https://other.test", "token": " "}})[0] == 200
    assert dict(Broker.objects.get().settings) == {"base_url": "https://other.test", "token": "hush"}
    for_others = api_of(member).get(f"brokers/{broker_id}")[1]["data"]
    assert "altdata" not in for_others
    assert [row["id"] for row in api_of(member).get("brokers")[1]["data"]] == [broker_id]
    assert api_of(member).post("brokers", body)[0] == 401
    assert api_of(member).patch(f"brokers/{broker_id}", {"active": False})[0] == 401
    assert api.patch(f"brokers/{broker_id}", {"active": False})[0] == 200
    status, answer = api.get(f"brokers/{broker_id}/alerts", objectId=NAME)
    assert (status, "is not active" in answer["message"]) == (400, True)
    assert api.delete(f"brokers/{broker_id}")[0] == 200
    assert api.get(f"brokers/{broker_id}")[0] == 400


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"broker_classname": "NOBROKER"}, "Invalid broker_classname"),
        ({"altdata": {}}, "base_url is missing"),
        ({"altdata": {"base_url": "ftp://x"}}, "must begin with https://"),
        ({"altdata": []}, "altdata"),
        ({"name": ""}, "name"),
        ({"default_crossmatch": True}, "cross_match_catalogs"),
    ],
)
def test_a_connection_that_cannot_work_is_refused(api_of, system_admin, change, words):
    body = {"name": "One", "broker_classname": "GENERICBROKER", "altdata": {"base_url": "https://broker.test"}}
    status, answer = api_of(system_admin).post("brokers", body | change)
    assert status == 400
    assert words in answer["message"]
    assert not Broker.objects.exists()


def test_activating_tries_the_credentials(api_of, system_admin):
    api = api_of(system_admin)
    with serve(emulated.boom) as emulator:
        good = settings_for("boom", emulator.address)
        body = {"name": "B", "broker_classname": "BOOMBROKER", "altdata": good | {"password": "wrong"}, "active": True}
        broker_id = api.post("brokers", body)[1]["data"]["id"]
        assert Broker.objects.get().active is False
        status, answer = api.patch(f"brokers/{broker_id}", {"active": True})
        assert status == 400
        assert "cannot be activated" in answer["message"]
        assert "wrong" not in answer["message"]
        assert api.patch(f"brokers/{broker_id}", {"altdata": {"password": PASSWORD}, "active": True})[0] == 200
        assert Broker.objects.get().active is True
        status, answer = api.patch(f"brokers/{broker_id}", {"altdata": {"password": "other"}})
        assert (status, "cannot stay active" in answer["message"]) == (400, True)
        assert Broker.objects.get().settings["password"] == PASSWORD


def test_what_is_missing_to_activate_is_named(api_of, system_admin):
    api = api_of(system_admin)
    body = {"name": "B", "broker_classname": "BOOMBROKER", "altdata": {"host": "boom.test"}}
    broker_id = api.post("brokers", body)[1]["data"]["id"]
    status, answer = api.patch(f"brokers/{broker_id}", {"active": True})
    assert status == 400
    assert "cannot be activated" in answer["message"]
    assert "username" in answer["message"]
    assert "password" in answer["message"]


def test_there_is_one_default_of_each_kind(api_of, system_admin):
    api = api_of(system_admin)
    boom = {"name": "B", "broker_classname": "BOOMBROKER", "altdata": {"host": "boom.test"},
            "default_alert_search": True, "default_crossmatch": True}  # fmt: skip
    first = api.post("brokers", boom)[1]["data"]["id"]
    other = {"name": "A", "broker_classname": "ALERCEBROKER", "default_alert_search": True}
    second = api.post("brokers", other)[1]["data"]["id"]
    shown = {
        row["id"]: (row["default_alert_search"], row["default_crossmatch"]) for row in api.get("brokers")[1]["data"]
    }
    assert shown == {first: (False, True), second: (True, False)}


def test_every_kind_of_broker_says_what_it_needs(api_of, member):
    kinds = api_of(member).get("internal/broker_apis")[1]["data"]
    assert {f"{key.upper()}BROKER" for key in (*KEYS, "pittgoogle", "ampel", "babamul")} <= set(kinds)
    assert kinds["GENERICBROKER"]["formSchemaConfig"]["required"] == ["base_url"]
    assert kinds["BOOMBROKER"]["methodsImplemented"]["cross_match_catalogs"] is True
    assert kinds["FINKBROKER"]["uiSchema"] == {"fink": {"password": {"ui:widget": "password"}}}
    assert kinds["LASAIRBROKER"]["filterKind"] == "query"


@pytest.mark.parametrize("key", KEYS)
def test_an_object_is_told_in_one_form_whichever_broker_tells_it(api_of, system_admin, connect, key):
    broker_id, _ = connect(key)
    status, answer = api_of(system_admin).get(f"brokers/{broker_id}/alerts/{NAME}")
    assert status == 200, answer
    told = answer["data"]
    assert told["objectId"] == NAME
    assert (told["candidate"]["ra"], told["candidate"]["dec"]) == pytest.approx((RA, DEC), abs=1e-6)
    mags = [row["magpsf"] for row in told["prv_candidates"] if row["magpsf"] and row["programid"] in (None, 1)]
    assert mags == pytest.approx(emulated.MAGS, abs=1e-6)
    jds = [row["jd"] for row in told["prv_candidates"] if row["magpsf"] and row["programid"] in (None, 1)]
    assert jds == pytest.approx(emulated.JDS, abs=1e-6)
    limits = [row["diffmaglim"] for row in told["prv_candidates"] if row["psfFlux"] is None]
    assert limits == ([20.9] if key in ("alerce", "fink") else [])
    assert api_of(system_admin).get(f"brokers/{broker_id}/alerts/ZTF26nothing")[0] == 400


@pytest.mark.parametrize("key", CONES)
def test_a_cone_finds_what_is_there(api_of, system_admin, connect, key):
    broker_id, _ = connect(key)
    api = api_of(system_admin)
    found = api.get(f"brokers/{broker_id}/alerts", ra=RA, dec=DEC, radius=5)[1]["data"]
    assert [row["objectId"] for row in found] == [NAME]
    assert api.get(f"brokers/{broker_id}/alerts", ra=10.0, dec=DEC, radius=5)[1]["data"] == []
    assert api.get(f"brokers/{broker_id}/alerts", ra=10.0, dec=99, radius=5)[0] == 400
    assert api.get(f"brokers/{broker_id}/alerts", ra=10.0, dec=9, radius="nan")[0] == 400
    assert api.get(f"brokers/{broker_id}/alerts")[0] == 400


def test_catalogues_are_matched_without_the_alerts(api_of, member, connect):
    broker_id, _ = connect("boom")
    api = api_of(member)
    status, answer = api.get(f"brokers/{broker_id}/cone_search", ra=RA, dec=DEC, radius=0.001, radius_units="deg")
    assert status == 200, answer
    assert list(answer["data"]) == ["Gaia_DR3"]
    assert (answer["data"]["Gaia_DR3"][0]["_id"], answer["data"]["Gaia_DR3"][0]["ra"]) == ("42", RA)
    status, answer = api.get(f"brokers/{broker_id}/cone_search")
    assert (status, "Missing required parameters" in answer["message"]) == (400, True)
    alerce, _ = connect("alerce")
    status, answer = api.get(f"brokers/{alerce}/cone_search", ra=RA, dec=DEC, radius=3)
    assert (status, list(answer["data"])) == (200, ["ALeRCE"])
    generic, _ = connect("generic")
    status, answer = api.get(f"brokers/{generic}/cone_search", ra=1, dec=2, radius=3)
    assert (status, "does not support cone_search" in answer["message"]) == (400, True)


@pytest.mark.parametrize("key", ["alerce", "boom", "fink"])
def test_cutouts_are_pictures(api_of, system_admin, connect, key):
    broker_id, _ = connect(key)
    found = api_of(system_admin).get(f"brokers/{broker_id}/alerts/{NAME}/cutouts")[1]["data"]
    assert set(found) == {"cutoutScience", "cutoutTemplate", "cutoutDifference"}
    assert found["cutoutScience"].startswith("data:image/png;base64,")


def test_partners_data_reach_partners_only(api_of, connect, member, outsider, system_admin, stream):
    broker_id, _ = connect("boom")

    def programmes(user):
        status, answer = api_of(user).get(f"brokers/{broker_id}/alerts/{NAME}")
        return status, sorted({row["programid"] for row in answer["data"]["prv_candidates"]} if status == 200 else [])

    assert programmes(system_admin) == (200, [1, 2])
    assert programmes(outsider) == (400, [])
    stream.altdata = {"survey": "ZTF", "programids": [1]}
    stream.save()
    assert programmes(member) == (200, [1])
    stream.altdata = {"survey": "ZTF", "programids": [1, 2]}
    stream.save()
    assert programmes(member) == (200, [1, 2])
    assert api_of(outsider).get(f"brokers/{broker_id}/alerts", ra=RA, dec=DEC, radius=5)[1]["data"] == []


def test_an_object_is_saved_with_all_that_is_known_and_again_changes_nothing(
    api_of, connect, group, group_admin, member
):
    broker_id, _ = connect("fink")
    api = api_of(group_admin)
    status, answer = api.post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [group.pk]})
    assert status == 200, answer
    obj = Obj.objects.get(name=NAME)
    assert (obj.ra, obj.dec) == pytest.approx((RA, DEC))
    assert list(Source.objects.filter(obj=obj, active=True).values_list("group_id", flat=True)) == [group.pk]
    assert Photometry.objects.filter(obj=obj).count() == 4
    assert sorted(Thumbnail.objects.filter(obj=obj).values_list("type", flat=True)) == ["new", "ref", "sub"]
    points = api_of(member).get(f"sources/{NAME}/photometry")[1]["data"]
    assert [p["mag"] for p in points if p["mag"]] == pytest.approx(emulated.MAGS, abs=1e-6)
    assert api.post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [group.pk]})[0] == 200
    assert Photometry.objects.filter(obj=obj).count() == 4
    assert api.post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": []})[0] == 400


def test_partners_points_that_are_saved_stay_with_the_partners(api_of, connect, group, group_admin, member, stream):
    stream.altdata = {"survey": "ZTF", "programids": [1]}
    stream.save()
    partners = StreamFactory(name="ZTF Partners", altdata={"survey": "ZTF", "programids": [1, 2]})
    group.streams.add(partners)
    group_admin.stream_grants.create(stream=partners)
    broker_id, _ = connect("boom")
    assert api_of(group_admin).post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [group.pk]})[0] == 200
    assert Photometry.objects.count() == 4
    assert len(api_of(group_admin).get(f"sources/{NAME}/photometry")[1]["data"]) == 4
    assert len(api_of(member).get(f"sources/{NAME}/photometry")[1]["data"]) == 3


def test_nobody_saves_to_a_group_that_is_not_theirs(api_of, connect, group, outsider):
    broker_id, emulator = connect("alerce")
    asked = len(emulator.asked)
    status, _ = api_of(outsider).post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [group.pk]})
    assert status in (400, 401)
    assert len(emulator.asked) == asked
    assert not Obj.objects.filter(name=NAME).exists()


def test_the_light_curve_is_what_is_here_and_what_the_broker_adds(api_of, connect, group, group_admin, outsider):
    broker_id, emulator = connect("alerce")
    theirs = api_of(outsider).get(f"brokers/{broker_id}/alerts/{NAME}/photometry")[1]["data"]
    assert [(p["id"], p["origin"]) for p in theirs] == [(None, "my alerce")] * 4
    api_of(group_admin).post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [group.pk]})
    ours = api_of(group_admin).get(f"brokers/photometry/{NAME}", survey="ZTF", format="both")[1]["data"]
    assert len(ours) == 4
    assert all(p["id"] for p in ours)
    assert api_of(outsider).get("brokers/photometry/ZTF26nothing", survey="LSST")[1]["data"] == []
    assert api_of(outsider).get(f"brokers/photometry/{NAME}")[0] == 400
    before = len(emulator.asked)
    api_of(outsider).get(f"brokers/{broker_id}/alerts/{NAME}/photometry")
    assert len(emulator.asked) == before
    api_of(outsider).get(f"brokers/{broker_id}/alerts/{NAME}/photometry", refresh="true")
    assert len(emulator.asked) > before


@pytest.mark.parametrize("mood", ["error", "garbage", "cut", "circles"])
@pytest.mark.parametrize("key", KEYS)
def test_a_broker_that_misbehaves_gives_a_sentence_not_a_crash(api_of, system_admin, connect, key, mood):
    broker_id, emulator = connect(key)
    emulator.mood = mood
    api = api_of(system_admin)
    for path in (f"alerts/{NAME}", f"alerts/{NAME}/photometry", f"alerts/{NAME}/cutouts"):
        status, answer = api.get(f"brokers/{broker_id}/{path}")
        assert (status, answer["status"]) == (400, "error"), answer
        assert PASSWORD not in answer["message"]
    status, answer = api.post(f"brokers/{broker_id}/alerts/{NAME}/save", {"group_ids": [1]})
    assert status == 400
    assert not Obj.objects.exists()


def test_names_cannot_lead_elsewhere(api_of, system_admin, connect):
    broker_id, emulator = connect("alerce")
    status, answer = api_of(system_admin).get(f"brokers/{broker_id}/alerts/NOPE")
    assert (status, "knows no NOPE" in answer["message"]) == (400, True)
    asked = len(emulator.asked)
    for name in ("..%2F..%2Fsecret", "a%3Fb", "a%23b", "%2e%2e"):
        assert api_of(system_admin).get(f"brokers/{broker_id}/alerts/{name}")[0] in (400, 404)
    assert len(emulator.asked) == asked


@pytest.fixture
def theirs(connect, group, stream):
    """A filter, and a connection to a broker that keeps filters."""
    return FilterFactory(name="theirs", group=group, stream=stream), connect("boom")[0]


def test_a_filter_is_tied_to_a_broker_versioned_validated_and_switched(api_of, connect, theirs, group_admin):
    found, broker_id = theirs
    api, path = api_of(group_admin), f"brokers/{theirs[1]}/filters/{theirs[0].pk}"
    status, answer = api.post(f"brokers/filters/{found.pk}/attach", {"broker_id": connect("alerce")[0]})
    assert (status, "does not support filters" in answer["message"]) == (400, True)
    assert api.post(f"brokers/filters/{found.pk}/attach", {"broker_id": broker_id})[1]["data"]["broker_id"] == broker_id
    rows = api.get("brokers/filters", brokerID=broker_id)[1]["data"]
    assert [(row["id"], row["broker_id"]) for row in rows["filters"]] == [(found.pk, broker_id)]
    assert (rows["totalMatches"], rows["pageNumber"], rows["numPerPage"]) == (1, 1, 25)
    status, answer = api.patch(path, {"active": True, "active_fid": "v1"})
    assert status == 400
    status, answer = api.post(path, {"altdata": [{"$match": {}}], "filters": {"tree": 1}})
    assert (status, answer["data"]["altdata"]["boom"]["filter_id"]) == (200, "b1"), answer
    status, answer = api.patch(path, {"active": True, "active_fid": "v1"})
    assert (status, "validat" in answer["message"]) == (400, True)
    assert api.post(f"{path}/validate", {})[0] == 400
    assert api.post(f"{path}/validate", {"fid": "v1"})[1]["data"]["passed"] is True
    assert api.patch(path, {"active": True, "active_fid": "v1"})[0] == 200
    assert api.patch(path, {"active": True, "active_fid": "v2"})[0] == 400
    assert api.get(path)[1]["data"]["active_fid"] == "v1"
    assert [row["id"] for row in api.get(f"brokers/{broker_id}/filters")[1]["data"]] == [found.pk]
    assert api.delete(path)[0] == 200
    assert api.get(path)[0] == 400


def test_a_preview_says_what_the_asker_may_see(api_of, theirs, member, stream):
    stream.altdata = {"survey": "ZTF", "programids": [1]}
    stream.save()
    _, broker_id = theirs
    status, answer = api_of(member).post(f"brokers/{broker_id}/filter/test", {"pipeline": [{"$match": {}}]})
    assert status == 200, answer
    assert answer["data"]["permissions"] == {"ZTF": [1]}
    assert "$project" in answer["data"]["pipeline"][-1]
    assert api_of(member).post(f"brokers/{broker_id}/filter/test", {"pipeline": "no json"})[0] == 400


def test_a_query_filter_is_kept_here(api_of, connect, group, stream, group_admin):
    broker_id, _ = connect("lasair")
    found = FilterFactory(name="sql", group=group, stream=stream)
    api, path = api_of(group_admin), f"brokers/{broker_id}/filters/{found.pk}"
    assert api.post(path, {"query": {"selected": "objects.objectId"}})[0] == 400
    query = {"selected": "objects.objectId", "tables": "objects", "conditions": "gmag < 18"}
    assert api.post(path, {"query": query})[1]["data"]["altdata"]["lasair"] == query
    assert api.post(f"brokers/{broker_id}/filter/test", query)[1]["data"][0]["objectId"] == NAME


def test_pieces_of_filters_are_kept_by_name(api_of, connect, member, group_admin):
    broker_id, _ = connect("lasair")
    api, path = api_of(group_admin), f"brokers/{broker_id}/filter_modules"
    piece = {"elements": "variables", "data": {"streams": ["ZTF (1, 2)", "ZTF Alerts"], "x": 1}}
    assert api.post(f"{path}/mine", piece)[0] == 200
    assert api.get(path, elements="variables")[1]["data"] == {
        "variables": [{"name": "mine", "streams": ["ZTF"], "x": 1}]
    }
    assert api.put(f"{path}/mine", {"elements": "variables", "data": {"x": 2}})[0] == 200
    assert api.get(f"{path}/mine", elements="variables")[1]["data"]["variables"]["x"] == 2
    assert api.get(f"{path}/nope", elements="blocks")[1]["data"] == {"blocks": None}
    status, answer = api.put(f"{path}/ghost", piece)
    assert (status, "No variables named 'ghost'" in answer["message"]) == (400, True)
    status, answer = api.get(path, elements="; drop")
    assert (status, "must be 'schema' or one of" in answer["message"]) == (400, True)
    assert api.post(f"{path}/x", {"elements": "bogus", "data": {}})[0] == 400
    assert "objects.objectId" in str(api.get(path)[1]["data"]["schema"])
