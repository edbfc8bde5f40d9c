"""Packets of every kind are read, or refused with a true reason."""

import io
import json
import os
import tracemalloc
import zlib
from collections import Counter

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apps.candidates.alerts import reading, tables
from apps.candidates.alerts.containers import long as read_long
from apps.candidates.alerts.reading import Packet, Refused
from apps.candidates.alerts.simulator.encoding import long

from .alert_data import DATA, everything, needs_data, packets, resolver

SCHEMA = {
    "type": "record",
    "name": "thing",
    "namespace": "test",
    "fields": [
        {"name": "objectId", "type": "string"},
        {"name": "candid", "type": "long"},
        {"name": "mag", "type": ["null", "float"], "default": None},
        {"name": "seen", "type": {"type": "array", "items": "double"}},
    ],
}
ROWS = [{"objectId": f"A{i}", "candid": 2**60 + i, "mag": None if i % 2 else 18.5, "seen": [1.0] * i} for i in range(5)]


def container(codec="null", rows=ROWS, schema=SCHEMA, **options):
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), rows, codec=codec, **options)
    return out.getvalue()


def read(raw, **options):
    return list(reading.read_message(raw, "here", **options))


@needs_data
@pytest.mark.realdata
def test_every_file_is_read_or_refused_with_a_reason():
    refused = [item for item in everything() if isinstance(item, Refused)]
    assert Counter(p.where.split("alerts/")[1].split("/")[0] for p in packets()) >= Counter(
        {"ztf": 1012, "elasticc_simulated": 200, "lsst": 105, "decat": 26, "pgir": 13, "atlas": 10, "winter": 9,
         "turbo": 9, "winter_2022_sim": 4, "askap": 1, "decam_desirt": 1, "roman_rapid": 1}
    )  # fmt: skip
    assert {os.path.splitext(r.where)[1] for r in refused} == {".csv", ".yaml", ".avsc"}
    assert all(r.reason.startswith("not an alert packet") for r in refused)


@needs_data
@pytest.mark.realdata
def test_no_packet_is_damaged():
    assert tables.tabulate(packets())[1] == []


@needs_data
@pytest.mark.realdata
def test_invalid_defaults_are_read_leniently():
    path = next((DATA / "turbo").iterdir())
    with pytest.raises(Exception, match="Default value"), path.open("rb") as stream:
        list(fastavro.reader(stream))
    (packet,) = reading.read_file(path)
    assert packet.record()["publisher"] == "turbo_test"


@needs_data
@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "version"), [("7912941781254298", "v9_0"), ("25409136044802067", "v7_1"), ("alerce_message_0", "v7_4")]
)
def test_confluent_messages_find_their_schema_in_a_folder(name, version):
    raw = (DATA / "lsst" / "confluent_wire" / f"{name}.avro").read_bytes()
    (packet,) = read(raw, resolver=resolver())
    assert version in packet.schema.name
    assert packet.record()["diaSource"]["band"] in "ugrizy"
    (without,) = read(raw)
    assert isinstance(without, Refused)
    assert "no schema folder or registry" in without.reason


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"])
@pytest.mark.parametrize("interval", [1, 16000])
def test_codecs_and_containers_of_several_records(codec, interval):
    raw = _zstandard_container() if codec == "zstandard" else container(codec, sync_interval=interval)
    found = read(raw)
    assert [p.record() for p in found] == ROWS
    assert [p.index for p in found] == list(range(5))


def _zstandard_container():
    plain = container("null", sync_interval=10**6)
    start = plain.index(b"avro.schema") + len("avro.schema")
    size, start = read_long(plain, start, len(plain))
    schema, sync = plain[start : start + size], plain[-16:]
    head = (
        b"Obj\x01"
        + long(2)
        + b"".join(long(len(x)) + x for x in (b"avro.codec", b"zstandard", b"avro.schema", schema))
        + b"\0"
    )
    parsed, body = fastavro.parse_schema(SCHEMA), io.BytesIO()
    for row in ROWS:
        fastavro.schemaless_writer(body, parsed, row)
    packed = pa.Codec("zstd").compress(body.getvalue(), asbytes=True)
    return head + sync + long(len(ROWS)) + long(len(packed)) + packed + sync


