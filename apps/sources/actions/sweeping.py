"""Files that nothing points at any more: cutouts replaced by newer ones, attachments of deleted comments.

A file is named by its content and may be wanted again at any moment: `attachments.keep` then finds it and makes it
young, and the row that names it is committed later. So only old files are taken, and out of the way first: one that
has become young meanwhile is put back, and whoever comes after that writes the file anew.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage

from ..models import AbstractComment, PhotometricSeries, Thumbnail

NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]+)*")
GRACE = 24 * 3600
"""Seconds that a file stays without a row; far longer than any transaction."""


@dataclass
class Swept:
    files: int = 0
    bytes: int = 0


def _of_thumbnails(names: list[str]) -> Iterable[str | None]:
    return Thumbnail.objects.filter(file__in=names).values_list("file", flat=True)


def _of_comments(names: list[str]) -> Iterator[str | None]:
    for model in AbstractComment.__subclasses__():
        yield from model._default_manager.filter(attachment__in=names).values_list("attachment", flat=True)


def _of_series(names: list[str]) -> Iterable[str | None]:
    return PhotometricSeries.objects.filter(filename__in=names).values_list("filename", flat=True)


Referred = Callable[[list[str]], Iterable[str | None]]
FOLDERS: dict[str, Referred] = {"thumbs": _of_thumbnails, "attachments": _of_comments, "series": _of_series}
"""Which of these names rows refer to, by folder of the file storage."""


def sweep() -> Swept:
    """Delete the files of the local storage that are older than a day and that no row names.

    An object store is left alone: it has no way to take a file aside, and its files cost little.
    """
    swept = Swept()
    if not isinstance(default_storage, FileSystemStorage):
        return swept
    for folder, referred in FOLDERS.items():
        old = _old(Path(default_storage.path(folder)), folder)
        while names := list(islice(old, 500)):
            for name in set(names) - set(referred(names)):
                _delete(Path(default_storage.path(name)), swept)
    return swept


def _old(root: Path, folder: str) -> Iterator[str]:
    """Names of files that have not been wanted for a day."""
    for path in root.glob("[0-9a-f][0-9a-f]/*"):
        if NAME.fullmatch(path.name) and _age(path) > GRACE:
            yield f"{folder}/{path.parent.name}/{path.name}"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _delete(path: Path, swept: Swept) -> None:
    aside = path.with_name(f"{path.name}.swept")
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return
    if _age(aside) < GRACE:  # wanted again since we looked
        os.rename(aside, path)
        return
    swept.files += 1
    swept.bytes += aside.stat().st_size
    aside.unlink()
