"""What is done about an event with telescope time: catalogues asked, maps sent to queues, and who triggered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.gcn.models import CatalogQuery, EventTrigger, SkymapTrigger
from apps.sources.models import Instrument, InstrumentField, Source
from tests.emulators.kowalski import TOKEN, speak_kowalski
from tests.emulators.server import serve
from tests.emulators.transients import speak_gaia
from tests.factories import AllocationFactory, GroupFactory, InstrumentFactory, TelescopeFactory, join, make_user
from tests.gcn.events_data import a_map, an_event, settle

pytestmark = pytest.mark.django_db
DECEMBER = datetime(2024, 12, 19, 12, 0, 0, tzinfo=UTC)
ADDRESS = "2024-12-19T12:00:00"


@pytest.fixture
def manager(group):
    user = make_user("manager", role="Full user")
    user.acls.add("Manage allocations")
    join(user, group)
    return user


@pytest.fixture
def event(group):
    """Its map holds Gaia24abc, of the two that Gaia found that month."""
    found = an_event(groups=[group.pk], dateobs=DECEMBER)
    a_map(found, 113.25, -31.98, 1.0)
    return found


@pytest.fixture
def gaia(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    InstrumentFactory(name="Gaia", telescope=TelescopeFactory(name="Gaia", nickname="Gaia"), filters=["gaia::g"])
    with serve(speak_gaia) as emulator:
        settings.CATALOG_SERVICES = {"gaia_alerts": f"{emulator.address}/alerts"}
        yield emulator


@pytest.fixture
def queue(settings):
    """A queue of Kowalski, and the allocation that may put sky maps there."""
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    waiting: dict = {}
    with serve(speak_kowalski(waiting)) as emulator:
        emulator.waiting = waiting
        yield emulator


@pytest.fixture
def ztf(group, queue, system_admin, api_of):
    body = {
        "name": "ZTF", "type": "imager", "filters": ["ztfg"], "telescope_id": TelescopeFactory().pk,
        "api_classname_obsplan": "ZTFMMAAPI", "field_fov_type": "rectangle", "field_fov_attributes": [4, 4],
        "field_data": {"ID": [550, 551, 552], "RA": [113.25, 125.0, 300.0], "Dec": [-31.98, -31.98, 40.0]},
    }  # fmt: skip
    assert api_of(system_admin).post("instrument", body)[0] == 200
    settings = {"access_token": TOKEN, "address": queue.address, "queue": "ztfmma.test"}
    return AllocationFactory(group=group, instrument=Instrument.objects.get(name="ZTF"), settings=settings)


def asking(allocation, **more):
    payload = {"catalogName": "Gaia", "localizationDateobs": ADDRESS, "localizationCumprob": 0.9} | more
    return {"allocation_id": allocation.pk, "payload": payload}


# ---- catalogues


def test_transients_in_the_map_become_sources_of_the_allocations_group(event, gaia, member, group, api_of):
    api, allocation = api_of(member), AllocationFactory(group=group)
    status, answer = api.post("catalog_queries", asking(allocation))
    assert status == 200, answer
    assert not gaia.asked, "nobody waits for others' services in a request"
    (row,) = api.get(f"gcn_event/{event.pk}/catalog_query")[1]["data"]
    assert (row["status"], row["allocation_id"], row["gcnevent_id"]) == (
        "pending submission", allocation.pk, event.pk,
    )  # fmt: skip
    assert row["payload"]["catalogName"] == "Gaia"
    settle()
    (row,) = api.get(f"gcn_event/{event.pk}/catalog_query")[1]["data"]
    assert row["status"] == "complete"
    saved = Source.objects.filter(active=True).values_list("obj__name", "group_id")
    assert list(saved) == [("Gaia24abc", group.pk)]


def test_a_map_without_any_says_so_and_one_that_is_gone_too(event, gaia, member, group, api_of):
    api, allocation = api_of(member), AllocationFactory(group=group)
    elsewhere = a_map(event, 10.0, 60.0, 1.0, "elsewhere")
    assert api.post("catalog_queries", asking(allocation, localizationName="elsewhere"))[0] == 200
    settle()
    told = CatalogQuery.objects.get().brought_in
    assert (told.state, told.total) == ("done", 0)
    assert "None of the 2 " in told.message
    assert api.post("catalog_queries", asking(allocation, localizationName="elsewhere"))[0] == 200
    elsewhere.delete()
    settle()
    assert not CatalogQuery.objects.exists()
    assert not Source.objects.exists()


@pytest.mark.parametrize("mood", ["error", "garbage"])
def test_a_service_that_fails_is_said_with_its_reason(mood, event, gaia, member, group, api_of):
    api, allocation = api_of(member), AllocationFactory(group=group)
    gaia.mood = mood
    assert api.post("catalog_queries", asking(allocation))[0] == 200
    settle()
    (row,) = api.get(f"gcn_event/{event.pk}/catalog_query")[1]["data"]
    assert row["status"].startswith("error: ")
    assert len(row["status"]) > 20


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"catalogName": "NED"}, "catalogName"),
        ({"localizationDateobs": None}, "names no sky map"),
        ({"localizationDateobs": "2031-01-01"}, "not found"),
        ({"localizationCumprob": 2}, "localizationCumprob"),
        ({"startDate": "soon"}, "startDate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_question_that_makes_no_sense_is_refused(wrong, words, event, gaia, member, group, api_of):
    status, answer = api_of(member).post("catalog_queries", asking(AllocationFactory(group=group), **wrong))
    assert status in (400, 404)
    assert words in answer["message"]
    assert not CatalogQuery.objects.exists()


def test_time_that_is_over_or_of_others_is_not_spent(event, gaia, member, group, api_of):
    past = (timezone.now() - timedelta(days=2)).replace(tzinfo=None).isoformat()
    over = AllocationFactory(group=group, validity_ranges=[{"start_date": "2020-01-01T00:00:00", "end_date": past}])
    others = AllocationFactory(group=GroupFactory())
    for allocation, words in ((over, "not valid now"), (others, "not available")):
        status, answer = api_of(member).post("catalog_queries", asking(allocation))
        assert (status, words in answer["message"]) == (400, True)
    hidden = CatalogQuery.objects.create(
        event=event, localization=event.localizations.get(), allocation=others, payload={}, target_group_ids=[]
    )
    assert api_of(member).get(f"gcn_event/{event.pk}/catalog_query")[1]["data"] == []
    assert hidden.pk


# ---- who triggered


def test_it_is_said_changed_and_taken_back_whether_time_was_spent(event, manager, member, group, api_of):
    allocation, api = AllocationFactory(group=group), api_of(manager)
    path = f"gcn_event/{ADDRESS}/triggered"
    assert api.get(f"{path}/{allocation.pk}")[1]["data"] == {}
    assert api.put(f"{path}/{allocation.pk}", {"triggered": True})[1]["data"]["triggered"] is True
    assert api.put(f"{path}/{allocation.pk}", {"triggered": "passed"})[1]["data"]["triggered"] is False
    assert [row["triggered"] for row in api.get(path)[1]["data"]] == [False]
    assert api.put(f"{path}/{allocation.pk}", {"triggered": "perhaps"})[0] == 400
    assert api.put(path, {"triggered": True})[0] == 400
    other = AllocationFactory(group=GroupFactory())
    assert api.put(f"{path}/{other.pk}", {"triggered": True})[0] == 400
    EventTrigger.objects.create(event=event, allocation=other, triggered=True)
    assert len(api.get(path)[1]["data"]) == 1
    assert api.delete(f"{path}/{allocation.pk}")[0] == 200
    assert api.delete(f"{path}/{allocation.pk}")[0] == 404
    assert api_of(member).get(path)[0] == 401


# ---- sky maps in queues


def send(api, ztf, event, **more):
    where = event.localizations.get()
    return api.post("skymap_trigger", {"allocation_id": ztf.pk, "localization_id": where.pk} | more)


def test_a_map_goes_to_the_queue_and_out_again(event, ztf, queue, member, api_of):
    api = api_of(member)
    status, answer = send(api, ztf, event, integrated_probability=0.9)
    assert status == 200, answer
    assert not queue.asked, "nobody waits for a telescope in a request"
    settle()
    row = SkymapTrigger.objects.get()
    assert row.status == "submitted to telescope queue"
    (told,) = queue.waiting.values()
    assert told["trigger_name"] == row.name
    assert told["trigger_time"] == pytest.approx(60663.5)
    assert told["user"] == member.username
    assert [field["field_id"] for field in told["fields"]] == [550]
    assert 0.8 < told["fields"][0]["probability"] <= 0.9
    assert row.sent["fields"] == [[550, told["fields"][0]["probability"]]]
    assert {path for path, _ in queue.asked} == {"/api/triggers/ztfmma.test"}
    assert api.get(f"skymap_trigger/{ztf.pk}")[1]["data"] == {"trigger_names": [row.name]}
    assert api.delete(f"skymap_trigger/{ztf.pk}", {"trigger_name": row.name})[0] == 200
    assert queue.waiting == {}
    row.refresh_from_db()
    assert row.status == "deleted from telescope queue"
    status, answer = api.delete(f"skymap_trigger/{ztf.pk}", {"trigger_name": row.name})
    assert (status, "trigger not found" in answer["message"]) == (502, True)


@pytest.mark.parametrize("mood", ["error", "garbage", "cut"])
def test_a_queue_that_fails_is_said_and_its_token_is_not(mood, event, ztf, queue, member, api_of, caplog):
    queue.mood = mood
    api = api_of(member)
    assert send(api, ztf, event)[0] == 200
    settle()
    row = SkymapTrigger.objects.get()
    assert row.status.startswith("rejected: ")
    assert TOKEN not in row.status + caplog.text + str(row.sent)
    status, answer = api.get(f"skymap_trigger/{ztf.pk}")
    assert status == 502
    assert TOKEN not in answer["message"]


def test_a_map_that_no_field_sees_or_no_driver_takes_is_refused_with_the_reason(
    event, ztf, queue, member, group, api_of
):
    api = api_of(member)
    plain = AllocationFactory(group=group)
    status, answer = send(api, plain, event)
    assert (status, "takes no sky maps" in answer["message"]) == (400, True)
    ztf.settings = {}
    ztf.save()
    status, answer = send(api, ztf, event)
    assert (status, "access_token is missing" in answer["message"]) == (400, True)
    ztf.settings = {"access_token": TOKEN, "address": queue.address}
    ztf.save()
    InstrumentField.objects.exclude(field_id=552).delete()
    assert send(api, ztf, event)[0] == 200
    settle()
    assert "no field of ZTF sees" in SkymapTrigger.objects.get().status
    assert not queue.waiting


def test_time_that_was_spent_is_not_deleted_but_goes_with_its_group(event, ztf, manager, group, api_of):
    api = api_of(manager)
    unspent = AllocationFactory(group=group)
    assert send(api, ztf, event)[0] == 200
    assert api.delete(f"allocation/{unspent.pk}")[0] == 200
    status, answer = api.delete(f"allocation/{ztf.pk}")
    assert (status, "spent" in answer["message"]) == (400, True)
    group.delete()
    assert not SkymapTrigger.objects.exists()


# ---- the page


def test_all_of_it_is_done_on_the_events_page(event, gaia, ztf, queue, manager, group, client):
    client.force_login(manager)
    page = f"/event/{ADDRESS}/telescope-time"
    where = event.localizations.get().pk
    assert "Send the sky map" in client.get(page).content.decode()
    given = {"allocation_id": ztf.pk, "localization_id": where}
    client.post(f"{page}/send", given | {"integrated_probability": "0.9"})
    client.post(f"{page}/catalog", given | {"catalogName": "gaia_alerts", "localizationCumprob": "0.9"})
    settle()
    shown = client.get(page).content.decode()
    assert "submitted to telescope queue" in shown
    assert "1 in the map, 1 new here" in shown
    assert client.post(f"{page}/{SkymapTrigger.objects.get().pk}/remove").status_code == 200
    assert queue.waiting == {}
    assert "triggered" in client.post(f"{page}/{ztf.pk}/flag/triggered").content.decode()
    assert EventTrigger.objects.get().triggered is True
    client.post(f"{page}/{ztf.pk}/flag/passed")
    assert EventTrigger.objects.get().triggered is False
    client.post(f"{page}/{ztf.pk}/flag/unsaid")
    assert not EventTrigger.objects.exists()
    refused = client.post(f"{page}/catalog", given | {"catalogName": "NED"})
    assert (refused.status_code, "none of" in refused.headers["HX-Trigger"]) == (204, True)


def test_who_has_no_time_is_told_what_it_is_for(event, outsider, group, client):
    join(outsider, group)
    client.force_login(outsider)
    shown = client.get(f"/event/{ADDRESS}/telescope-time").content.decode()
    assert "No telescope time" in shown
    assert "/allocations" in shown


def test_its_queries_do_not_grow_with_what_was_done(event, ztf, member, client, django_assert_max_num_queries):
    client.force_login(member)
    where = event.localizations.get()
    for n in range(5):
        AllocationFactory(group=ztf.group)
        SkymapTrigger.objects.create(event=event, localization=where, allocation=ztf, level=0.9, name=f"m{n}")
        CatalogQuery.objects.create(
            event=event, localization=where, allocation=ztf, payload={"catalogName": "Gaia"}, target_group_ids=[]
        )
    with django_assert_max_num_queries(16):
        assert "m4" in client.get(f"/event/{ADDRESS}/telescope-time").content.decode()
