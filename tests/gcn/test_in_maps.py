"""Sources and candidates inside sky maps; objs and maps that find each other; what is held of counterparts."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.candidates.alerts.batches import Places
from apps.candidates.entries import CandidatesArrived
from apps.gcn.actions import alerts_in_maps
from apps.gcn.actions.alerts_in_maps import follow
from apps.gcn.actions.localizations import add_localization
from apps.gcn.actions.matching import match_objs
from apps.gcn.models import AlertInMap, Counterpart, GcnEvent, Localization, ObjInMap
from apps.gcn.queries import matching
from apps.sources.actions.galaxies import set_host
from apps.sources.actions.objs import change_obj
from apps.sources.models import Galaxy, Obj, Source
from skyportal.access.viewer import Viewer
from skyportal.astro.sky import hpx
from skyportal.astro.skymaps import credible, shapes
from skyportal.astro.skymaps.distances import normalisation
from skyportal.astro.skymaps.tiles import Distance, SkyMap
from skyportal.astro.time import mjd_of
from skyportal.journal.models import JournalEntry
from skyportal.journal.recording import record
from tests.factories import FilterFactory
from tests.gcn.events_data import WHEN, a_map, an_event, an_obj, settle

pytestmark = pytest.mark.django_db
DATEOBS = "2026-01-02T03:04:05"
WINDOW = {"startDate": "2026-01-02", "endDate": "2026-01-20", "localizationDateobs": DATEOBS}
DAY = timedelta(days=1)


@pytest.fixture
def field(group):
    """An event with a round map of two degrees, and objs at, near and far from its middle."""
    event = an_event()
    where = a_map(event)
    objs = {
        "at": an_obj(group, "ZTF26at", 150.0, 2.0, detected=WHEN + DAY),
        "near": an_obj(group, "ZTF26near", 153.0, 2.0, detected=WHEN + DAY),  # 1.5 sigma: 68 %
        "edge": an_obj(group, "ZTF26edge", 155.8, 2.0, detected=WHEN + DAY),  # 2.9 sigma: 98.5 %
        "old": an_obj(group, "ZTF26old", 150.1, 2.0, detected=WHEN - 9 * DAY),
        "far": an_obj(group, "ZTF26far", 250.0, 2.0, detected=WHEN + DAY),
    }
    for obj in objs.values():
        Source.objects.create(obj=obj, group=group)
    settle()
    return event, where, objs


def names(answer, key="sources"):
    status, body = answer
    assert status == 200, body
    return {row["id"] for row in body["data"][key]}


def test_sources_in_a_map_by_level_and_time(field, member, api_of):
    api = api_of(member)
    assert names(api.get("sources", **WINDOW, localizationCumprob=0.5)) == {"ZTF26at"}
    assert names(api.get("sources", **WINDOW, localizationCumprob=0.9)) == {"ZTF26at", "ZTF26near"}
    assert names(api.get("sources", **WINDOW, localizationCumprob=0.7)) == {
        "ZTF26at",
        "ZTF26near",
    }
    assert names(api.get("sources", **WINDOW)) == {"ZTF26at", "ZTF26near"}  # 95 %
    assert names(api.get("sources", **WINDOW, localizationCumprob=0.995)) == {"ZTF26at", "ZTF26near", "ZTF26edge"}
    assert names(api.get("sources", **WINDOW, localizationName="cone", localizationCumprob=0.5)) == {"ZTF26at"}
    earlier = WINDOW | {"startDate": "2025-12-01"}
    assert names(api.get("sources", **earlier, localizationCumprob=0.5)) == {"ZTF26at", "ZTF26old"}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"startDate": None}, 400),
        ({"endDate": "2099-01-01"}, 400),
        ({"localizationName": "other"}, 400),
        ({"localizationCumprob": 1.5}, 400),
        ({"localizationDateobs": "2020-01-01"}, 400),
        ({"localizationDateobs": None, "localizationName": "cone"}, 400),
    ],
)
def test_what_cannot_be_asked_of_a_map_says_why(field, member, api_of, asked, status):
    found, answer = api_of(member).get("sources", **(WINDOW | asked))
    assert found == status
    assert answer["message"]


def test_on_the_page_an_event_is_enough_the_usual_window_goes_with_it(field, member, client):
    """An empty field of the form is sent too, and what a person wrote stays."""
    client.force_login(member)
    answer = client.get("/sources", {"localizationDateobs": DATEOBS, "startDate": "", "minRedshift": "0.01"})
    asked = QueryDict(answer.url.partition("?")[2])
    assert asked.getlist("startDate") == [DATEOBS]
    assert asked["endDate"] > asked["startDate"]
    assert asked["minRedshift"] == "0.01"
    assert "ZTF26near" in client.get("/sources", WINDOW | {"startDate": DATEOBS, "endDate": ""}, follow=True).text


def test_what_a_group_holds_of_a_counterpart(field, member, outsider, group, api_of):
    api = api_of(member)
    path = f"sources_in_gcn/{DATEOBS}"
    said = {
        "source_id": "ZTF26at", "localization_name": "cone", "localization_cumprob": 0.9, "status": "rejected",
        "explanation": "a variable star", "start_date": "2026-01-02", "end_date": "2026-01-20", "group_id": group.pk,
    }  # fmt: skip
    assert api.post(path, said)[0] == 200
    assert api.post(path, said | {"localization_name": "of another event"})[0] == 404
    (row,) = api.get(path, sourcesIDList="ZTF26at,ZTF26far")[1]["data"]
    assert (row["obj_id"], row["status"], row["explanation"]) == ("ZTF26at", "rejected", "a variable star")
    assert row["confirmer_id"] == member.pk
    assert names(api.get("sources", **WINDOW, localizationRejectSources=True)) == {"ZTF26near"}
    assert api_of(outsider).get(path)[1]["data"] == []

    assert api.patch(f"{path}/ZTF26at", {"status": "confirmed", "notes": "it faded"})[0] == 200
    row = api.get(f"{path}/ZTF26at")[1]["data"]
    assert (row["status"], row["explanation"], row["notes"]) == ("confirmed", "a variable star", "it faded")
    assert api.get("associated_gcns/ZTF26at")[1]["data"] == {"gcns": [DATEOBS]}
    assert [e.payload["before"] for e in JournalEntry.objects.filter(kind="CounterpartJudged").order_by("pk")] == [
        "", "rejected",
    ]  # fmt: skip
    api.post(path, said | {"source_id": "ZTF26far", "status": "ambiguous"})
    both = names(api.get("sources", **WINDOW, includeSourcesInGcn=True))
    assert both == {"ZTF26at", "ZTF26near", "ZTF26far"}
    listed = api.get("sources", **WINDOW, includeSourcesInGcn=True, sortBy="gcn_status", sortOrder="desc")
    assert [r["id"] for r in listed[1]["data"]["sources"]][:2] == ["ZTF26at", "ZTF26far"]
    detail = api.get("sources/ZTF26at", includeGCNCrossmatches=True, includeGCNNotes=True)[1]["data"]
    assert detail["gcn_crossmatch"][0]["dateobs"] == DATEOBS
    assert detail["gcn_notes"][0]["status"] == "confirmed"
    assert api.delete(f"{path}/ZTF26at")[0] == 200
    status, answer = api.get(f"{path}/ZTF26at")
    assert (status, "not confirmed/rejected" in answer["message"]) == (404, True)
    assert api.patch(f"{path}/ZTF26at", {"status": "perhaps"})[0] == 400
    assert Counterpart.objects.count() == 1


def test_nobody_judges_for_a_group_that_is_not_theirs(field, outsider, group, api_of):
    said = {"source_id": "ZTF26at", "status": "confirmed", "group_id": group.pk}
    status, _ = api_of(outsider).post(f"sources_in_gcn/{DATEOBS}", said)
    assert status in (400, 404)
    assert not Counterpart.objects.exists()


@pytest.fixture
def now(monkeypatch):
    """A day after the event of these tests."""
    monkeypatch.setattr(matching, "timezone", type("Clock", (), {"now": staticmethod(lambda: WHEN + DAY)}))


def pairs():
    return set(ObjInMap.objects.values_list("obj__name", "localization__name"))


def test_a_new_map_finds_what_was_detected_since(field):
    assert pairs() == {("ZTF26at", "cone"), ("ZTF26near", "cone"), ("ZTF26edge", "cone")}
    other = an_event(ivorn="ivo://test/2", dateobs=WHEN + 3 * DAY, trigger_id="T2", aliases=())
    a_map(other, name="second")
    settle()
    assert not {pair for pair in pairs() if pair[1] == "second"}, "two days after their detection"
    other = an_event(ivorn="ivo://test/40", dateobs=WHEN - 40 * DAY, trigger_id="T40", aliases=())
    a_map(other, name="long ago")
    settle()
    assert {pair for pair in pairs() if pair[1] == "long ago"} == set(), (
        "first seen when nobody looked for its counterpart any more"
    )
    other = an_event(ivorn="ivo://test/3", dateobs=WHEN + DAY / 2, trigger_id="T3", aliases=())
    a_map(other, ra=156.0, name="third")
    settle()
    assert {pair for pair in pairs() if pair[1] == "third"} == {
        ("ZTF26edge", "third"),
        ("ZTF26near", "third"),
        ("ZTF26at", "third"),
    }


def test_a_new_obj_is_found_in_every_active_map_and_no_other(field, now, group):
    event, _, objs = field
    a_map(event, ra=152.0, name="newer")  # the newest map of an event counts
    product = a_map(event, ra=151.0, name="newer × another's")  # but not what it was crossed to
    Localization.objects.filter(pk=product.pk).update(overlap=1e-12)
    gone = an_event(ivorn="ivo://test/2", dateobs=WHEN - 40 * DAY, trigger_id="T2", aliases=())
    a_map(gone, name="too old")
    back = an_event(ivorn="ivo://test/3", dateobs=WHEN - DAY, trigger_id="T3", aliases=(), is_retraction=True)
    a_map(back, name="retracted")
    settle()
    ObjInMap.objects.all().delete()
    record(CandidatesArrived(["ZTF26at", "ZTF26far"], [1], [group.pk], 2, None))
    settle()
    assert pairs() == {("ZTF26at", "newer")}
    pair = ObjInMap.objects.get()
    sky = shapes.cone(152.0, 2.0, 2.0)
    density, level = credible.at(sky, [150.0], [2.0])
    assert (pair.density, pair.level) == pytest.approx((density[0], level[0]), rel=1e-5)
    assert f"event:{event.address}" in JournalEntry.objects.filter(kind="ObjsMatched").latest("pk").topics
    assert match_objs([objs["at"]]) == 0, "nothing twice"


def test_a_redshift_gives_a_density_in_space(field, now, group, monkeypatch):
    event, _, _ = field
    flat = shapes.cone(150.0, 2.0, 2.0)
    mu, sigma = np.full(len(flat), 200.0), np.full(len(flat), 40.0)
    solid = SkyMap(flat.lo, flat.hi, flat.density, Distance(mu, sigma, normalisation(mu, sigma)))
    kept = add_localization(event, "solid", solid)
    assert kept.distance == pytest.approx(214.9, abs=0.5)  # mean of N(200, 40) times r²
    near = an_obj(group, "ZTF26z1", 150.0, 2.0, redshift=0.045)  # 200 Mpc
    far = an_obj(group, "ZTF26z2", 150.0, 2.0, redshift=0.2)
    match_objs([near, far])
    found = dict(ObjInMap.objects.filter(localization=kept).values_list("obj__name", "volume_density"))
    assert found["ZTF26z1"] > 1e-9 > found["ZTF26z2"]


def test_pairs_follow_what_becomes_known_of_the_obj(field, now, group):
    """A redshift, a host, another place; and one that was there before its map has its density in space too."""
    event, flat, _ = field
    mu, sigma = np.full(flat.tile_count, 200.0), np.full(flat.tile_count, 40.0)
    cone = shapes.cone(150.0, 2.0, 2.0)
    solid = SkyMap(cone.lo, cone.hi, cone.density, Distance(mu, sigma, normalisation(mu, sigma)))
    early = an_obj(group, "ZTF26early", 150.0, 2.0, detected=WHEN + DAY, redshift=0.045)
    late = an_obj(group, "ZTF26late", 150.2, 2.0, detected=WHEN + DAY)
    kept = add_localization(event, "solid", solid)
    settle()

    def pairs_of(obj):
        rows = ObjInMap.objects.filter(localization=kept, obj=obj)
        return list(rows.values_list("level", "volume_density"))

    assert pairs_of(early)[0][1] > 1e-9
    assert pairs_of(late)[0][1] is None
    nearby = Galaxy.objects.create(
        catalog_name="CLU", name="NGC 1", ra=150.2, dec=2.0, hpx=int(hpx(150.2, 2.0)), distmpc=200.0
    )
    set_host(Viewer.system("a test"), late, nearby.name)
    settle()
    hosted = pairs_of(late)[0][1]
    assert hosted > 1e-9
    change_obj(Viewer.system("a test"), Obj.objects.get(pk=late.pk), {"redshift": 0.2})
    settle()
    assert pairs_of(late)[0][1] < hosted / 100
    change_obj(Viewer.system("a test"), Obj.objects.get(pk=late.pk), {"ra": 151.5})
    settle()
    assert pairs_of(late)[0][0] > pairs_of(early)[0][0]
    change_obj(Viewer.system("a test"), Obj.objects.get(pk=late.pk), {"ra": 20.0})
    settle()
    assert pairs_of(late) == []


def test_positions_are_two_queries_whatever_the_number_of_maps(field, now):
    for n in range(5):
        event = an_event(
            ivorn=f"ivo://more/{n}", dateobs=WHEN + timedelta(minutes=1 + n), trigger_id=f"M{n}", aliases=()
        )
        a_map(event, ra=150 + n, name=f"more {n}")
    with CaptureQueriesContext(connection) as queries:
        found = matching.matches([int(hpx(150.0, 2.0)), int(hpx(250.0, 2.0))])
    assert len(queries) == 2
    assert {one.place for one in found} == {0}
    assert len(found) == 6
    assert {one.level <= 0.99 for one in matching.matches([int(hpx(155.9, 2.0))])} == {True}, "3 sigma is 98.9 %"
    assert len(matching.matches([int(hpx(150.0, 9.0))])) == 0, "in none, although the maps go on to 4 sigma"
    # only the newest map of an event, and none of one that was taken back
    retold = a_map(event, ra=150.0, name="told again")
    GcnEvent.objects.filter(trigger_id="M0").update(is_retracted=True)
    found = matching.matches([int(hpx(150.0, 2.0))])
    assert (len(found), retold.pk in {one.localization_id for one in found}) == (5, True)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        given = {"since": timezone.now() - timedelta(days=9000), "places": [0], "cells": [int(hpx(150.0, 2.0))]}
        cursor.execute("explain " + matching._TILES, given)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # by its cell; of so few maps it may as well be looked for in each of them
    assert "gcn_tile_cell" in plan or "gcn_tile_of_map" in plan, plan


def test_candidates_in_a_map(field, member, group, stream, api_of):
    _, _, objs = field
    found = FilterFactory(group=group, stream=stream)
    passed = timezone.now()
    add([Passing(obj.pk, found.pk, passed - DAY) for obj in objs.values()], uploader_id=None)
    api = api_of(member)
    asked = {"groupIDs": group.pk, "localizationDateobs": DATEOBS}
    assert names(api.get("candidates", **asked, localizationCumprob=0.5), "candidates") == {"ZTF26at", "ZTF26old"}
    since = {"firstDetectionAfter": "2026-01-02", "lastDetectionBefore": "2026-01-20", "numberDetections": 1}
    assert names(api.get("candidates", **asked, **since), "candidates") == {"ZTF26at", "ZTF26near"}
    assert api.get("candidates", **asked, localizationName="other")[0] == 400
    assert api.get("candidates", groupIDs=group.pk, localizationName="cone")[0] == 400
    client = Client()
    client.force_login(member)
    page = client.get("/candidates", asked).content.decode()
    assert f'placeholder="{DATEOBS}"' in page, "what does not narrow the list does not stand there as if it did"
    narrowed = client.get("/candidates", asked | since).content.decode()
    assert all(f">{words}<" in narrowed for words in ("2026-01-20", "2026-01-02")), "its chips"
    levels = re.findall(r'href="/event/2026-01-02T03:04:05"[^>]*>level (0\.\d{3})<', page)
    assert len(levels) == page.count("data-item\n") == 3
    where = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/candidates?localizationDateobs={DATEOBS}"}
    url = f"/candidates/ZTF26at/reject?scanned={group.pk}"
    assert ">level 0.0" in client.post(url, headers=where).content.decode(), "after a decision, too"
    assert ">level " not in client.get("/candidates", {"groupIDs": group.pk}).content.decode()


def test_every_alert_of_a_batch_is_matched_in_memory_under_its_own_audience(field, now, member, stream, api_of):
    event, where, _ = field
    alerts_in_maps.forget()
    mjd = mjd_of(WHEN)
    places = Places(
        ["1", "2", "3", "4", "5"], ["ZTF26a", "ZTF26b", "ZTF26a", "ZTF26c", "ZTF26p"],
        np.array([150.0, 250.0, 150.0, 150.0, 150.0]), np.array([2.0, 2.0, 2.0, 2.0, 2.0]),
        np.array([mjd + 0.5, mjd + 0.5, mjd + 1.5, mjd - 1.0, mjd + 0.5]), [1, 1, 1, 1, 2],
    )  # fmt: skip
    stream.altdata = {"survey": "ZTF", "programids": [1]}
    stream.save()
    with CaptureQueriesContext(connection) as queries:
        assert follow(stream, [places]) == 3
    first = len(queries)
    with CaptureQueriesContext(connection) as queries:
        follow(stream, [places])
    assert len(queries) < first, "maps are kept between batches"
    rows = AlertInMap.objects.order_by("object_id")
    assert [(r.object_id, r.candid, round(r.first_mjd - mjd, 2), round(r.last_mjd - mjd, 2)) for r in rows] == [
        ("ZTF26a", "3", 0.5, 1.5), ("ZTF26p", "5", 0.5, 0.5),
    ]  # fmt: skip
    client = Client()
    client.force_login(member)
    page = client.get(f"/event/{event.address}/objs?show=alerts&map={where.pk}").content.decode()
    assert "ZTF26a" in page
    assert "ZTF26p" not in page, "a programme that no stream of theirs carries"
    alerts_in_maps.forget()
