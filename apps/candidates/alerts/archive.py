"""Every packet that came, as Parquet: one folder for each stream and night, pictures beside it.

``<root>/<stream>/<yyyymmdd>/part-<hash>.parquet`` holds packets of one schema version, with all their fields but
the pictures; ``cutouts-<hash>.parquet`` those, and may be deleted after some nights. A file is named by what is in
it: writing the same packets again finds the file there and adds nothing. It appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .basics import basics
from .places import Place, Where, open_parquet, place_of, read_metadata, read_schema, read_table
from .surveys import survey_of
from .tables import PacketTable

STREAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
MJD_OF_1970 = 40587
OBJECT, CANDID, MJD = "__object_id", "__candid", "__mjd"  # our own columns, first in every part


@dataclass(frozen=True)
class Night:
    """What the archive holds of one stream and night (the UTC date of the exposures)."""

    stream: str
    night: str
    packets: int
    files: int
    bytes: int


class Archive:
    """The archive below a folder, or below a prefix of an object store (``s3://bucket/prefix``)."""

    def __init__(self, root: str | Path | Place):
        self.root = place_of(root)
        self._ids_of: Where | None = None
        self._ids: set[tuple[str, str]] = set()
        self._read: set[str] = set()

    def append(self, stream: str, table: PacketTable, hint: str = "") -> int:
        """Keep these packets; gives how many were not there already. ``hint`` is the stream's survey."""
        known = basics(table.columns, survey_of(table.schema, hint))
        whole = pa.table({OBJECT: known.object_id, CANDID: known.candid, MJD: known.mjd,
                          **{n: table.columns[n] for n in table.columns.column_names}})  # fmt: skip
        nights: dict[str, list[int]] = {}
        for row, at in enumerate(known.mjd.to_pylist()):
            nights.setdefault(night_of(at), []).append(row)
        return sum(self._write(stream, night, whole, table, rows) for night, rows in nights.items())

    def _write(self, stream: str, night: str, whole: pa.Table, table: PacketTable, rows: list[int]) -> int:
        folder = self._folder(stream, night)
        known = self._known(folder)
        unique: dict[tuple[str, str], int] = {}
        for row, key in zip(
            rows, zip(*(whole[n].take(rows).to_pylist() for n in (CANDID, OBJECT)), strict=True), strict=True
        ):
            if key not in known:
                unique.setdefault(key, row)
        rows = list(unique.values())
        if not rows:
            return 0
        name = _hash([table.schema.fingerprint, *sorted(map(str, unique))])
        part = whole if len(rows) == len(whole) else whole.take(rows)
        note = {"schema": table.schema.name, "version": table.schema.version, "fingerprint": table.schema.fingerprint,
                "cutouts": json.dumps(table.schema.cutout_paths)}  # fmt: skip
        part = part.replace_schema_metadata(note)
        if table.cutouts:
            pictures = {".".join(path): _column([found[r] for r in rows]) for path, found in table.cutouts.items()}
            _write_whole(folder / f"cutouts-{name}.parquet", pa.table({CANDID: part[CANDID], **pictures}), "none")
        _write_whole(folder / f"part-{name}.parquet", part, "zstd")
        self._read.add(f"part-{name}.parquet")
        known.update(unique)
        return len(rows)

    def _known(self, folder: Where) -> set[tuple[str, str]]:
        """Candidate and object ids in a folder; each file is read once."""
        if self._ids_of != folder:
            self._ids_of, self._ids, self._read = folder, set(), set()
        for path in folder.glob("part-*.parquet"):
            if path.name not in self._read:
                self._read.add(path.name)
                ids = read_table(path, columns=[CANDID, OBJECT])
                self._ids.update(zip(ids[CANDID].to_pylist(), ids[OBJECT].to_pylist(), strict=True))
        return self._ids

    def parts(self, stream: str, first: str = "", last: str = "99999999") -> list[Where]:
        """Files of a stream between two nights (yyyymmdd, both included), oldest first."""
        folder = self._folder(stream, "00000000").parent
        return sorted(p for p in folder.glob("*/part-*.parquet") if first <= p.parent.name <= last)

    def schemas(self, stream: str) -> list[pa.Schema]:
        """The schema versions met on a stream, for checking filters; our own columns left out."""
        found: dict[bytes, pa.Schema] = {}
        for path in self.parts(stream):
            schema = read_schema(path)
            found.setdefault((schema.metadata or {}).get(b"fingerprint", b""), packet_schema(schema))
        return list(found.values())

    def tables(
        self, stream: str, first: str = "", last: str = "99999999", rows: int = 2000
    ) -> Iterator[tuple[pa.Table, list[str]]]:
        """Archived packets, some at a time, with their candidate ids: what a back-test runs a filter on."""
        for path in self.parts(stream, first, last):
            with open_parquet(path) as file:
                for batch in file.iter_batches(batch_size=rows):
                    table = pa.Table.from_batches([batch])
                    yield table.drop_columns([OBJECT, CANDID, MJD]), table[CANDID].to_pylist()

    def streams(self) -> list[str]:
        """Names of the streams of which there is something."""
        return sorted(p.name for p in self.root.iterdir() if p.is_dir()) if self.root.is_dir() else []

    def nights(self, stream: str | None = None) -> list[Night]:
        """Counts for each stream and night."""
        streams = [stream] if stream is not None else self.streams()
        found = []
        for name in streams:
            folders: list[Any] = sorted(self._folder(name, "00000000").parent.glob("*"))
            for folder in folders:
                parts = sorted(folder.glob("*.parquet"))
                packets = sum(read_metadata(p).num_rows for p in parts if p.name.startswith("part-"))
                found.append(Night(name, folder.name, packets, len(parts), sum(p.stat().st_size for p in parts)))
        return found

    def packet(self, stream: str, candid: str, night: str = "") -> dict[str, Any] | None:
        """One packet, whole: its fields, and its pictures while they are kept."""
        for path in reversed(self.parts(stream, night or "", night or "99999999")):
            found = read_table(path, filters=pc.field(CANDID) == str(candid))
            if len(found):
                record = found.drop_columns([OBJECT, CANDID, MJD]).to_pylist()[0]
                self._add_cutouts(record, path, candid)
                return record
        return None

    @staticmethod
    def picture(part: Where, candid: str, paths: tuple[str, ...]) -> bytes | None:
        """One picture of a packet of a part: at the first of these places that has one. Nothing else is read."""
        for beside in _beside(part):
            with contextlib.suppress(FileNotFoundError), open_parquet(beside) as file:
                for number in range(file.num_row_groups):
                    row = pc.index(file.read_row_group(number, columns=[CANDID])[CANDID], candid).as_py()
                    for path in paths if row >= 0 else ():
                        name = next((n for n in file.schema_arrow.names if n in (path, f"{path}.stampData")), "")
                        found = file.read_row_group(number, columns=[name])[name][row].as_py() if name else None
                        if found:
                            return bytes(found)
        return None

    @staticmethod
    def _add_cutouts(record: dict, path: Where, candid: str) -> None:
        row = _pictures(path, candid)
        for dotted, picture in row.items():
            if dotted == CANDID or picture is None:
                continue
            *above, last = dotted.split(".")
            place = record
            for name in above:
                place[name] = place.get(name) or {}
                place = place[name]
            place[last] = bytes(picture)

    def forget_cutouts(self, stream: str, before: str) -> int:
        """Delete the pictures of nights before this one (yyyymmdd); gives the bytes freed."""
        freed = 0
        for path in self._folder(stream, "00000000").parent.glob("*/cutouts-*.parquet"):
            if path.parent.name < before:
                freed += path.stat().st_size
                path.unlink()
        return freed

    def forget_nights(self, stream: str, before: str) -> int:
        """Delete all of the nights before this one (yyyymmdd); gives how many files went."""
        gone = 0
        for folder in self._folder(stream, "00000000").parent.glob("*"):
            if "00000000" < folder.name < before:
                for path in folder.glob("*.parquet"):
                    path.unlink(missing_ok=True)
                    gone += 1
                with contextlib.suppress(OSError):  # somebody is writing into it
                    folder.rmdir()
        return gone

    def _folder(self, stream: str, night: str) -> Where:
        if not STREAM.fullmatch(stream):
            raise ValueError(f"{stream!r} cannot be a stream's folder: letters, digits and . _ + - only")
        return self.root / stream / night


def _beside(part: Where) -> list[Where]:
    """Files that may hold a part's pictures: the one beside it, and, where parts were merged, all of the folder."""
    beside = part.with_name(part.name.replace("part-", "cutouts-"))
    return [beside] if beside.exists() else sorted(part.parent.glob("cutouts-*.parquet"))


def _pictures(part: Where, candid: str) -> dict[str, Any]:
    for path in _beside(part):
        with contextlib.suppress(FileNotFoundError):
            if found := read_table(path, filters=pc.field(CANDID) == str(candid)).to_pylist():
                return found[0]
    return {}


def packet_schema(schema: pa.Schema) -> pa.Schema:
    """A part's schema without our own columns."""
    return pa.schema([f for f in schema if f.name not in (OBJECT, CANDID, MJD)])


def night_of(mjd: float | None) -> str:
    """The UTC date of an MJD as yyyymmdd."""
    if mjd is None or not 0 < mjd < 2_000_000:
        return "00000000"
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=mjd - MJD_OF_1970)).strftime("%Y%m%d")


def _hash(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _column(pictures: list[bytes | memoryview | None]) -> pa.Array:
    """Pictures as one column; their bytes are copied once."""
    offsets = np.cumsum([0, *(len(p) if p is not None else 0 for p in pictures)], dtype=np.int64)
    present = np.array([p is not None for p in pictures])
    bits = None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))
    joined = pa.py_buffer(b"".join(p for p in pictures if p is not None))
    return pa.Array.from_buffers(pa.large_binary(), len(pictures), [bits, pa.py_buffer(offsets), joined])


def _write_whole(path: Where, table: pa.Table, compression: str, row_group_size: int | None = None) -> None:
    """Write to a neighbour, then rename: a reader never sees half a file, a crash leaves none."""
    # dictionaries and statistics of a thousand columns cost more than all else, and save nothing here
    options: dict[str, Any] = {"use_dictionary": False, "write_statistics": [OBJECT, CANDID, MJD],
                               "compression": compression, "row_group_size": row_group_size}  # fmt: skip
    if path.exists():
        return
    if isinstance(path, Place):
        path.write(table, **options)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            pq.write_table(table, stream, **options)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
