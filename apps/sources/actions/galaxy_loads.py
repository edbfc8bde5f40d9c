"""Files of galaxies, read in by a worker: uploaded, fetched, or lying in a folder of the machine."""

from __future__ import annotations

import logging
import posixpath
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from skyportal import outside
from skyportal.access.errors import Invalid, Refusal, Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.astro import galaxy_tables
from skyportal.journal.recording import record

from ..entries import GalaxiesChanged, GalaxyLoadAsked
from ..models import GalaxyLoad
from . import checks
from .attachments import keep, safe_name
from .galaxies import catalog_to_fill, write

logger = logging.getLogger(__name__)

MOST_BYTES = 2**31
MOST_UPLOADED = 200 * 2**20
MOST_NAME = 200
SECONDS = 1800.0
_CHUNK = 5000


@transaction.atomic
def ask(
    viewer: Viewer, catalog_name: Any, *, body: bytes | None = None, file_name: str = "", address: str = "", **said: Any
) -> GalaxyLoad:
    """Have a worker read a file: its ``body``, or that of an address, or one of the machine's folder of catalogues.

    Only system admins name files of the machine and addresses.
    """
    catalog = catalog_to_fill(viewer, catalog_name, **said)
    if body is None and not viewer.sees_all:
        raise Unpermitted("HTTP 401: Unauthorized. Only system admins may have a file of the site or an address read.")
    if body is not None and not 0 < len(body) <= MOST_UPLOADED:
        raise Invalid(f"Send a file that is not empty, {MOST_UPLOADED // 2**20} MB at most.")
    name = safe_name(file_name or posixpath.basename(urlsplit(address).path))
    load = GalaxyLoad(catalog_name=catalog.name, file_name=name, owner_id=viewer.user_id, url=address)
    if body is not None:
        load.content.name = keep(body, "galaxies")
    elif not address:
        load.local_path = str(_local(file_name))
    load.save()
    record(GalaxyLoadAsked(catalog.name, load.pk, viewer.user_id))
    return load


@transaction.atomic
def take_text(viewer: Viewer, catalog_name: Any, text: str, **said: Any) -> int:
    """Galaxies of a table that came as text, at once."""
    catalog = catalog_to_fill(viewer, catalog_name, **said)
    try:
        return read_in(catalog.name, text.encode(), viewer.user_id)
    except galaxy_tables.NotGalaxies as problem:
        raise Invalid(f"Invalid catalogData: {problem}") from None


def _local(file_name: str) -> Path:
    """A file in `settings.CATALOGS`, and nowhere else."""
    folder = Path(settings.CATALOGS).resolve()
    path = (folder / file_name).resolve()
    if not file_name or not path.is_relative_to(folder) or not path.is_file():
        raise Invalid(f"There is no file {file_name[:100]!r} in the folder of catalogues, {folder.name}/.")
    return path


def carry_out(load_id: int) -> None:
    """Read it in, some thousand galaxies at a time. Whatever happens, the load ends."""
    load = GalaxyLoad.objects.filter(pk=load_id, state=GalaxyLoad.State.WAITING).first()
    if load is None:
        return
    try:
        read_in(load.catalog_name, _bytes_of(load), load.owner_id, lambda n, of: _progress(load, n, of))
        load.state = GalaxyLoad.State.DONE
    except (galaxy_tables.NotGalaxies, Refusal) as problem:
        load.state, load.reason = GalaxyLoad.State.FAILED, str(problem)
    except Exception:
        logger.exception("Reading in galaxies for %s broke.", load.catalog_name)
        load.state, load.reason = GalaxyLoad.State.FAILED, "Reading it broke down; the operator's log says how."
    load.finished_at = timezone.now()
    load.save(update_fields=["state", "reason", "finished_at", "modified"])
    _forget(load)


def _forget(load: GalaxyLoad) -> None:
    """The file is in the table now, or no catalogue; another load of the same bytes may still need it."""
    name = load.content.name
    if name and not GalaxyLoad.objects.filter(content=name, state=GalaxyLoad.State.WAITING).exists():
        load.content.storage.delete(name)
        GalaxyLoad.objects.filter(content=name).update(content="")


def _bytes_of(load: GalaxyLoad) -> bytes:
    if load.url:
        return outside.fetch(load.url, seconds=SECONDS, most_bytes=MOST_BYTES)
    if load.local_path:
        return Path(load.local_path).read_bytes()
    with load.content.open("rb") as file:
        return file.read()


def _progress(load: GalaxyLoad, done: int, total: int) -> None:
    load.read, load.total = done, total
    load.save(update_fields=["read", "total"])


def read_in(
    catalog_name: str, raw: bytes, user_id: int | None, tell: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Galaxies of a file into a catalogue; how many there are in it."""
    columns = checked(galaxy_tables.read(raw))
    total, done = len(columns["name"]), 0
    for part in galaxy_tables.chunks(columns, _CHUNK):
        names = part.pop("name")
        write(catalog_name, names, {key: [_cell(value) for value in column] for key, column in part.items()})
        done += len(names)
        tell(done, total)
    with transaction.atomic():
        record(GalaxiesChanged(catalog_name, total, "added", user_id))
    return total


def _cell(value: Any) -> Any:
    return None if value == "" or value != value else value


def checked(columns: dict[str, Any]) -> dict[str, Any]:
    """The same, where every galaxy has a place and a name of its own; the first that does not is named."""
    names = columns["name"]
    for row, (name, ra, dec) in enumerate(zip(names, columns["ra"].tolist(), columns["dec"].tolist(), strict=True), 1):
        if not 0 <= ra <= 360 or not -90 <= dec <= 90:
            raise Invalid(f"Row {row}: right ascension {ra} and declination {dec} are no place in the sky, in degrees.")
        if not name or len(name) > MOST_NAME or not checks.storable(name):
            raise Invalid(f"Row {row}: the galaxy needs a name of at most {MOST_NAME} characters.")
    if not names:
        raise Invalid("The file holds no galaxies.")
    (name, often) = Counter(names).most_common(1)[0]
    if often > 1:
        raise Invalid(f"{often} galaxies are called {name[:100]!r}.")
    return columns
