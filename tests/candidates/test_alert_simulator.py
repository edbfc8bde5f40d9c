"""The simulated night: the same for the same seed, true packets, and physics in small."""

import csv
import io
import json

import fastavro
import numpy as np
import pytest

from apps.candidates.alerts import cutouts, reading, resolvers, schemas, simulator, surveys
from apps.candidates.alerts.simulator import population

from .alert_data import DATA, needs_data

NIGHT = 61000


@pytest.fixture(scope="module")
def objects():
    return list(simulator.simulate(NIGHT, 400, seed=2))


@pytest.mark.parametrize("survey", simulator.SCHEMAS)
def test_the_same_seed_gives_the_same_bytes(tmp_path, survey):
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        summary = simulator.write_night(tmp_path / name, NIGHT, 40, seed=seed, survey_key=survey)
        assert summary["packets"] == 40
    files = {n: [p.read_bytes() for p in sorted((tmp_path / n).iterdir())] for n in "abc"}
    assert files["a"] == files["b"]
    assert files["a"] != files["c"]
    with (tmp_path / "a" / "truth.csv").open() as stream:
        assert sum(int(row["alerts"]) for row in csv.DictReader(stream)) == 40
    assert json.loads((tmp_path / "a" / "night.json").read_text())["night"] == NIGHT


def test_another_reader_reads_them_and_a_message_carries_its_schema(objects):
    packet = objects[0][0][0]
    (back,) = fastavro.reader(io.BytesIO(simulator.message(packet)))
    (ours,) = reading.read_message(simulator.message(packet), "topic/0/1")
    assert back == ours.record()
    assert back["candidate"]["candid"] == packet["candid"]
    assert ours.schema.version == "4.02"


def test_packets_keep_ztf_rules(objects):
    seen = set()
    for packet in (p for found, _ in objects for p in found):
        candidate, candid = packet["candidate"], packet["candid"]
        assert candid not in seen
        seen.add(candid)
        assert candidate["jd"] == pytest.approx(2457754.5 + candid // 10**10 / 1e5, abs=2e-5)
        assert candid // 10**6 == candidate["pid"]
        assert candidate["programid"] in (1, 2, 3)
        assert candidate["sigmapsf"] < 0.22
        for earlier in packet["prv_candidates"] or []:
            assert earlier["jd"] < candidate["jd"]
            assert (earlier["candid"] is None) == (earlier["magpsf"] is None)


@needs_data
@pytest.mark.realdata
def test_the_rubin_schema_is_rubins():
    published = resolvers.load(DATA / "lsst" / "schemas" / "10.0" / "lsst.v10_0.alert.avsc")
    ours = schemas.from_tree(simulator.SCHEMAS["lsst"]())
    assert (ours.name, ours.fields) == (published.name, published.fields)


def test_they_normalise_as_any_other(objects):
    for packet in (p for found, _ in objects[:40] for p in found):
        (read,) = reading.read_message(simulator.message(packet), "here")
        alert = surveys.normalise(read)
        assert alert.survey == "ztf"
        own = next(p for p in alert.photometry.points() if p.origin == "alert")
        assert (own.flux < 0) == (packet["candidate"]["isdiffpos"] == "f")


@pytest.fixture(scope="module")
def rubin():
    return [packet for found, _ in simulator.simulate(NIGHT, 150, 2, "lsst") for packet in found]


def test_rubin_packets_are_in_nanojansky_tai_and_large_numbers(rubin):
    seen = set()
    for packet in rubin:
        source, raw = packet["diaSource"], simulator.message(packet, "lsst")
        (back,) = fastavro.reader(io.BytesIO(raw))
        assert back["diaSource"]["diaSourceId"] == source["diaSourceId"] == packet["diaSourceId"] > 2**53
        (read,) = reading.read_message(raw, "here")
        alert = surveys.normalise(read)
        assert (alert.survey, alert.candid) == ("lsst", str(source["diaSourceId"]))
        assert alert.candid not in seen
        seen.add(alert.candid)
        assert NIGHT <= alert.mjd < NIGHT + 1
        assert (source["midpointMjdTai"] - alert.mjd) * 86400 == pytest.approx(37, abs=1e-4)
        points = alert.photometry.points()
        own = next(p for p in points if p.origin == "alert")
        assert own.flux * 1e3 == pytest.approx(source["psfFlux"], rel=1e-6)
        assert (own.flux < 0) == source["isNegative"]
        assert abs(source["psfFlux"]) > 5 * source["psfFluxErr"]
        forced = packet["prvDiaForcedSources"] or []
        assert sum(p.origin == "forced" for p in points) == len(forced)
        assert all(cutouts.image(alert.cutouts[kind]).shape == (63, 63) for kind in ("new", "ref", "sub"))
    assert any(p["diaSource"]["isNegative"] for p in rubin)
    assert max(len(p["prvDiaSources"] or []) for p in rubin) > 5


def test_pictures_show_what_the_packet_says(objects):
    for packet, truth in ((found[0], truth) for found, truth in objects):
        candidate = packet["candidate"]
        if truth.kind == "Bogus" or abs(candidate["scorr"]) < 70:
            continue
        difference = cutouts.image(packet["cutoutDifference"]["stampData"])
        assert difference.shape == (63, 63)
        measured = difference[26:37, 26:37].sum() * (1 if candidate["isdiffpos"] == "t" else -1)
        mag = candidate["magzpsci"] - 2.5 * np.log10(measured)
        assert mag == pytest.approx(candidate["magpsf"], abs=0.3)


def test_real_things_score_higher_than_bogus(objects):
    scores = {True: [], False: []}
    for found, truth in objects:
        scores[truth.kind == "Bogus"] += [p["candidate"]["drb"] for p in found]
    assert np.median(scores[False]) > 0.9 > 0.4 > np.median(scores[True])


@pytest.mark.parametrize("kind", sorted(population.EXPLOSIONS))
def test_explosions_are_brightest_at_their_maximum(kind):
    thing = population.draw(kind, 10.0, 10.0, float(NIGHT), np.random.default_rng(1))
    days = thing.peak_mjd + np.arange(-60, 200, 0.25)
    flux = population.difference_flux(thing, days, np.zeros(len(days), int))
    assert abs(days[np.argmax(flux)] - thing.peak_mjd) < 3 * thing.shape["rise"]
    assert 23.9 - 2.5 * np.log10(flux.max()) == pytest.approx(thing.peak_mag, abs=0.2)
    assert flux[0] < 0.05 * flux.max()


def test_distances_invert():
    for z in (0.005, 0.02, 0.1):
        assert population.redshift_at(population.distance_modulus(z)) == pytest.approx(z, rel=1e-4)
    assert population.distance_modulus(0.01) == pytest.approx(33.18, abs=0.05)
