"""Simulated notices: deterministic, readable by the readers of true ones, and their maps hold the truth."""

from __future__ import annotations

import csv
import json
from collections import Counter

import numpy as np
import pytest
from django.core.management import call_command

from apps.gcn.actions.demo import kilonova_of
from apps.gcn.actions.receiving import receive
from apps.gcn.models import GcnEvent, ReceivedNotice
from apps.gcn.notices import read, simulator
from apps.gcn.notices.base import AttachedMap, Cone
from apps.gcn.notices.reading import is_circular, is_xml, json_of
from apps.gcn.notices.simulator.gravity import Merger, localise
from skyportal.astro.sky import hpx, separation
from skyportal.astro.skymaps.distances import moments
from skyportal.astro.skymaps.reading import read as read_map
from skyportal.astro.skymaps.tiles import DEG2


@pytest.fixture(scope="module")
def told():
    return simulator.simulate(61000, seed=5)


def test_every_message_is_understood_and_the_same_seed_gives_the_same(told):
    messages, truths = told
    again, _ = simulator.simulate(61000, seed=5)
    assert [one.raw for one in again] == [one.raw for one in messages]
    notices = [read(one.raw, one.topic) for one in messages if not _is_circular(one.raw)]
    assert Counter(notice.stream for notice in notices) == {
        "LVC": 5, "Fermi": 4, "Swift": 2, "AMON": 1, "Einstein Probe": 1,
    }  # fmt: skip
    assert not [notice for notice in notices if {"GRB", "Neutrino"} <= notice.tags]
    assert len({notice.ivorn for notice in notices}) == len(notices)
    assert len({notice.trigger_id for notice in notices}) == len(truths) == 6
    assert {"BNS", "GW", "GRB", "Long GRB", "Neutrino", "Gold", "X-ray", "retracted", "< 1 per 100 years"} <= {
        tag for notice in notices for tag in notice.tags
    }
    assert all(notice.sent_at == one.sent_at.replace(microsecond=notice.sent_at.microsecond)
               for notice, one in zip(notices, (m for m in messages if not _is_circular(m.raw)), strict=True)
               if notice.stream != "Einstein Probe")  # fmt: skip


def _is_circular(raw):
    return not is_xml(raw) and is_circular(json_of(raw))


def test_positions_are_off_by_their_errors(told):
    messages, truths = told
    true = {truth["name"]: truth for truth in truths if "ra" in truth}
    off = []
    for notice in (read(one.raw) for one in messages if not _is_circular(one.raw)):
        for said in notice.skymaps:
            if isinstance(said, Cone):
                truth = true[notice.trigger_id]
                off.append(float(separation(said.ra, said.dec, truth["ra"], truth["dec"])) / 3600 / said.radius)
    assert len(off) == 7
    assert max(off) < 3


def test_maps_hold_the_truth_as_often_as_they_say_and_a_third_detector_makes_them_smaller(told):
    rng = np.random.default_rng(7)
    inside, areas = [], {2: [], 3: []}
    for _ in range(10):
        merger = Merger(rng.uniform(0, 360), float(np.degrees(np.arcsin(rng.uniform(-1, 1)))), 100.0, 61000.3)
        for detectors in (["H1", "L1"], ["H1", "L1", "V1"]):
            sky = localise(merger, detectors, 4e-4, 0.25, rng)
            order = np.argsort(sky.density)[::-1]
            cumulative = np.cumsum(sky.probability[order])
            (tile,) = sky.find(hpx(merger.ra, merger.dec))
            inside.append(cumulative[np.flatnonzero(order == tile)[0]] < 0.9)
            areas[len(detectors)].append(sky.area[order[: np.searchsorted(cumulative, 0.9) + 1]].sum() * DEG2)
    assert np.mean(inside) > 0.75
    assert np.median(areas[3]) < 0.5 * np.median(areas[2])
    assert 100 < np.median(areas[2]) < 5000


def test_the_distance_of_the_last_map_is_near_the_truth(told):
    messages, truths = told
    alerts = [read(one.raw) for one in messages if one.topic == "igwn.gwalert"]
    name = truths[0]["name"]
    (attached,) = [said for alert in alerts if (alert.trigger_id, alert.kind) == (name, "LVC_UPDATE")
                   for said in alert.skymaps]  # fmt: skip
    assert isinstance(attached, AttachedMap)
    mean, std = moments(read_map(attached.content))
    assert abs(mean - truths[0]["distance_mpc"]) < 3 * std


def test_the_merger_is_where_the_simulated_night_has_its_kilonova(tmp_path):
    rows = [
        ("Kilonova", 11.5, -3.25, 0.02, 60999.5),
        ("Kilonova", 1.0, 2.0, 0.01, 60900.0),
        ("SN Ia", 5, 5, 0.01, 61000),
    ]
    with (tmp_path / "truth.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("kind", "ra", "dec", "redshift", "peak_mjd"), *rows])
    merger = kilonova_of(tmp_path / "truth.csv", 61000)
    assert (merger.ra, merger.dec) == (11.5, -3.25)
    assert merger.distance == pytest.approx(90.0, rel=0.02)
    call_command("simulate_events", out=tmp_path / "out", truth=tmp_path / "truth.csv", verbosity=0)
    told = json.loads((tmp_path / "out" / "truth.json").read_text())["events"][0]
    assert (told["ra"], told["dec"]) == (11.5, -3.25)


@pytest.mark.django_db
def test_the_messages_become_events_through_the_door_of_true_ones(told, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for one in told[0]:
        receive(one.raw, one.topic)
    assert Counter(ReceivedNotice.objects.values_list("outcome", flat=True)) == {"understood": 15}
    assert GcnEvent.objects.count() == 6
    assert GcnEvent.objects.filter(is_retracted=True).count() == 1
    assert sorted(GcnEvent.objects.filter(circular_links__isnull=False).values_list("trigger_id", flat=True)) == sorted(
        truth["name"] for truth in told[1] if truth["what"] in ("BNS", "GRB") and len(truth["name"]) != 7
    )
