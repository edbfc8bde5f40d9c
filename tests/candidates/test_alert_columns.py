"""Decoding a batch at once gives what decoding packets one by one gives, and damage never spreads."""

import io
import random

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.candidates.alerts import columns, reading, schemas, simulator, tables
from apps.candidates.alerts.columns import NotInColumns

from .alert_data import needs_data, packets

RECORD = {
    "type": "record",
    "name": "r",
    "fields": [
        {"name": "i", "type": "int"},
        {"name": "l", "type": ["null", "long"]},
        {"name": "d", "type": ["double", "null"]},
        {"name": "f", "type": "float"},
        {"name": "b", "type": ["null", "boolean"]},
        {"name": "s", "type": ["null", "string"]},
        {"name": "e", "type": {"type": "enum", "name": "band", "symbols": ["g", "r", "i"]}},
        {"name": "m", "type": {"type": "map", "values": "long"}},
        {"name": "p", "type": ["null", "bytes"]},
        {"name": "t", "type": ["null", {"type": "record", "name": "inner", "fields": [
            {"name": "x", "type": ["null", "double"]},
            {"name": "deep", "type": {"type": "array", "items": ["null", "string"]}}]}]},
        {"name": "a", "type": ["null", {"type": "array", "items": "inner"}]},
    ],
}  # fmt: skip
SCHEMA = schemas.from_tree(RECORD)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
inner = st.fixed_dictionaries({"x": st.none() | numbers, "deep": st.lists(st.none() | st.text(max_size=5), max_size=4)})
records = st.fixed_dictionaries(
    {
        "i": st.integers(-(2**31), 2**31 - 1),
        "l": st.none() | st.integers(-(2**63), 2**63 - 1),
        "d": st.none() | numbers,
        "f": numbers,
        "b": st.none() | st.booleans(),
        "s": st.none() | st.text(max_size=12),
        "e": st.sampled_from(["g", "r", "i"]),
        "m": st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=3),
        "p": st.none() | st.binary(max_size=20),
        "t": st.none() | inner,
        "a": st.none() | st.lists(inner, max_size=5),
    }
)


def encoded(record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, SCHEMA.parsed, record)
    return out.getvalue()


def as_table_has_it(record):
    return {k: list(v.items()) if k == "m" else v for k, v in record.items() if k != "p"}


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=1, max_size=12))
def test_any_records_come_back(rows):
    done = columns.decode(SCHEMA, [encoded(r) for r in rows])
    found = done.table.to_pylist()
    assert [found[k] for k in range(len(found))] == [as_table_has_it(rows[i]) for i in done.rows]
    start, length = done.cutouts[("p",)]
    for k, i in enumerate(done.rows):
        picture = None if length[k] < 0 else done.buffer[start[k] : start[k] + length[k]].tobytes()
        assert picture == rows[i]["p"]


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=2, max_size=6), st.randoms())
def test_damaged_packets_never_change_their_neighbours(rows, chance: random.Random):
    payloads = [encoded(r) for r in rows]
    hurt = chance.randrange(len(rows))
    raw = bytearray(payloads[hurt])
    for _ in range(3):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    payloads[hurt] = bytes(raw[: chance.randrange(len(raw))]) if chance.random() < 0.4 else bytes(raw)
    done = columns.decode(SCHEMA, payloads)
    found = dict(zip(done.rows.tolist(), done.table.to_pylist(), strict=True))
    for i, row in found.items():
        if i != hurt:
            assert row == as_table_has_it(rows[i])
    whole, _ = tables.tabulate([reading.Packet("x", i, SCHEMA, p) for i, p in enumerate(payloads)], fewest_at_once=1)
    rest = {p.index: row for t in whole for p, row in zip(t.packets, t.columns.to_pylist(), strict=True)}
    assert all(rest[i] == as_table_has_it(rows[i]) for i in range(len(rows)) if i != hurt)


def test_a_mixed_union_is_left_to_the_other_reader():
    mixed = schemas.from_tree({"type": "record", "name": "m", "fields": [{"name": "v", "type": ["int", "string"]}]})
    with pytest.raises(NotInColumns):
        columns.decode(mixed, [b"\0\0"])


def test_one_very_long_list_does_not_slow_the_batch_nor_is_it_lost():
    schema = schemas.from_tree(simulator.ztf_schema())
    encode = simulator.encoder(simulator.ztf_schema())
    some = [p for found, _ in simulator.simulate(61000, 60, 3) for p in found]
    some[7]["prv_candidates"] = (some[7]["prv_candidates"] or some[8]["prv_candidates"]) * 60
    whole, bad = tables.tabulate([reading.Packet("x", i, schema, encode(p)) for i, p in enumerate(some)])
    assert not bad
    assert [len(row["prv_candidates"] or []) for row in whole[0].columns.to_pylist()] == [
        len(p["prv_candidates"] or []) for p in some
    ]


@needs_data
@pytest.mark.realdata
def test_real_packets_are_the_same_both_ways():
    at_once, _ = tables.tabulate(packets(), fewest_at_once=1)
    singly, _ = tables.tabulate(packets(), fewest_at_once=10**9)
    assert len(at_once) == len(singly)
    for a, b in zip(at_once, singly, strict=True):
        assert a.columns.equals(b.columns)
        assert a.cutouts == b.cutouts
