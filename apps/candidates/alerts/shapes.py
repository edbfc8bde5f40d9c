"""The shape of packets that carry no Avro schema: JSON objects, and rows of a Parquet file.

A Parquet file says its types; JSON does not, so there all packets of the file are looked at (never only the first).
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from .containers import BadPacket
from .schemas import DEEPEST, Field, PacketSchema


def shape_of(packets: list[dict] | pa.Schema) -> PacketSchema:
    """The schema that all these packets, or rows of this Arrow schema, have."""
    if isinstance(packets, pa.Schema):
        return PacketSchema("parquet", "", tuple(_from_arrow(f.name, f.type) for f in packets))
    fields = reduce(_both, (_from_value("packet", p) for p in packets), Field("packet", "record"))
    return PacketSchema("json", "", fields.children)


def _from_arrow(name: str, kind: pa.DataType) -> Field:
    if kinds.is_struct(kind):
        return Field(name, "record", tuple(_from_arrow(f.name, f.type) for f in kind))
    if kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        return Field(name, "array", (_from_arrow("element", kind.value_type),))
    if kinds.is_map(kind):
        return Field(name, "map", (_from_arrow("element", kind.item_type),))
    for test, avro in _ARROW:
        if test(kind):
            return Field(name, avro)
    return Field(name, "mixed")


_ARROW = [
    (kinds.is_boolean, "boolean"),
    (kinds.is_integer, "long"),
    (kinds.is_floating, "double"),
    (kinds.is_timestamp, "time"),
    (kinds.is_null, "null"),
    (lambda k: kinds.is_binary(k) or kinds.is_large_binary(k) or kinds.is_fixed_size_binary(k), "bytes"),
    (lambda k: kinds.is_string(k) or kinds.is_large_string(k), "string"),
]


def _from_value(name: str, value: Any, depth: int = 0) -> Field:
    if depth > DEEPEST:
        raise BadPacket(f"the JSON is nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        return Field(name, "record", tuple(_from_value(k, v, depth + 1) for k, v in value.items()))
    if isinstance(value, list):
        items = (_from_value("element", v, depth + 1) for v in value)
        return Field(name, "array", (reduce(_both, items, Field("element", "null")),))
    return Field(name, _VALUES.get(type(value), "mixed"))


_VALUES = {type(None): "null", bool: "boolean", int: "long", float: "double", str: "string", bytes: "bytes"}


def _both(a: Field, b: Field) -> Field:
    """A field that can hold what either holds."""
    if a.kind == "null" or b.kind == "null":
        return b if a.kind == "null" else a
    if a.kind == b.kind == "record":
        merged = {f.name: f for f in a.children}
        for f in b.children:
            merged[f.name] = _both(merged[f.name], f) if f.name in merged else f
        return Field(a.name, "record", tuple(merged.values()))
    if a.kind == b.kind == "array":
        return Field(a.name, "array", (_both(a.children[0], b.children[0]),))
    if a.kind == b.kind:
        return a
    return Field(a.name, "double" if {a.kind, b.kind} == {"long", "double"} else "mixed")
