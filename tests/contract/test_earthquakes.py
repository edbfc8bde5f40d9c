"""`/api/earthquake`: told, listed, predicted at detectors, measured, talked about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.gcn.models import Earthquake, EarthquakeNotice, EarthquakePrediction
from skyportal.astro.seismology import travel_time
from tests.factories import make_user
from tests.gcn.events_data import WHEN, a_detector, an_earthquake
from tests.gcn.notice_data import needs_data, raw_of

pytestmark = pytest.mark.django_db
FIGURES = {"event_id": "us1", "date": "2026-01-02T00:00:00", "latitude": -3, "longitude": 140, "depth": 1e4}
QUAKEML = "voevent/malformed/quakeml_not_a_voevent.xml"


@needs_data
def test_quakeml_is_read_and_its_update_follows(api_of, member, outsider):
    api, xml = api_of(member), raw_of(QUAKEML).decode()
    pk = api.post("earthquake", {"xml": xml})[1]["data"]["id"]
    row = api.get("earthquake/nc73446401")[1]["data"]
    assert (row["id"], row["status"]) == (pk, "initial")
    (notice,) = row["notices"]
    assert (notice["magnitude"], notice["depth"], notice["lat"]) == (2.93, 7380, 39.3648333)
    assert notice["date"].startswith("2020-08-19T02:00:39")
    h1 = a_detector()
    assert api.post(f"earthquake/nc73446401/mmadetector/{h1.pk}/predictions", {})[0] == 200
    first = EarthquakePrediction.objects.get()
    assert first.distance == pytest.approx(847, abs=5)
    assert api.post("earthquake", {"xml": xml.replace("02:00:39", "02:00:49")})[1]["data"]["id"] == pk
    row = api.get("earthquake/nc73446401")[1]["data"]
    assert (row["status"], len(row["notices"])) == ("update", 2)
    assert EarthquakePrediction.objects.get().p - first.p == timedelta(seconds=10), "a prediction follows the update"
    assert api_of(outsider).post("earthquake", {"xml": xml})[0] == 403


@pytest.mark.parametrize(
    ("xml", "word"),
    [
        ("<a/>", "no QuakeML"), ("not xml", "well-formed"), ("<!DOCTYPE q [<!ENTITY a 'b'>]><q/>", "document type"),
        ("<quakeml><eventParameters/></quakeml>", "has 0"), (7, "text"),
        ("<quakeml><event eventid='1'/></quakeml>", "no origin"),
    ],
)  # fmt: skip
def test_what_is_no_quakeml_is_refused_with_a_reason(api_of, member, xml, word):
    status, answer = api_of(member).post("earthquake", {"xml": xml})
    assert (status, word in answer["message"]) == (400, True), answer
    assert not Earthquake.objects.exists()


def test_earthquakes_in_figures_are_listed_by_time_and_status(api_of, member):
    api = api_of(member)
    for wrong in ({}, {"magnitude": "big"}, {"magnitude": 99}, {"magnitude": 5, "date": "x"}):
        assert api.post("earthquake", {**FIGURES, **wrong})[0] == 400, wrong
    api.post("earthquake", {**FIGURES, "magnitude": 6.1, "status": "reviewed", "country": "Papua"})
    api.post("earthquake", {**FIGURES, "event_id": "us2", "magnitude": 5, "date": "2026-02-01"})
    found = api.get("earthquake")[1]["data"]
    assert ([one["event_id"] for one in found["events"]], found["totalMatches"]) == (["us2", "us1"], 2)
    assert api.get("earthquake", endDate="2026-01-15")[1]["data"]["events"][0]["notices"][0]["country"] == "Papua"
    assert api.get("earthquake", startDate="2026-01-15")[1]["data"]["totalMatches"] == 1
    assert api.get("earthquake", statusKeep="reviewed")[1]["data"]["totalMatches"] == 1
    assert api.get("earthquake", statusRemove="reviewed,initial")[1]["data"]["totalMatches"] == 0
    assert api.get("earthquake/status")[1]["data"] == ["initial", "reviewed"]
    assert api.get("earthquake/us3") == (404, api.get("earthquake/us3")[1])
    assert "Earthquake event not found" in api.get("earthquake/us3")[1]["message"]
    assert api_of(make_user("else")).delete("earthquake/us1")[0] == 403
    assert api.delete("earthquake/us1")[0] == 200
    assert not EarthquakeNotice.objects.filter(earthquake__event_id="us1").exists()


def test_waves_come_in_order_and_what_orbits_feels_none(api_of, member):
    quake, h1 = an_earthquake(member), a_detector()
    api = api_of(member)
    api.post(f"earthquake/{quake.event_id}/mmadetector/{h1.pk}/predictions", {})
    (said,) = api.get(f"earthquake/{quake.event_id}")[1]["data"]["predictions"]
    assert said["p"] < said["s"] < said["r5p0"] < said["r3p5"] < said["r2p0"]
    assert said["d"] == pytest.approx(11_160, abs=150), "from New Guinea to Hanford, km"
    h1.fixed_location = False
    h1.save()
    status, answer = api.post(f"earthquake/{quake.event_id}/mmadetector/{h1.pk}/predictions", {})
    assert (status, "no fixed location" in answer["message"]) == (400, True)


# from the tables of Kennett and Engdahl (1991), IASP91: a model of their own, seconds from a surface focus
@pytest.mark.parametrize(("degrees", "p"), [(10, 145), (20, 275), (30, 370), (50, 533), (70, 670), (90, 778)])
def test_travel_times_agree_with_another_model_of_the_earth(degrees, p):
    assert travel_time("P", degrees, 0) == pytest.approx(p, rel=0.025)
    assert 1.7 < travel_time("S", degrees, 0) / travel_time("P", degrees, 0) < 1.9
    assert travel_time("P", degrees, 600) < travel_time("P", degrees, 0)


def test_what_a_detector_felt_is_told_once_and_corrected_by_who_told_it(api_of, member):
    quake, h1, api = an_earthquake(), a_detector(), api_of(member)
    there = f"earthquake/{quake.event_id}/mmadetector/{h1.pk}/measurements"
    assert api.get(there)[0] == 404
    assert api.post(there, {})[0] == 400
    assert api.post(there, {"rfamp": 1e-6, "lockloss": 1})[0] == 200
    assert api.post(there, {"rfamp": 1e-6})[0] == 400
    other = api_of(make_user("else"))
    assert other.patch(there, {"lockloss": 0})[0] == 403
    assert api.patch(there, {"lockloss": 0})[0] == 200
    found = other.get(there)[1]["data"]
    assert (found["rfamp"], found["lockloss"]) == (1e-6, 0)
    assert api.delete(there)[0] == 200
    assert api.get(there)[0] == 404


def test_an_earthquake_has_a_page_where_it_is_talked_about(client, member, api_of):
    quake = an_earthquake()
    h1, here = a_detector(), f"/earthquake/{quake.event_id}"
    client.force_login(member)
    assert f'href="{here}"' in client.get("/earthquakes").content.decode()
    assert client.get("/earthquakes?startDate=nonsense").status_code == 400
    page = client.get(here).content.decode()
    assert "7.10" in page
    assert f"{here}/predict/{h1.pk}" in page
    assert client.get(f"/earthquake/{quake.pk}").url == here
    answer = client.post(f"{here}/predict/{h1.pk}", HTTP_HX_REQUEST="true")
    assert f"{here}/predict/" not in answer.content.decode()
    client.post(f"{here}/comments", {"text": "**felt**"}, HTTP_HX_REQUEST="true")
    assert "<strong>felt</strong>" in client.get(f"{here}/comments").content.decode()
    (row,) = api_of(member).get(f"earthquake/{quake.pk}/comments")[1]["data"]
    assert (row["earthquake_id"], row["resourceType"]) == (quake.pk, "earthquake")
    assert api_of(member).get(f"earthquake/{quake.event_id}")[1]["data"]["comments"] == [row]
    with CaptureQueriesContext(connection) as one:
        client.get("/earthquakes")
    for n in range(4):
        an_earthquake(name=f"us{n}", when=WHEN + timedelta(hours=n))
    with CaptureQueriesContext(connection) as five:
        client.get("/earthquakes")
    assert len(five) == len(one) <= 10
