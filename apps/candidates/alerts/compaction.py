"""Merging a settled night's many files into few, sorted by object, so that finding one opens little.

The merged file is there whole before the first small one goes. A crash in between leaves packets twice; the next run
merges again and keeps each once. Pictures stay in their own files and are found by candidate.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from .archive import CANDID, OBJECT, Archive, _hash, _write_whole
from .places import Where, read_schema, read_table

FEW = 2
"""A night of one form of packets with so few files is left alone."""
MOST_BYTES = 512 << 20
"""Of compressed files merged at once: what a worker's memory holds."""


def compact(archive: Archive, stream: str, before: str) -> int:
    """Merge the files of each night before this one; how many files there are fewer."""
    by_form: dict[tuple[Where, bytes], list[Where]] = defaultdict(list)
    for path in archive.parts(stream):
        if path.parent.name < before and path.parent.name != "00000000":
            note = read_schema(path).metadata or {}
            by_form[path.parent, note.get(b"fingerprint", b"")].append(path)
    return sum(_merge(folder, group) for (folder, _), files in by_form.items() for group in _groups(files))


def _groups(files: list[Where]) -> list[list[Where]]:
    """Files that are merged together: as many as memory holds."""
    groups: list[list[Where]] = [[]]
    size = 0
    for path in sorted(files, key=lambda p: (p.stat().st_size, p.name)):
        if size + path.stat().st_size > MOST_BYTES and groups[-1]:
            groups.append([])
            size = 0
        groups[-1].append(path)
        size += path.stat().st_size
    return [group for group in groups if len(group) > FEW]


def _merge(folder: Where, files: list[Where]) -> int:
    tables = [read_table(path) for path in files]
    note = tables[0].schema.metadata
    whole = pa.concat_tables(tables).replace_schema_metadata(note)
    rows: dict[tuple[str, str], int] = {}
    keys = zip(whole[OBJECT].to_pylist(), whole[CANDID].to_pylist(), strict=True)
    for row, key in enumerate(keys):
        rows.setdefault(key, row)
    order = [row for _, row in sorted(rows.items())]
    name = _hash([str((note or {}).get(b"fingerprint", b"")), *sorted(map(str, rows))])
    merged = folder / f"part-{name}.parquet"
    _write_whole(merged, whole.take(pa.array(order)), "zstd", row_group_size=5_000)
    gone = [path for path in files if path != merged]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone) - (merged not in files)
