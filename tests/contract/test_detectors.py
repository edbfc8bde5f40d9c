"""`/api/mmadetector`: detectors, their uptime and spectra; who heard an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.gcn.models import Detector
from apps.gcn.queries.detectors import uptimes
from skyportal.access.viewer import Viewer
from tests.factories import make_user
from tests.gcn.events_data import a_detector, an_event, settle

pytestmark = pytest.mark.django_db
H1 = {"name": "Hanford", "nickname": "H1", "type": "gravitational-wave", "lat": 46.5, "lon": -119.4, "elevation": 142}


def test_detectors_are_kept_by_who_may(api_of, member, system_admin):
    api = api_of(system_admin)
    pk = api.post("mmadetector", H1)[1]["data"]["id"]
    assert api.post("mmadetector", H1)[0] == 400
    assert "latitude" in api.post("mmadetector", {**H1, "name": "x", "lat": None})[1]["message"]
    assert "type" in api.post("mmadetector", {**H1, "name": "x", "type": "radio"})[1]["message"]
    assert api_of(member).post("mmadetector", {**H1, "name": "y"})[0] == 401
    assert api.patch(f"mmadetector/{pk}", {"elevation": 150})[0] == 200
    one = api_of(member).get(f"mmadetector/{pk}")[1]["data"]
    assert (one["type"], one["elevation"], one["lat"]) == ("gravitational-wave", 150, 46.5)
    assert [row["id"] for row in api.get("mmadetector", name="Hanford")[1]["data"]] == [pk]
    assert api.get("mmadetector", name="none")[1]["data"] == []
    assert api.delete(f"mmadetector/{pk}")[0] == 200
    assert api.get(f"mmadetector/{pk}")[0] == 400


def test_uptime_is_told_found_by_time_and_changed_by_its_owner(api_of, member, group, outsider):
    row, api = a_detector(), api_of(member)
    there = "mmadetector/time_intervals"
    body = {"detector_id": row.pk, "group_ids": [group.pk]}
    two = [["2026-01-01T00:00:00", "2026-01-01T06:00:00"], ["2026-01-02T00:00:00", "2026-01-03T00:00:00"]]
    ids = api.post(there, {**body, "time_intervals": two})[1]["data"]["ids"]
    (third,) = api.post(there, {**body, "time_interval": ["2026-02-01", "2026-02-02"]})[1]["data"]["ids"]
    for wrong in (["2026-01-02", "2026-01-01"], ["x", "y"], ["2026-01-01"], None, {"a": 1}):
        status, answer = api.post(there, {**body, "time_interval": wrong})
        assert (status, "time_interval" in answer["message"]) == (400, True), wrong
    found = api.get(there, observedAfter="2026-01-01T12:00:00", observedBefore="2026-01-31", detectorIDs=row.pk)
    assert [one["id"] for one in found[1]["data"]] == [ids[1]]
    assert found[1]["data"][0]["groups"][0]["name"] == "Transients"
    reader = api_of(make_user("reader", groups_=[group]))
    assert len(reader.get(there, groupIDs=group.pk)[1]["data"]) == 3
    assert reader.patch(f"{there}/{third}", {"time_interval": ["2026-02-01", "2026-02-03"]})[0] == 403
    assert api.patch(f"{there}/{third}", {"time_interval": ["2026-02-01", "2026-02-03"]})[0] == 200
    assert reader.get(f"{there}/{third}")[1]["data"]["time_interval"][1].startswith("2026-02-03")
    assert api_of(outsider).get(there)[1]["data"] == []
    assert api_of(outsider).get(f"{there}/{third}")[0] == 403
    assert api.delete(f"{there}/{third}")[0] == 200


def test_spectra_are_told_with_rising_frequencies(api_of, member, group):
    row, api = a_detector(), api_of(member)
    body = {
        "detector_id": row.pk, "start_time": "2026-01-01", "end_time": "2026-01-02", "group_ids": "all",
        "frequencies": [10.0, 100.0, 1000.0], "amplitudes": [1e-20, 4e-24, 2e-23],
    }  # fmt: skip
    pk = api.post("mmadetector/spectra", body)[1]["data"]["id"]
    assert api.get(f"mmadetector/spectra/{pk}")[1]["data"]["amplitudes"] == body["amplitudes"]
    assert "frequencies" in api.post("mmadetector/spectra", {**body, "amplitudes": [1.0]})[1]["message"]
    assert api.post("mmadetector/spectra", {**body, "frequencies": [3, 2, 1]})[0] == 400
    assert api.patch(f"mmadetector/spectra/{pk}", {"frequencies": [5, 6], "amplitudes": [1, 2]})[0] == 200
    (one,) = api.get("mmadetector/spectra", observedBefore="2026-01-05")[1]["data"]
    assert one["frequencies"] == [5, 6]
    assert api.delete(f"mmadetector/spectra/{pk}")[0] == 200
    assert api.get("mmadetector/spectra")[1]["data"] == []


def test_an_event_knows_who_heard_it(api_of, member, client):
    a_detector()
    event = an_event(tags=frozenset({"GW", "H1", "L1"}), properties={"detectors": ["V1", "X9"]})
    settle()
    api = api_of(member)
    heard = api.get(f"gcn_event/{event.address}")[1]["data"]["detectors"]
    assert [one["nickname"] for one in heard] == ["H1", "L1", "V1"], "the known ones are made when they are first heard"
    assert Detector.objects.count() == 3
    client.force_login(member)
    assert "H1, L1, V1" in client.get(f"/event/{event.address}/head").content.decode()
    api.post(f"gcn_event/tags/{event.address}", {"text": "K1"})
    settle()
    assert set(event.detectors.values_list("nickname", flat=True)) == {"H1", "L1", "V1", "K1"}


def test_uptime_counts_overlaps_once_and_costs_a_fixed_number_of_queries(api_of, member, client):
    row, api, now = a_detector(), api_of(member), timezone.now()
    spans = [(12, 6), (8, 4), (40, 30), (900, 800)]  # hours ago
    pairs = [[(now - timedelta(hours=a)).isoformat(), (now - timedelta(hours=b)).isoformat()] for a, b in spans]
    api.post("mmadetector/time_intervals", {"detector_id": row.pk, "time_intervals": pairs, "group_ids": "all"})
    (found,) = uptimes(Viewer.system("a test"), now)
    assert found.day == pytest.approx(100 * 8 / 24)
    assert found.week == pytest.approx(100 * 18 / 168)
    assert found.until == now - timedelta(hours=4)
    client.force_login(member)
    with CaptureQueriesContext(connection) as one:
        assert "H1" in client.get("/detectors").content.decode()
    for n in range(4):
        a_detector(f"d{n}", f"D{n}")
    with CaptureQueriesContext(connection) as five:
        client.get("/detectors")
    assert len(five) == len(one) <= 12
