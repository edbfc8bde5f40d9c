"""Reading the archive a night at a time, and of each packet only the fields that somebody needs."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .archive import CANDID, MJD, OBJECT, Archive, packet_schema
from .places import Where, open_parquet
from .surveys import ALL, BY_KEY
from .surveys.base import Survey
from .surveys.others import GENERIC

OURS = [OBJECT, CANDID, MJD]


def nights(archive: Archive, stream: str, first: str = "", last: str = "99999999") -> list[str]:
    """Nights (yyyymmdd) of which the archive holds something, oldest first."""
    return sorted({path.parent.name for path in archive.parts(stream, first, last)})


def survey_of_part(schema: pa.Schema, hint: str = "") -> Survey:
    """The survey whose packets a part holds, told as `surveys.survey_of` tells it of a packet."""
    name = (schema.metadata or {}).get(b"schema", b"").decode("utf-8", "replace")
    for survey in ALL:
        named = any(name.startswith(start) for start in survey.names)
        marked = bool(survey.marks) and all(has(schema, mark) for mark in survey.marks)
        if survey is not GENERIC and (named or marked):
            return survey
    return BY_KEY.get(hint, GENERIC)


def has(fields, path: str) -> bool:
    """Whether a schema has a field at a dotted path; lists are looked into."""
    name, _, rest = path.partition(".")
    for f in fields:
        if f.name == name:
            kind = f.type.value_type if kinds.is_list(f.type) else f.type
            return not rest or (kinds.is_struct(kind) and has(kind, rest))
    return False


def leaves(wanted: pa.Schema, have: pa.Schema) -> list[str]:
    """Parquet's names of the columns that hold the wanted fields, of those that a part has."""
    return [path for name, kind in _shared(wanted, packet_schema(have)) for path in _leaves(name, kind)]


def _shared(wanted, have) -> list[tuple[str, pa.DataType]]:
    there = {f.name.lower(): f for f in have}
    found = []
    for f in wanted:
        other = there.get(f.name.lower())
        if other is not None:
            found.append((other.name, _both(f.type, other.type)))
    return found


def _both(wanted: pa.DataType, have: pa.DataType) -> pa.DataType:
    """Of what a part has, what is wanted; all of it where the two differ in kind."""
    if kinds.is_list(wanted) and kinds.is_list(have):
        return pa.list_(_both(wanted.value_type, have.value_type))
    if kinds.is_struct(wanted) and kinds.is_struct(have):
        shared = _shared(wanted, have)
        return pa.struct(shared) if shared else have
    return have


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    if kinds.is_struct(kind):
        for f in kind:
            yield from _leaves(f"{path}.{f.name}", f.type)
    elif kinds.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    else:
        yield path


def read(path: Where, columns: list[str], rows: int) -> Iterator[pa.Table]:
    """A part, some packets at a time, with our own columns in front and only these of theirs."""
    with open_parquet(path) as file:
        for batch in file.iter_batches(batch_size=rows, columns=[*OURS, *columns]):
            yield pa.Table.from_batches([batch])


def find(path: Where, key: str, values: list[str], columns: list[str] | None) -> pa.Table:
    """Packets of a part whose ``key`` (one of our own columns) is one of these; all their fields without ``columns``.

    Only row groups that may hold one are read: the key has statistics, and merged parts are sorted by object.
    """
    wanted = pa.array(values, pa.string())
    with open_parquet(path) as file:
        names = None if columns is None else [*OURS, *columns]
        found = []
        number = file.schema_arrow.get_field_index(key)
        for group in range(file.num_row_groups):
            known = file.metadata.row_group(group).column(number).statistics
            if known is not None and known.has_min_max and not any(known.min <= v <= known.max for v in values):
                continue
            mask = pc.is_in(file.read_row_group(group, columns=[key])[key], value_set=wanted)
            if pc.any(mask).as_py():
                found.append(file.read_row_group(group, columns=names).filter(mask))
        return pa.concat_tables(found) if found else file.schema_arrow.empty_table().select(OURS)
