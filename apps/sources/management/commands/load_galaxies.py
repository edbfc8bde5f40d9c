"""Catalogues of galaxies from files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.sources.actions.galaxies import catalog_to_fill
from apps.sources.actions.galaxy_loads import read_in
from skyportal.access.errors import Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.galaxy_tables import NotGalaxies


class Command(BaseCommand):
    help = (
        "Read in galaxies from CSV, HDF5 or FITS; columns of CLU, GLADE+, NED-LVS, REGALADE and their like are known. "
        "The same file again replaces what was said before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("catalog", help="The name of the catalogue.")
        parser.add_argument("file", type=Path)
        parser.add_argument("--description")
        parser.add_argument("--url", help="Where it is described.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            raw = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from None
        try:
            with transaction.atomic():
                catalog = catalog_to_fill(
                    Viewer.system("load_galaxies"), options["catalog"], description=options["description"],
                    url=options["url"],
                )  # fmt: skip
            total = read_in(catalog.name, raw, None, self._tell)
        except (NotGalaxies, Refusal) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{total} galaxies are in {catalog.name}.")

    def _tell(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total} galaxies ", ending="")
