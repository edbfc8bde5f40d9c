# ruff: noqa: S608 (the texts put into statements here have been checked, that is what this file is for)
"""The child process in which filters run. Started by ``sandbox.py``; knows nothing of the rest of the project.

Messages on standard input: two lengths, a JSON request, and an Arrow table. Answers on standard output: a length
and JSON. Expressions arrive checked by ``grammar.py``; what follows here is the second wall.
"""

import json
import math
import os
import resource
import struct
import sys

import duckdb
import pyarrow as pa

ROW = "__row"
SETTINGS = [
    "SET threads = 1",
    "SET memory_limit = '400MB'",
    "SET temp_directory = ''",
    "SET ieee_floating_point_ops = false",  # a division by nought is null, not infinity
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET max_expression_depth = 200",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
]


def main() -> None:
    """Serve requests until the parent goes away."""
    connection = duckdb.connect(config={"threads": "1"})
    connection.register("packet", pa.table({ROW: pa.array([0])}))
    connection.execute("SELECT * FROM packet").fetchall()  # everything is loaded before the door closes
    for setting in SETTINGS:
        connection.execute(setting)
    _confine(int(sys.argv[1]) << 20)
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _answer(sink, "ready")
    while head := source.read(16):
        request_size, table_size = struct.unpack("<QQ", head)
        request, payload = json.loads(source.read(request_size)), source.read(table_size)
        if request["do"] == "parse":
            _answer(sink, [_parse(connection, text) for text in request["statements"]])
        elif request["do"] == "render":
            _answer(sink, [_render(connection, tree) for tree in request["statements"]])
        elif request["do"] == "bind":
            connection.register("packet", _table(payload))
            _answer(sink, [_bind(connection, text) for text in request["texts"]])
        else:
            table = _table(payload)
            for condition, annotations in request["filters"]:
                _answer(sink, _apply(connection, table, condition, annotations))


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def _answer(sink, value) -> None:
    text = json.dumps(value).encode()
    sink.write(struct.pack("<Q", len(text)) + text)
    sink.flush()


def _table(payload: bytes) -> pa.Table:
    with pa.ipc.open_stream(payload) as stream:
        table = stream.read_all()
    return table.append_column(ROW, pa.array(range(len(table)), pa.int64()))


def _parse(connection, text: str) -> dict:
    try:
        return json.loads(connection.execute("SELECT json_serialize_sql(?)", [text]).fetchall()[0][0])
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except duckdb.Error as error:
        return {"error": str(error)}


def _render(connection, tree: str) -> dict:
    try:
        return {"text": connection.execute("SELECT json_deserialize_sql(?)", [tree]).fetchall()[0][0]}
    except (RecursionError, duckdb.Error) as error:
        return {"error": str(error)}


def _bind(connection, text: str) -> dict:
    try:
        found = connection.execute(f"DESCRIBE SELECT ({text}\n) AS value FROM packet").fetchall()
        connection.execute(f"SELECT ({text}\n) AS value FROM packet").fetchall()  # the one row is all null
        return {"type": found[0][1]}
    except duckdb.Error as error:
        return {"error": str(error)}


def _apply(connection, table: pa.Table, condition: str, annotations: dict) -> dict:
    try:
        rows = _passing(connection, table, condition)
    except (duckdb.Error, MemoryError) as error:
        return _blame(error, table, lambda part: _passing(connection, part, condition), "")
    if not rows or not annotations:
        return {"rows": rows, "annotations": [{} for _ in rows]}
    chosen = table.take(rows)
    values = {}
    for name, text in annotations.items():
        try:
            values[name] = _values(connection, chosen, text)
        except (duckdb.Error, MemoryError) as error:
            return _blame(
                error, chosen, lambda part, text=text: _values(connection, part, text), f"annotation {name}: "
            )
    return {
        "rows": rows,
        "annotations": [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)],
    }


def _passing(connection, table: pa.Table, condition: str) -> list[int]:
    connection.register("packet", table)
    return [
        row for (row,) in connection.execute(f"SELECT {ROW} FROM packet WHERE ({condition}\n) ORDER BY 1").fetchall()
    ]


def _values(connection, table: pa.Table, text: str) -> list:
    connection.register("packet", table)
    return [_plain(value) for (value,) in connection.execute(f"SELECT ({text}\n) FROM packet").fetchall()]


def _plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_plain(v) for v in value[:1000]]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _blame(error, table: pa.Table, attempt, whose: str) -> dict:
    """Find the packet that an error is about by halving the batch; memory is nobody's fault."""
    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)):
        return {"error": f"{whose}it needs too much memory"}
    while len(table) > 1:
        half = table.slice(0, len(table) // 2)
        try:
            attempt(half)
            table = table.slice(len(half))
        except MemoryError:
            return {"error": f"{whose}it needs too much memory"}
        except duckdb.Error as smaller:
            error, table = smaller, half
    record = table.to_pylist()[0]
    row = record.pop(ROW)
    return {"error": whose + _sentence(error), "row": row, "value": {k: _short(v) for k, v in record.items()}}


def _sentence(error) -> str:
    return " ".join(str(error).split("\n\n")[0].split("\nLINE")[0].split())[:400]


def _short(value):
    """A value small enough for a report: of a list its first items, of a text its beginning."""
    if isinstance(value, dict):
        return {k: _short(v) for k, v in list(value.items())[:20]}
    if isinstance(value, list):
        return [_short(v) for v in value[:3]]
    return value[:200] if isinstance(value, str) else _plain(value)


if __name__ == "__main__":
    main()
