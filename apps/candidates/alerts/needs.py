"""Which part of a packet a filter looks at, and a table cut or filled to that part.

The schema versions of a stream differ. A filter is checked against all of them together; on a table whose version
lacks a field the field is null there, so the condition does not pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds


def together(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """One schema with every field that any of them has."""
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for f in schema:
            key = f.name.lower()
            fields[key] = pa.field(f.name, _both(fields[key].type, f.type)) if key in fields else f
    return pa.schema(list(fields.values()))


def _both(a: pa.DataType, b: pa.DataType) -> pa.DataType:
    if a.equals(b) or kinds.is_null(b):
        return a
    if kinds.is_null(a):
        return b
    if kinds.is_struct(a) and kinds.is_struct(b):
        return pa.struct(list(together([pa.schema(list(a)), pa.schema(list(b))])))
    if kinds.is_list(a) and kinds.is_list(b):
        return pa.list_(pa.field("element", _both(a.value_type, b.value_type)))
    if kinds.is_map(a) and kinds.is_map(b):
        return pa.map_(pa.string(), _both(a.item_type, b.item_type))
    if _is_number(a) and _is_number(b):
        return pa.float64()
    return pa.string()


def _is_number(kind: pa.DataType) -> bool:
    return kinds.is_integer(kind) or kinds.is_floating(kind)


def pruned(schema: pa.Schema, columns: set[str], names: set[str], whole: set[str]) -> pa.Schema:
    """Only these columns, and of their records only fields of these names (all of them in columns used whole)."""
    kept = []
    for f in schema:
        key = f.name.lower()
        if key in columns:
            kept.append(f if key in whole else pa.field(f.name, _prune(f.type, names)))
    return pa.schema(kept)


def _prune(kind: pa.DataType, names: set[str]) -> pa.DataType:
    if kinds.is_struct(kind):
        kept = [pa.field(f.name, _prune(f.type, names)) for f in kind if f.name.lower() in names]
        return pa.struct(kept or [_smallest(kind)])
    if kinds.is_list(kind):
        return pa.list_(pa.field("element", _prune(kind.value_type, names)))
    return kind


def _smallest(kind: pa.StructType) -> pa.Field:
    """A record of which no field is named (``candidate is not null``) still needs one to exist."""
    plain = [f for f in kind if _is_number(f.type)]
    return plain[0] if plain else pa.field(kind.field(0).name, _prune(kind.field(0).type, set()))


def conform(table: pa.Table, wanted: pa.Schema) -> pa.Table:
    """The table with exactly the wanted columns; what it lacks is null."""
    have = {name.lower(): name for name in table.column_names}
    arrays = []
    for f in wanted:
        name = have.get(f.name.lower())
        if name is None:
            arrays.append(pa.nulls(len(table), f.type))
        else:
            arrays.append(_fitted(_one_chunk(table[name]), f.type))
    return pa.Table.from_arrays(arrays, schema=wanted)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks)
        if column.num_chunks
        else pa.array([], column.type)
    )


def _fitted(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type.equals(kind):
        return array
    if kinds.is_struct(kind) and kinds.is_struct(array.type):
        have = {array.type.field(i).name.lower(): i for i in range(array.type.num_fields)}
        parts = [
            _fitted(array.field(have[f.name.lower()]), f.type)
            if f.name.lower() in have
            else pa.nulls(len(array), f.type)
            for f in kind
        ]
        mask = pc.is_null(array) if array.null_count else None
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=mask)
    if kinds.is_list(kind) and kinds.is_list(array.type):
        array = array if not array.offset else pa.concat_arrays([array])
        values = _fitted(array.values, kind.value_type)
        mask = pc.is_null(array) if array.null_count else None
        return pa.ListArray.from_arrays(_plain_offsets(array), values, type=kind, mask=mask)
    return _cast(array, kind)


def _plain_offsets(array: pa.ListArray) -> pa.Array:
    return array.offsets


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """A plain value in another type (a version wrote 1 where others write "t"); null where it cannot be."""
    try:
        return array.cast(kind, safe=not _is_number(kind))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(array), kind)


def describe(schema: pa.Schema) -> list[tuple[str, str]]:
    """Every field a condition can name, by dotted path (``prv_candidates[].magpsf`` in lists), with its type."""
    return [(path, _word(kind)) for path, kind in _leaves(schema, "")]


def _leaves(fields: Sequence[pa.Field] | pa.Schema | pa.StructType, above: str):
    for f in fields:
        kind, path = f.type, above + f.name
        while kinds.is_list(kind):
            kind, path = kind.value_type, path + "[]"
        if kinds.is_struct(kind):
            yield from _leaves(kind, path + ".")
        else:
            yield path, kind


def _word(kind: pa.DataType) -> str:
    if kinds.is_boolean(kind):
        return "true or false"
    if kinds.is_integer(kind):
        return "whole number"
    if kinds.is_floating(kind):
        return "number"
    return {"string": "text", "timestamp[us]": "time"}.get(str(kind), str(kind))
