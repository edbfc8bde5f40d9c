"""The archive holds every packet once, whole, and filters find in it what they found in the batch."""

import threading
from contextlib import closing

import pyarrow.parquet as pq
import pytest

from apps.candidates.alerts import batches, conditions, reading, schemas, simulator
from apps.candidates.alerts.archive import Archive, night_of
from apps.candidates.alerts.sandbox import FilterSpec, Passed, Sandbox

from .alert_data import needs_data, packets


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seconds=20) as running:
        yield running


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    simulator.write_night(folder, 61000, 150, seed=5)
    return [p for f in reading.expand([folder / "*.avro"]) for p in reading.read_file(f)]


@pytest.fixture(scope="module")
def bright(sandbox):
    arrow = schemas.from_tree(simulator.ztf_schema()).arrow
    return FilterSpec(
        "bright", conditions.validate("candidate.magpsf < 17", {"m": "candidate.magpsf"}, [arrow], sandbox)
    )


def test_a_batch_from_packets_to_alerts(tmp_path, sandbox, night, bright):
    archive = Archive(tmp_path)
    result = batches.process(batches.decode(night), [bright], sandbox, stream="ztf", archive=archive)
    expected = [p.record()["candid"] for p in night if p.record()["candidate"]["magpsf"] < 17]
    assert result.archived == result.packets == 150
    assert [int(p.alert.candid) for p in result.passed] == expected
    assert all(p.filters["bright"]["m"] == p.packet.record()["candidate"]["magpsf"] for p in result.passed)
    assert all(set(p.alert.cutouts) == {"new", "ref", "sub"} for p in result.passed)
    assert (result.refused, result.failed) == ([], [])


def test_the_same_packets_again_add_nothing(tmp_path, sandbox, night, bright):
    archive = Archive(tmp_path)
    first = batches.process(batches.decode(night), [bright], sandbox, stream="ztf", archive=archive)
    files = sorted(tmp_path.rglob("*"))
    for again in (night, night[:70], night[30:] + night[:40]):
        assert (
            batches.process(batches.decode(again), [bright], sandbox, stream="ztf", archive=Archive(tmp_path)).archived
            == 0
        )
    assert sorted(tmp_path.rglob("*")) == files
    assert sum(n.packets for n in archive.nights("ztf")) == first.archived


def test_a_packet_comes_back_whole(tmp_path, sandbox, night):
    archive = Archive(tmp_path)
    batches.process(batches.decode(night), [], sandbox, stream="ztf", archive=archive)
    for packet in night[::17]:
        record = packet.record()
        assert archive.packet("ztf", str(record["candid"])) == record
    assert archive.packet("ztf", "1") is None
    assert archive.forget_cutouts("ztf", "99999999") > 0
    without = archive.packet("ztf", str(night[0].record()["candid"]))
    assert without["candidate"] == night[0].record()["candidate"]
    assert "stampData" not in without["cutoutScience"]


def test_a_back_test_finds_what_the_live_batch_found(tmp_path, sandbox, night, bright):
    archive = Archive(tmp_path)
    live = batches.process(batches.decode(night), [bright], sandbox, stream="ztf", archive=archive)
    found = []
    for table, ids in archive.tables("ztf"):
        answer = sandbox.run(table, [bright], ids)["bright"]
        assert isinstance(answer, Passed)
        found += [ids[row] for row in answer.rows]
    assert sorted(found) == sorted(p.alert.candid for p in live.passed)


def test_half_written_files_are_never_seen(tmp_path, sandbox, night, monkeypatch):
    archive = Archive(tmp_path)

    def fail(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="no space"):
        batches.process(batches.decode(night), [], sandbox, stream="ztf", archive=archive)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_stream_names_cannot_leave_the_archive(tmp_path):
    for name in ("../x", "", ".hidden", "a/b", "a\x00"):
        with pytest.raises(ValueError, match="cannot be a stream"):
            Archive(tmp_path).nights(name)


def test_nights_are_utc_dates():
    assert (night_of(60000.0), night_of(60000.999), night_of(None), night_of(1e12)) == (
        "20230225",
        "20230225",
        "00000000",
        "00000000",
    )


@needs_data
@pytest.mark.realdata
def test_every_real_alert_is_archived_or_refused(tmp_path, sandbox):
    archive, total, refused = Archive(tmp_path), 0, []
    for batch in batches.in_batches(packets(), 400):
        result = batches.process(batches.decode(batch), [], sandbox, stream="all", archive=archive)
        total += result.archived
        refused += result.refused
    repeated = 6  # five of Rubin's samples share one id, two of them dated 4 million years ahead; one alert came twice
    assert len(refused) == 4
    assert all("known survey" in r.reason or "impossible time" in r.reason for r in refused)
    assert total + len(refused) + repeated >= len(packets())
    assert sum(n.packets for n in archive.nights("all")) == total


def test_the_next_batch_is_made_while_one_is_worked_on_and_never_more_than_one():
    made = []

    def source():
        for number in range(4):
            made.append((number, threading.current_thread() is threading.main_thread()))
            yield number
        raise OSError("the disk is gone")

    with closing(batches.ahead(source())) as items:
        for number in range(4):
            assert next(items) == number
            assert len(made) <= number + 2
        with pytest.raises(OSError, match="the disk is gone"):
            next(items)
    assert made == [(number, False) for number in range(4)]