def test_json_objects_lists_and_lines():
    one = {"objectId": "A", "candid": 2**60 + 1, "candidate": {"jd": 2460000.5, "magpsf": None}}
    two = {"objectId": "B", "candid": 3, "candidate": {"jd": 2460001, "magpsf": 18.5, "extra": [1, 2.5]}}
    for raw in (json.dumps([one, two]), json.dumps(one) + "\n" + json.dumps(two)):
        found = read(raw.encode())
        assert [p.values["objectId"] for p in found] == ["A", "B"]
        (table,), _ = tables.tabulate(found)
        assert table.columns["candid"].to_pylist() == [2**60 + 1, 3]
        assert table.columns["candidate"].to_pylist()[0] == {"jd": 2460000.5, "magpsf": None, "extra": None}


def test_parquet_rows_are_packets(tmp_path):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    found = [packet for path in reading.expand([tmp_path]) for packet in reading.read_file(path)]
    assert [p.record() for p in found] == ROWS


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n", "PNG"),
        (b"objectId,ra,dec\n", "neither an Avro"),
        (b'{"a": 1', "JSON is not valid"),
        (b'["a"]', "not an object"),
        (b"[" * 100_000, "nested too deeply"),
        (b"Obj\x01", "ends inside"),
        (b"Obj\x01" + long(1) + long(2**40), "ends inside the Avro header"),
        (b"Obj\x01" + b"\xff" * 40, "more than ten bytes"),
        (b"Obj\x01\0" + bytes(16), "no schema"),
        (b"PAR1" + b"x" * 100, "Parquet"),
        (os.urandom(3) and b"\x07\x99" + bytes(range(200)), "neither"),
    ],
)
def test_what_is_no_packet_is_refused_with_a_reason(raw, reason):
    (refused,) = read(raw)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_truncated_files_give_what_is_whole_and_a_reason():
    raw = container(sync_interval=1)
    for cut in range(len(raw)):
        for item in read(raw[:cut]):
            assert isinstance(item, Refused) or item.record() in ROWS


def test_damage_to_one_packet_spares_the_others():
    raw = bytearray(container(sync_interval=1))
    at = raw.index(b"A2")
    raw[at] = 0xFF  # not UTF-8
    good, bad = tables.tabulate(read(bytes(raw)))
    assert good[0].columns["objectId"].to_pylist() == ["A0", "A1", "A3", "A4"]
    assert [b.index for b in bad] == [2]
    assert "UTF-8" in bad[0].reason


@pytest.mark.parametrize("size", [2**31, 2**62])
def test_declared_sizes_take_no_memory(size):
    raw = container(sync_interval=10**6)
    head = raw[: raw.index(raw[-16:]) + 16]
    payload = long(8) + b"x" * 4 + long(1) + b"\0" + long(size)
    tracemalloc.start()
    for body in (long(1) + long(size) + b"abc", long(size) + long(3) + b"abc", long(1) + long(len(payload)) + payload):
        items = read(head + body + raw[-16:])
        _, bad = tables.tabulate([i for i in items if isinstance(i, Packet)])
        assert bad or all(isinstance(i, Refused) for i in items)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_a_bomb_of_deflate_is_refused():
    raw = container("deflate", sync_interval=10**6)
    head = raw[: raw.index(raw[-16:]) + 16]
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeeze.compress(bytes(300 * 2**20)) + squeeze.flush()
    (refused,) = read(head + long(1) + long(len(bomb)) + bomb + raw[-16:])
    assert "would unpack to more than" in refused.reason


def test_schemas_that_explode_are_refused():
    inner = {"type": "record", "name": "r0", "fields": [{"name": "x", "type": "int"}]}
    for level in range(1, 18):
        name = inner["name"]
        inner = {
            "type": "record",
            "name": f"r{level}",
            "fields": [{"name": "a", "type": inner}, {"name": "b", "type": name}],
        }
    for schema in (
        inner,
        {"type": "record", "name": "n", "fields": [{"name": "x", "type": {"type": "array", "items": "null"}}]},
    ):
        text = json.dumps(schema).encode()
        raw = b"Obj\x01" + long(1) + long(11) + b"avro.schema" + long(len(text)) + text + b"\0" + bytes(16)
        (refused,) = read(raw)
        assert isinstance(refused, Refused)


def test_unions_of_several_types_become_text():
    schema = {"type": "record", "name": "m", "fields": [{"name": "v", "type": ["null", "int", "string"]}]}
    found = read(container(rows=[{"v": 1}, {"v": "x"}, {"v": None}], schema=schema))
    (table,), _ = tables.tabulate(found, fewest_at_once=1)
    assert table.columns["v"].to_pylist() == ["1", "x", None]
