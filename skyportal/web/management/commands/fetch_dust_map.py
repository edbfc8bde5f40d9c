from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skyportal.astro import dust

SECONDS = 60  # without a byte
PIECE = 1 << 20


class Command(BaseCommand):
    help = "Put the SFD map of the Galaxy's dust where E(B−V) is read: downloaded, or copied from a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help=f"a folder that holds {' and '.join(dust.FILES.values())}"
        )
        parser.add_argument("--url", default=settings.DUST_MAPS_URL, help="address of the files' folder")

    def handle(self, *args: Any, folder: Path | None, url: str, **options: Any) -> None:
        settings.DUST_MAPS.mkdir(parents=True, exist_ok=True)
        for north, name in dust.FILES.items():
            source = str(folder / name) if folder else f"{url.rstrip('/')}/{name}"
            self.stdout.write(f"{source} ...")
            self._fetch(source, settings.DUST_MAPS / name, north)
        self.stdout.write(f"The map is in {settings.DUST_MAPS}; pages and API know E(B−V) from now on.")

    def _fetch(self, source: str, target: Path, north: int) -> None:
        """Only a whole and right file takes its place; until then the old one stays."""
        part = target.with_suffix(".part")
        try:
            with _pieces(source) as pieces, part.open("wb") as file:
                file.writelines(pieces)
            if dust.read(part).north != north:
                raise CommandError(f"{source} is the map of the other hemisphere.")
            part.replace(target)
        except dust.NotADustMap as error:
            raise CommandError(f"{source}: {error}") from error
        except OSError as error:
            raise CommandError(
                f"{source} cannot be had ({error}). Get the two files elsewhere and name their folder: "
                "manage.py fetch_dust_map FOLDER"
            ) from error
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _pieces(source: str) -> Iterator[Iterable[bytes]]:
    if not source.startswith(("https://", "http://")):
        with Path(source).open("rb") as file:
            yield iter(partial(file.read, PIECE), b"")
        return
    import requests

    with requests.get(source, stream=True, timeout=SECONDS) as answer:  # its errors are OSErrors
        answer.raise_for_status()
        yield answer.iter_content(PIECE)
