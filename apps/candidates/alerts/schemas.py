"""What a packet's schema says, and the Arrow schema of the table made from it.

Two packets belong in one table when their schemas have the same fields of the same types; documentation,
defaults and the spelling of the JSON do not matter. Numbers are widened, so that a condition means the same
for every survey: whole numbers become 64-bit integers (identifiers pass 2^53), other numbers 64-bit floats,
times UTC microseconds. Bytes are pictures, and stay out of the table (their file names do not).
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import fastavro
import pyarrow as pa

LONGEST_SCHEMA = 2_000_000  # bytes of JSON; the largest survey schema is about 40 kB
MOST_FIELDS = 20_000  # after expanding named types; more is a "billion laughs", not a survey
DEEPEST = 24

PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}


class BadSchema(ValueError):
    """A schema that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a packet: its kind, whether it may be null, and what it holds.

    ``kind`` is one of the Avro primitives, or record, array, map, enum, fixed, time, mixed. ``empty_first`` tells
    which branch of a ``[null, X]`` union is the null one (None when the value is not a union).
    """

    name: str
    kind: str
    children: tuple[Field, ...] = ()
    symbols: tuple[str, ...] = ()
    size: int = 0
    null_branch: int | None = None
    branches: int = 0
    unit: str = ""

    @property
    def is_picture(self) -> bool:
        """Bytes: a cutout, plain or packed."""
        return self.kind in ("bytes", "fixed")


@dataclass(frozen=True)
class PacketSchema:
    """The schema of one version of one stream."""

    name: str
    version: str
    fields: tuple[Field, ...]
    avro: Any = field(default=None, repr=False, compare=False)  # None for packets that came as JSON or Parquet

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self.fields).encode()).hexdigest()[:16]

    @property
    def key(self) -> str:
        """Name for people and folders: name, version, and enough of the fingerprint to be unique."""
        return "-".join(part for part in (self.name, self.version, self.fingerprint[:8]) if part)

    @cached_property
    def arrow(self) -> pa.Schema:
        return pa.schema([(f.name, arrow_type(f)) for f in kept(self.fields)])

    @cached_property
    def cutout_paths(self) -> tuple[tuple[str, ...], ...]:
        """Where the packet's own pictures are: ("cutoutScience", "stampData"), ..."""
        return tuple(_cutout_paths(self.fields, ()))

    @cached_property
    def parsed(self) -> Any:
        """The Avro schema as fastavro wants it."""
        return fastavro.parse_schema(self.avro, named_schemas={})

    def __hash__(self) -> int:
        return hash(self.fingerprint)


def in_table(f: Field) -> bool:
    """Whether a field becomes a column: not a picture, and not a record or list with nothing left in it."""
    if f.is_picture or f.kind == "null":
        return False
    if f.kind == "record":
        return any(in_table(child) for child in f.children)
    return in_table(f.children[0]) if f.kind in ("array", "map") else True


def kept(fields: tuple[Field, ...]) -> list[Field]:
    """The fields that become columns. Of two with one name (WINTER has such) the later one, as in a dict."""
    last = {f.name.lower(): f for f in fields if in_table(f)}  # SQL does not tell upper from lower case
    return [f for f in fields if last.get(f.name.lower()) is f]


def arrow_type(f: Field) -> pa.DataType:
    """The Arrow type of a field's column."""
    match f.kind:
        case "boolean":
            return pa.bool_()
        case "int" | "long":
            return pa.int64()
        case "float" | "double":
            return pa.float64()
        case "time":
            return pa.timestamp("us")
        case "record":
            return pa.struct([(c.name, arrow_type(c)) for c in kept(f.children)])
        case "array":
            return pa.list_(pa.field("element", arrow_type(f.children[0])))
        case "map":
            return pa.map_(pa.string(), arrow_type(f.children[0]))
        case _:
            return pa.string()


def from_json(raw: bytes | str) -> PacketSchema:
    """Read an Avro schema leniently; the same bytes are parsed once.

    Defaults are dropped before anything looks at them: some surveys publish ``"int", default null``, which a
    strict reader refuses although no value was ever written by that default.
    """
    raw = raw.encode() if isinstance(raw, str) else bytes(raw)
    if (known := _parsed.get(raw)) is not None:
        return known
    if len(raw) > LONGEST_SCHEMA:
        raise BadSchema(f"the schema is {len(raw)} bytes long; the limit is {LONGEST_SCHEMA}")
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadSchema(f"the schema is not JSON: {error}") from None
    schema = from_tree(tree)
    _parsed[raw] = schema
    while len(_parsed) > 256:  # a stream has a handful of schemas; a stranger's file may have any number
        _parsed.popitem(last=False)
    return schema


_parsed: OrderedDict[bytes, PacketSchema] = OrderedDict()


