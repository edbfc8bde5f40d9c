"""Where the archive's files lie: below a folder, or below a prefix of an object store.

A `Place` answers to the few of a path's names that the archive uses, on any file system that Arrow knows. An object
store has no folders and no renaming; an object appears whole when it is written, which is all that is needed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.fs as filesystems
import pyarrow.parquet as pq


class Size(NamedTuple):
    st_size: int


class Place:
    """A file or folder of a file system that Arrow knows."""

    __slots__ = ("fs", "path", "size")

    def __init__(self, fs: filesystems.FileSystem, path: str, size: int | None = None) -> None:
        self.fs, self.path, self.size = fs, path.strip("/"), size

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def parent(self) -> Place:
        return Place(self.fs, posixpath.dirname(self.path))

    def with_name(self, name: str) -> Place:
        return self.parent / name

    def __truediv__(self, name: str) -> Place:
        return Place(self.fs, f"{self.path}/{name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and self.path == other.path

    def __lt__(self, other: Place) -> bool:
        return self.path < other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __str__(self) -> str:
        return self.path

    def _info(self) -> Any:
        return self.fs.get_file_info(self.path)

    def exists(self) -> bool:
        return bool(self._info().type != filesystems.FileType.NotFound)

    def is_dir(self) -> bool:
        return bool(self._info().type == filesystems.FileType.Directory)

    def iterdir(self) -> Iterator[Place]:
        return self.glob("*")

    def glob(self, pattern: str) -> Iterator[Place]:
        """Of a pattern with one ``*/`` at most, as the archive has them. One listing of the store."""
        deep = "/" in pattern
        found = self.fs.get_file_info(filesystems.FileSelector(self.path, allow_not_found=True, recursive=deep))
        for info in found:
            inside = info.path.strip("/")[len(self.path) + 1 :]
            if inside and inside.count("/") == pattern.count("/") and fnmatch(inside, pattern):
                yield Place(self.fs, info.path, info.size)

    def stat(self) -> Size:
        return Size(self.size if self.size is not None else self._info().size or 0)

    def unlink(self, missing_ok: bool = False) -> None:
        try:
            self.fs.delete_file(self.path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def rmdir(self) -> None:
        """Of an object store, a folder is gone with its last object."""
        if not any(self.glob("*")) and self.is_dir():
            self.fs.delete_dir(self.path)

    def write(self, table: pa.Table, **options: Any) -> None:
        """A Parquet file, there whole or not at all."""
        with self.fs.open_output_stream(self.path) as stream:
            pq.write_table(table, stream, **options)


Where = Path | Place


def place_of(root: str | Path | Place) -> Where:
    """A folder, or what ``s3://bucket/prefix?…`` says; keys and region come from there or the environment."""
    if isinstance(root, Place) or "://" not in str(root):
        return root if isinstance(root, Place) else Path(root)
    return Place(*filesystems.FileSystem.from_uri(str(root)))


def _where(path: Where) -> tuple[Any, dict[str, Any]]:
    return (path.path, {"filesystem": path.fs}) if isinstance(path, Place) else (path, {})


def open_parquet(path: Where) -> pq.ParquetFile:
    at, more = _where(path)
    return pq.ParquetFile(at, **more)


def read_table(path: Where, **asked: Any) -> pa.Table:
    at, more = _where(path)
    return pq.read_table(at, **more, **asked)


def read_schema(path: Where) -> pa.Schema:
    at, more = _where(path)
    return pq.read_schema(at, **more)


def read_metadata(path: Where) -> pq.FileMetaData:
    at, more = _where(path)
    return pq.read_metadata(at, **more)
