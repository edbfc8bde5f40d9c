"""Fill an empty database with the benchmark's data set."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.sources.queries.objs import any_objs


class Command(BaseCommand):
    help = "Load a folder of benchmark CSV files with COPY and print tokens of its two accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        from bench import loading

        if not (folder / "meta.json").exists():
            raise CommandError(f"{folder} holds no meta.json; give the folder that the data generator wrote.")
        if any_objs():
            raise CommandError(
                "This database already holds objs; load into a fresh instance: make run DATA=/some/folder"
            )
        started = time.monotonic()
        tokens = loading.load(
            folder, say=lambda line: self.stderr.write(f"{time.monotonic() - started:6.1f} s  {line}")
        )
        for name, token in tokens.items():
            self.stdout.write(f"{name} {token}")