def from_tree(tree: Any) -> PacketSchema:
    """The same for a schema that is JSON-decoded already."""
    if not isinstance(tree, dict) or tree.get("type") != "record":
        raise BadSchema("the schema's top level is not a record")
    reading = _Reading()
    try:
        top = reading.field("packet", tree, tree.get("namespace") or "", 0)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadSchema(f"the schema is not valid Avro: {type(error).__name__} {error}") from None
    name = _full_name(tree.get("name", ""), tree.get("namespace") or "")
    schema = PacketSchema(name, str(tree.get("version") or ""), top.children, _without_defaults(tree))
    try:
        _ = schema.parsed
    except Exception as error:  # noqa: BLE001 (damaged bytes raise many kinds)
        raise BadSchema(f"the schema is not valid Avro: {error}") from None
    return schema


class _Reading:
    """Expands named types and counts what comes out."""

    def __init__(self) -> None:
        self.named: dict[str, tuple[dict, str]] = {}
        self.count = 0

    def field(self, name: str, avro: Any, namespace: str, depth: int) -> Field:
        self.count += 1
        if depth > DEEPEST:
            raise BadSchema(f"the schema is nested deeper than {DEEPEST} levels (recursive types are not supported)")
        if self.count > MOST_FIELDS:
            raise BadSchema(f"the schema has more than {MOST_FIELDS} fields")
        if isinstance(avro, list):
            return self._union(name, avro, namespace, depth)
        if isinstance(avro, str):
            if avro in PRIMITIVES:
                return Field(name, avro)
            known = self.named.get(_full_name(avro, namespace)) or self.named.get(avro)
            if known is None:
                raise BadSchema(f"the schema names a type it does not define: {avro}")
            return self.field(name, known[0], known[1], depth + 1)
        return self._complex(name, avro, namespace, depth)

    def _union(self, name: str, branches: list, namespace: str, depth: int) -> Field:
        others = [(i, b) for i, b in enumerate(branches) if b != "null"]
        null = next((i for i, b in enumerate(branches) if b == "null"), None)
        if not others:
            return Field(name, "null", null_branch=null, branches=len(branches))
        read = [self.field(name, b, namespace, depth + 1) for _, b in others]
        if len(read) > 1:
            return Field(name, "mixed", tuple(read), null_branch=null, branches=len(branches))
        only = read[0]
        return Field(name, only.kind, only.children, only.symbols, only.size, null, len(branches), only.unit)

    def _complex(self, name: str, avro: dict, namespace: str, depth: int) -> Field:
        kind = avro["type"]
        if isinstance(kind, (dict, list)):
            return self.field(name, kind, namespace, depth + 1)
        if kind in ("record", "enum", "fixed", "error"):
            full = _full_name(avro["name"], avro.get("namespace") or namespace)
            namespace = full.rpartition(".")[0]
            self.named[full] = (avro, namespace)
        if kind in ("record", "error"):
            children = tuple(self.field(f["name"], f["type"], namespace, depth + 1) for f in avro["fields"])
            return Field(name, "record", children)
        if kind in ("array", "map"):
            item = self.field("element", avro["items" if kind == "array" else "values"], namespace, depth + 1)
            if kind == "array" and not least_size(item):
                raise BadSchema(f"the list {name} may hold items of no bytes, so its length cannot be checked")
            return Field(name, kind, (item,))
        if kind == "enum":
            return Field(name, "enum", symbols=tuple(avro["symbols"]))
        if kind == "fixed":
            return Field(name, "fixed", size=int(avro["size"]))
        if kind == "long" and avro.get("logicalType") in ("timestamp-millis", "timestamp-micros"):
            return Field(name, "time", unit="ms" if avro["logicalType"].endswith("millis") else "us")
        if "logicalType" in avro and kind in PRIMITIVES:
            return Field(name, "mixed", (Field(name, kind),))  # dates, decimals, uuids: rare, read one by one
        return self.field(name, kind, namespace, depth + 1)


def count_fields(fields: tuple[Field, ...]) -> int:
    """How many values a packet's schema names, at every level."""
    return sum(1 + count_fields(f.children) for f in fields)


def least_size(f: Field) -> int:
    """The fewest bytes a value can take."""
    if f.branches:
        return 1
    if f.kind == "record":
        return sum(least_size(child) for child in f.children)
    return {"null": 0, "float": 4, "double": 8, "fixed": f.size}.get(f.kind, 1)


def _full_name(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _without_defaults(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_without_defaults(x) for x in tree]
    if isinstance(tree, dict):
        return {k: _without_defaults(v) for k, v in tree.items() if k not in ("default", "doc")}
    return tree


def _cutout_paths(fields: tuple[Field, ...], above: tuple[str, ...]):
    for f in fields:
        if f.kind in ("bytes", "fixed"):
            yield (*above, f.name)
        elif f.kind == "record":
            yield from _cutout_paths(f.children, (*above, f.name))
